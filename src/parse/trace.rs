//! The `trace_tree` section: the tree of allocation stacks, nested arrays flattened into rows.
//!
//! In: pieces of the section's text, past its opening bracket. Out: rows, parents before children. The
//! nesting is as deep as the app's call stacks, or as a hostile file likes: the way down is kept in a
//! vector, 12 bytes a level, never in recursion.

use crate::error::{Error, Result};
use crate::parse::columns::TraceNode;
use crate::parse::header::TraceLayout;
use crate::parse::peak::Peak;
use crate::parse::scan::show;

/// What stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A list's first value, or the end of an empty list.
    First,
    Value,
    Digits,
    CommaOrEnd,
}

/// One level of the nesting.
struct Level {
    /// Row of the node whose children these are, `u32::MAX` for the outermost list.
    parent: u32,
    /// Row of the node being read, meaningless before its first field.
    row: u32,
    /// The field of it that stands next.
    field: u32,
}

const NO_PARENT: u32 = u32::MAX;

/// The tree being read.
pub(super) struct TraceTree {
    levels: Vec<Level>,
    next: Next,
    value: u64,
    value_offset: u64,
    pub nodes: Vec<TraceNode>,
    /// The highest row of the function table that a node names.
    pub functions: Peak,
}

impl TraceTree {
    pub fn new() -> Self {
        Self {
            levels: vec![Level { parent: NO_PARENT, row: 0, field: 0 }],
            next: Next::First,
            value: 0,
            value_offset: 0,
            nodes: Vec::new(),
            functions: Peak::default(),
        }
    }

    /// Consumes all of `text`, or up to the section's end: `Some(end)` is just past its last bracket.
    pub fn feed(&mut self, text: &[u8], offset: u64, layout: &TraceLayout) -> Result<Option<usize>> {
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let here = offset + at as u64;
            match (self.next, byte) {
                (Next::Digits, b'0'..=b'9') => {
                    self.value = self
                        .value
                        .checked_mul(10)
                        .and_then(|v| v.checked_add(u64::from(byte - b'0')))
                        .ok_or_else(|| invalid("a number above 2^64", self.value_offset))?;
                }
                (Next::Digits, _) => {
                    self.take_value(layout)?;
                    // The same byte again, now as what follows a number.
                    self.next = Next::CommaOrEnd;
                    continue;
                }
                (_, b' ' | b'\n' | b'\r' | b'\t') => {}
                (Next::First | Next::Value, b'0'..=b'9') => {
                    self.next = Next::Digits;
                    self.value = u64::from(byte - b'0');
                    self.value_offset = here;
                }
                (Next::First | Next::Value, b'[') => self.descend(layout, here)?,
                (Next::CommaOrEnd, b',') => self.next = Next::Value,
                (Next::First | Next::CommaOrEnd, b']') => {
                    if self.ascend(here)? {
                        return Ok(Some(at + 1));
                    }
                }
                (Next::First | Next::Value, b'-') => return Err(invalid("a negative number", here)),
                (next, _) => {
                    let wanted = if next == Next::CommaOrEnd { "`,` or `]`" } else { "a number" };
                    let what = format!("expected {wanted}, found {} in `trace_tree`", show(byte));
                    return Err(Error::ParseSyntax { what, offset: here });
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn take_value(&mut self, layout: &TraceLayout) -> Result<()> {
        let offset = self.value_offset;
        let level = self.levels.last_mut().ok_or_else(lost)?;
        let field = level.field as usize;
        if field == layout.children {
            return Err(invalid("a number where the list of children belongs", offset));
        }
        if field == 0 {
            level.row = match u32::try_from(self.nodes.len()) {
                Ok(row) if row != NO_PARENT => row,
                _ => return Err(Error::ParseTooLarge { what: "`trace_tree`".to_owned() }),
            };
            let parent = (level.parent != NO_PARENT).then_some(level.parent);
            self.nodes.push(TraceNode { id: 0, function: 0, count: 0, size: 0, parent });
        }
        level.field += 1;
        let node = self.nodes.last_mut().ok_or_else(lost)?;
        let narrow = |value| u32::try_from(value).map_err(|_| invalid("a number above 2^32", offset));
        if field == layout.id {
            node.id = narrow(self.value)?;
        } else if field == layout.function {
            node.function = narrow(self.value)?;
            self.functions.raise(Peak { bound: self.value + 1, offset });
        } else if field == layout.count {
            node.count = self.value;
        } else if field == layout.size {
            node.size = self.value;
        }
        Ok(())
    }

    fn descend(&mut self, layout: &TraceLayout, offset: u64) -> Result<()> {
        let level = self.levels.last_mut().ok_or_else(lost)?;
        if level.field as usize != layout.children {
            return Err(invalid("a list where a number belongs", offset));
        }
        level.field = 0;
        let parent = level.row;
        self.levels.push(Level { parent, row: 0, field: 0 });
        self.next = Next::First;
        Ok(())
    }

    /// Leaves a list; true when it was the outermost.
    fn ascend(&mut self, offset: u64) -> Result<bool> {
        if self.levels.pop().is_none_or(|level| level.field != 0) {
            return Err(invalid("a list that ends within a node", offset));
        }
        self.next = Next::CommaOrEnd;
        Ok(self.levels.is_empty())
    }
}

fn invalid(what: &str, offset: u64) -> Error {
    Error::ParseInvalid { what: format!("{what} in `trace_tree`"), offset }
}

/// Unreachable while the outermost level stays until the end, but a bad file must never panic.
fn lost() -> Error {
    Error::Internal { at: "trace_tree", what: "no level is open".to_owned() }
}
