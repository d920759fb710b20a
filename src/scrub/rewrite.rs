//! Second pass: the copy, with the names changed.

use super::layout::{Layout, NameUse};
use super::source::Source;
use super::survey::{Survey, Uses};
use super::walk::{Table, Visitor, walk};
use super::{Scrubbed, cannot_write, words};
use crate::error::Result;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Reads `source` once more and writes the scrubbed text to `to`; `path` is for error messages.
pub fn rewrite(source: &Source<'_>, survey: &Survey, to: &mut impl Write, path: &Path) -> Result<Scrubbed> {
    let separated: Vec<u32> =
        (0..survey.uses.len()).filter(|&at| survey.uses(at).is_separated()).map(|at| at as u32).collect();
    let mut copy = Copy {
        survey,
        to,
        path,
        layout: None,
        column: 0,
        name_use: NameUse::Label,
        own: separated.iter().zip(survey.lengths.len() as u64..).map(|(&at, own)| (at, own)).collect(),
        next: 0,
        done: Scrubbed { separated: separated.len() as u64, ..Scrubbed::default() },
        separated,
    };
    walk(source.open()?, &mut copy)?;
    Ok(copy.done)
}

struct Copy<'a, W> {
    survey: &'a Survey,
    to: &'a mut W,
    path: &'a Path,
    layout: Option<Layout>,
    /// Field of the current node row that comes next.
    column: usize,
    /// What the current node's name is; its type must come before its name in the row.
    name_use: NameUse,
    /// Strings that are both a name and content, in order, and for each the index of the placeholder that
    /// its nodes get, after the end of the original table.
    separated: Vec<u32>,
    own: HashMap<u32, u64>,
    /// The string that comes next.
    next: usize,
    done: Scrubbed,
}

impl<W: Write> Visitor for Copy<'_, W> {
    fn layout(&mut self, layout: Layout) -> Result<(), String> {
        if layout.node.name < layout.node.kind {
            return Err("snapshot.meta.node_fields has \"name\" before \"type\"".to_owned());
        }
        self.layout = Some(layout);
        Ok(())
    }

    fn wants(&self, table: Table) -> bool {
        table == Table::Nodes
    }

    fn number(&mut self, _: Table, value: u64) -> Result<Option<u64>, String> {
        let Some(Layout { node, .. }) = &self.layout else { return Ok(None) };
        let mut new = None;
        if self.column == node.kind {
            self.name_use = node.names.get(value as usize).copied().unwrap_or(NameUse::Label);
        } else if self.column == node.name && matches!(self.name_use, NameUse::Text | NameUse::Value) {
            new = u32::try_from(value).ok().and_then(|name| self.own.get(&name).copied());
        }
        self.column = (self.column + 1) % node.fields;
        Ok(new)
    }

    fn end(&mut self, _: Table) -> Result<(), String> {
        Ok(())
    }

    fn string(&mut self, json: &[u8]) -> Result<bool> {
        let uses = self.survey.uses(self.next);
        let new = if !uses.is_name() {
            Cow::Owned(words::placeholder(words::length(json), self.next).into_bytes())
        } else if uses.is(Uses::CLASS) {
            words::class(json)
        } else {
            words::label(json)
        };
        self.next += 1;
        self.done.strings += 1;
        if let Cow::Owned(new) = &new {
            self.done.replaced += 1;
            self.raw(b"\"")?;
            self.raw(new)?;
            self.raw(b"\"")?;
        }
        Ok(matches!(new, Cow::Owned(_)))
    }

    fn strings_end(&mut self, _: u64) -> Result<()> {
        for at in std::mem::take(&mut self.separated) {
            let own = words::placeholder(self.survey.lengths[at as usize], at as usize);
            self.raw(format!(",\n\"{own}\"").as_bytes())?;
        }
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.write_all(bytes).map_err(|e| cannot_write(self.path, e))
    }
}
