//! The file's outline: which section the bytes belong to, and where its rows begin and end.
//!
//! In: text in pieces, with what could not be decided on before each. Out: [`Step`]s. Everything but the
//! rows of tables is consumed here; rows are only found, decoding them is the parser's to arrange.

use crate::error::{Error, Result};
use crate::parse::assembly::Assembly;
use crate::parse::header::Layout;
use crate::parse::scan::{Fault, show};
use crate::parse::section::{Section, Table};
use crate::parse::skip::Skipper;
use crate::parse::table::{Cut, cut, is_blank};
use crate::parse::text::Text;
use crate::parse::trace::TraceTree;
use std::sync::Arc;

/// Longest top-level key; V8's have at most 20 bytes.
const MAX_KEY: usize = 1 << 10;
/// Largest `snapshot` section; V8 writes about 1 KB.
const MAX_HEADER: usize = 1 << 20;

/// The outline so far.
pub(super) struct Document {
    state: State,
    /// Bits of the sections seen.
    seen: u8,
    pub layout: Option<Arc<Layout>>,
    /// Size of the whole file, if known.
    total_bytes: Option<u64>,
}

/// What stands next in the file.
enum State {
    Start,
    FirstKey,
    Key,
    Colon(Option<Section>),
    Value(Option<Section>),
    Header { json: Vec<u8>, skipper: Skipper, offset: u64 },
    Table { table: Table, empty: bool },
    Strings(Text),
    TraceTree(TraceTree),
    Skip(Skipper),
    CommaOrEnd,
    End,
}

/// What to do with the text that was offered.
pub(super) enum Step {
    /// This many bytes are done with; go on after them.
    On(usize),
    /// This many bytes are done with; the rest has to wait for more.
    Wait(usize),
    /// Whole rows of a table, up to `end`; go on past the byte there. `last`: the table ends with them.
    Rows { table: Table, end: usize, last: bool },
}

impl Document {
    pub fn new(total_bytes: Option<u64>) -> Self {
        Self { state: State::Start, seen: 0, layout: None, total_bytes }
    }

    /// Takes what it can from `text`; `offset` is where in the file that begins.
    pub fn step(&mut self, text: &[u8], offset: u64, assembly: &mut Assembly) -> Result<Step> {
        let (end, next) = match &mut self.state {
            State::Table { table, empty } => {
                let (table, was_empty) = (*table, *empty);
                *empty = false;
                return self.table(table, was_empty, text, offset);
            }
            State::Strings(strings) => {
                let progress = strings.feed(text, offset, &mut assembly.strings)?;
                if !progress.done {
                    return Ok(Step::Wait(progress.consumed));
                }
                (Some(progress.consumed), State::CommaOrEnd)
            }
            State::TraceTree(tree) => {
                let layout = self.layout.as_deref().and_then(|l| l.trace_tree.as_ref());
                let layout = layout.ok_or_else(|| no_layout(Section::TraceTree, offset))?;
                let end = tree.feed(text, offset, layout)?;
                if end.is_some() {
                    assembly.trace_tree = Some(std::mem::replace(tree, TraceTree::new()));
                }
                (end, State::CommaOrEnd)
            }
            State::Skip(skipper) => (skipper.feed(text).map_err(|f| syntax(f, offset))?, State::CommaOrEnd),
            State::Header { json, skipper, offset: start } => {
                let end = skipper.feed(text).map_err(|f| syntax(f, offset))?;
                json.extend_from_slice(&text[..end.unwrap_or(text.len())]);
                if json.len() > MAX_HEADER {
                    let what = "a `snapshot` section of more than a mebibyte".to_owned();
                    return Err(Error::ParseInvalid { what, offset: *start });
                }
                if end.is_some() {
                    let layout = Layout::parse(json, *start)?;
                    if let Some(bytes) = self.total_bytes {
                        assembly.reserve(&layout, bytes);
                    }
                    self.layout = Some(Arc::new(layout));
                }
                (end, State::CommaOrEnd)
            }
            _ => return self.punctuation(text, offset),
        };
        Ok(match end {
            Some(end) => {
                self.state = next;
                Step::On(end)
            }
            None => Step::Wait(text.len()),
        })
    }

    fn table(&mut self, table: Table, empty: bool, text: &[u8], offset: u64) -> Result<Step> {
        let layout = self.layout.as_deref().ok_or_else(|| no_layout(Section::Table(table), offset))?;
        let Some(fields) = layout.fields(table) else {
            // The file lists no fields for it: then it has to be empty.
            return match text.iter().position(|b| !is_blank(&[*b])) {
                None => Ok(Step::Wait(text.len())),
                Some(end) if text[end] == b']' => {
                    self.state = State::CommaOrEnd;
                    Ok(Step::On(end + 1))
                }
                Some(_) => Err(no_layout(Section::Table(table), offset)),
            };
        };
        Ok(match cut(text, fields) {
            Cut::Nothing => {
                self.state = State::Table { table, empty };
                Step::Wait(0)
            }
            Cut::Rows { end } => Step::Rows { table, end, last: false },
            Cut::Last { end } => {
                self.state = State::CommaOrEnd;
                if empty && is_blank(&text[..end]) {
                    Step::On(end + 1)
                } else {
                    Step::Rows { table, end, last: true }
                }
            }
        })
    }

    /// The states between values: whitespace, then one thing.
    fn punctuation(&mut self, text: &[u8], offset: u64) -> Result<Step> {
        if offset == 0 && text.first() == Some(&0xef) {
            // A byte order mark, as some editors prepend.
            match text.get(..3) {
                None => return Ok(Step::Wait(0)),
                Some(b"\xef\xbb\xbf") => return Ok(Step::On(3)),
                Some(_) => {}
            }
        }
        let Some(at) = text.iter().position(|b| !is_blank(&[*b])) else {
            return Ok(Step::Wait(text.len()));
        };
        let byte = text[at];
        let here = offset + at as u64;
        let (next, wanted) = match (&self.state, byte) {
            (State::Start, b'{') => (Some(State::FirstKey), ""),
            (State::FirstKey | State::Key, b'"') => {
                return Ok(match self.key(&text[at + 1..], here)? {
                    Some(length) => Step::On(at + 1 + length),
                    None => Step::Wait(at),
                });
            }
            (State::Colon(section), b':') => (Some(State::Value(*section)), ""),
            (State::Value(section), _) => return Ok(Step::On(at + self.begin(*section, byte, here)?)),
            (State::CommaOrEnd, b',') => (Some(State::Key), ""),
            (State::FirstKey | State::CommaOrEnd, b'}') => (Some(State::End), ""),
            (State::Start, _) => (None, "`{`"),
            (State::FirstKey | State::Key, _) => (None, "a key in double quotes"),
            (State::Colon(_), _) => (None, "`:`"),
            (State::CommaOrEnd, _) => (None, "`,` or `}`"),
            _ => (None, "the end of the file"),
        };
        let Some(next) = next else {
            let what = format!("expected {wanted}, found {}", show(byte));
            return Err(Error::ParseSyntax { what, offset: here });
        };
        self.state = next;
        Ok(Step::On(at + 1))
    }

    /// Reads a key, past its opening quote; how many bytes it took, `None` when it has not ended yet.
    fn key(&mut self, text: &[u8], offset: u64) -> Result<Option<usize>> {
        let end = memchr::memchr(b'"', text);
        if end.unwrap_or(text.len()) > MAX_KEY {
            let what = "a key of more than 1024 bytes".to_owned();
            return Err(Error::ParseSyntax { what, offset });
        }
        let Some(end) = end else {
            return Ok(None);
        };
        let section = Section::of(&text[..end]);
        if let Some(section) = section {
            if self.seen & section.bit() != 0 {
                let what = format!("a second `{}` section", section.name());
                return Err(Error::ParseInvalid { what, offset });
            }
            self.seen |= section.bit();
        }
        self.state = State::Colon(section);
        Ok(Some(end + 1))
    }

    /// Begins a section's value with its first byte; how many bytes that consumed.
    fn begin(&mut self, section: Option<Section>, byte: u8, offset: u64) -> Result<usize> {
        let Some(section) = section else {
            self.state = State::Skip(Skipper::default());
            return Ok(0);
        };
        let opening = if section == Section::Snapshot { b'{' } else { b'[' };
        if byte != opening {
            let (name, opening) = (section.name(), char::from(opening));
            let what = format!("expected `{opening}` to begin `{name}`, found {}", show(byte));
            return Err(Error::ParseSyntax { what, offset });
        }
        let (state, consumed) = match section {
            Section::Snapshot => (State::Header { json: Vec::new(), skipper: Skipper::default(), offset }, 0),
            Section::Strings => (State::Strings(Text::new()), 1),
            _ if self.layout.is_none() => return Err(no_layout(section, offset)),
            Section::TraceTree => (State::TraceTree(TraceTree::new()), 1),
            Section::Table(table) => (State::Table { table, empty: true }, 1),
        };
        self.state = state;
        Ok(consumed)
    }

    /// Checks that the file may end at `end`, with `rest` undecided, and gives up its layout.
    pub fn finish(self, rest: &[u8], end: u64) -> Result<Arc<Layout>> {
        let truncated = |what: &str| Err(Error::ParseTruncated { what: what.to_owned(), offset: end });
        match &self.state {
            State::End => {}
            State::Start if end == 0 => return truncated("anything: the file is empty"),
            State::Start => return truncated("the first `{`"),
            State::Header { .. } => return truncated("`snapshot`"),
            State::Table { table, .. } => {
                // A byte that no table holds is a worse and earlier fault than the missing end.
                let odd = |b: &u8| !matches!(b, b'0'..=b'9' | b',' | b'-') && !is_blank(&[*b]);
                if let Some(at) = rest.iter().position(odd) {
                    let what = format!("unexpected {} in `{}`", show(rest[at]), table.name());
                    return Err(Error::ParseSyntax { what, offset: end - (rest.len() - at) as u64 });
                }
                return truncated(&format!("`{}`", table.name()));
            }
            State::Strings(_) => return truncated("`strings`"),
            State::TraceTree(_) => return truncated("`trace_tree`"),
            State::Colon(Some(section)) | State::Value(Some(section)) => {
                return truncated(&format!("`{}`", section.name()));
            }
            State::Skip(_) | State::Value(None) => return truncated("a section"),
            State::FirstKey | State::Key | State::Colon(None) => return truncated("a key"),
            State::CommaOrEnd => return truncated("the last `}`"),
        }
        let missing = |name: &str| {
            let what = format!("there is no `{name}` section");
            Error::ParseInvalid { what, offset: end }
        };
        for required in [Section::Table(Table::Nodes), Section::Table(Table::Edges), Section::Strings] {
            if self.seen & required.bit() == 0 {
                return Err(missing(required.name()));
            }
        }
        self.layout.ok_or_else(|| missing("snapshot"))
    }
}

/// A section that cannot be read for want of `snapshot.meta`.
pub(super) fn no_layout(section: Section, offset: u64) -> Error {
    let what = format!("`{}` comes before `snapshot`, or that does not list its fields,", section.name());
    Error::ParseInvalid { what, offset }
}

fn syntax(fault: Fault, offset: u64) -> Error {
    Error::ParseSyntax { what: fault.what, offset: offset + fault.at as u64 }
}
