//! First pass: what each string of the table is used for.

use super::layout::{Layout, NameUse};
use super::source::Source;
use super::walk::{Table, Visitor, walk};
use super::words;
use crate::error::{Error, Result};

/// An object with this many properties that are not functions is used as a dictionary: its keys are content.
/// Programs that write code by hand stay below; V8 itself turns objects into hash tables in this region.
pub const DICTIONARY: usize = 64;

/// For one string of the table, everything it is used for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Uses(u8);

impl Uses {
    /// The name of a property, a variable, a function, a script or something of V8's.
    pub const LABEL: Self = Self(1);
    /// The text of a string, symbol or regular expression, or the value of a number.
    pub const CONTENT: Self = Self(1 << 1);
    /// A key of an object used as a dictionary.
    pub const KEY: Self = Self(1 << 2);
    /// The class of an object.
    pub const CLASS: Self = Self(1 << 3);
    /// What V8 itself writes where content would be, such as "(sliced string)".
    pub const FIXED: Self = Self(1 << 4);

    pub fn is(self, use_: Self) -> bool {
        self.0 & use_.0 != 0
    }

    pub fn add(&mut self, use_: Self) {
        self.0 |= use_.0;
    }

    /// Whether the table keeps the string, because somebody needs it as a name.
    pub fn is_name(self) -> bool {
        self.is(Self::LABEL) || self.is(Self::CLASS) || self.is(Self::FIXED)
    }

    /// Whether nodes that hold this text need a string of their own, because the table keeps it as a name.
    pub fn is_separated(self) -> bool {
        self.is(Self::CONTENT) && self.is_name() && !self.is(Self::FIXED)
    }
}

pub struct Survey {
    /// For each string, its uses; strings past the end have none.
    pub uses: Vec<Uses>,
    /// For each string, its length in UTF-16 units, as JavaScript counts.
    pub lengths: Vec<u32>,
}

impl Survey {
    pub fn uses(&self, string: usize) -> Uses {
        self.uses.get(string).copied().unwrap_or_default()
    }
}

/// Reads `source` once.
pub fn survey(source: &Source<'_>) -> Result<Survey> {
    let mut pass = Pass { most_strings: source.most_strings(), ..Pass::default() };
    walk(source.open()?, &mut pass)?;
    Ok(Survey { uses: pass.uses, lengths: pass.lengths })
}

#[derive(Default)]
struct Pass {
    most_strings: u64,
    layout: Option<Layout>,
    uses: Vec<Uses>,
    lengths: Vec<u32>,
    /// For each node ordinal, its type number (capped) and how many edges it has.
    kinds: Vec<u8>,
    edge_counts: Vec<u32>,
    /// The field of the current row that comes next, and the row's values so far.
    column: usize,
    row: Row,
    /// How many nodes' edges were begun, how many edges the last of them still has, and its properties that
    /// are no functions.
    begun: usize,
    edges_left: u32,
    properties: Vec<u64>,
    edges_done: bool,
}

#[derive(Default)]
struct Row {
    kind: u64,
    name: u64,
    edge_count: u64,
    to: u64,
}

impl Visitor for Pass {
    fn layout(&mut self, layout: Layout) -> Result<(), String> {
        self.layout = Some(layout);
        Ok(())
    }

    fn wants(&self, _: Table) -> bool {
        true
    }

    fn number(&mut self, table: Table, value: u64) -> Result<Option<u64>, String> {
        let layout = self.layout.take().ok_or("the tables come before their description")?;
        let result = match table {
            Table::Nodes => self.node_field(&layout, value),
            Table::Edges => self.edge_field(&layout, value),
            Table::FunctionInfos => self.function_field(&layout, value),
        };
        self.layout = Some(layout);
        result.map(|()| None)
    }

    fn end(&mut self, table: Table) -> Result<(), String> {
        if self.column != 0 {
            return Err(format!("the last row of {table:?} is incomplete"));
        }
        if table == Table::Edges {
            self.node_done()?;
            self.edges_done = true;
            if self.edges_left > 0 || self.edge_counts[self.begun..].iter().any(|&count| count > 0) {
                return Err("fewer edges than the nodes say they have".to_owned());
            }
        }
        Ok(())
    }

    fn string(&mut self, json: &[u8]) -> Result<bool> {
        let index = self.lengths.len();
        self.lengths.push(words::length(json));
        if let Some(uses) = self.uses.get_mut(index) {
            if words::is_fixed(json) {
                uses.add(Uses::FIXED);
            }
            if uses.is(Uses::KEY) && words::is_source_path(json) {
                uses.add(Uses::LABEL);
            }
        }
        Ok(true)
    }

    fn strings_end(&mut self, offset: u64) -> Result<()> {
        let (named, strings) = (self.uses.len(), self.lengths.len());
        let what = if !self.edges_done {
            "the strings come before the tables that use them".to_owned()
        } else if named > strings {
            format!("a name is string {} and there are only {strings}", named - 1)
        } else {
            return Ok(());
        };
        Err(Error::ParseInvalid { what, offset })
    }

    fn raw(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

impl Pass {
    fn node_field(&mut self, layout: &Layout, value: u64) -> Result<(), String> {
        let node = &layout.node;
        match self.column {
            c if c == node.kind => self.row.kind = value,
            c if c == node.name => self.row.name = value,
            c if c == node.edge_count => self.row.edge_count = value,
            _ => {}
        }
        self.column += 1;
        if self.column == node.fields {
            self.column = 0;
            let name_use = node.names.get(self.row.kind as usize).ok_or("a node of an unlisted type")?;
            self.used(
                self.row.name,
                match name_use {
                    NameUse::Text | NameUse::Value => Uses::CONTENT,
                    NameUse::Class => Uses::CLASS,
                    NameUse::Label => Uses::LABEL,
                },
            )?;
            self.kinds.push(u8::try_from(self.row.kind).unwrap_or(u8::MAX));
            self.edge_counts.push(u32::try_from(self.row.edge_count).map_err(|_| "more than 2^32 edges")?);
        }
        Ok(())
    }

    fn edge_field(&mut self, layout: &Layout, value: u64) -> Result<(), String> {
        let edge = &layout.edge;
        match self.column {
            c if c == edge.kind => self.row.kind = value,
            c if c == edge.name => self.row.name = value,
            c if c == edge.to => self.row.to = value,
            _ => {}
        }
        self.column += 1;
        if self.column == edge.fields {
            self.column = 0;
            self.edge(layout)?;
        }
        Ok(())
    }

    fn edge(&mut self, layout: &Layout) -> Result<(), String> {
        while self.edges_left == 0 {
            self.node_done()?;
            let next = self.edge_counts.get(self.begun).ok_or("more edges than the nodes say they have")?;
            self.edges_left = *next;
            self.begun += 1;
        }
        self.edges_left -= 1;
        let target = self.kinds.get((self.row.to / layout.node.fields as u64) as usize);
        let target = u64::from(*target.ok_or("an edge to a node that does not exist")?);
        let named = layout.edge.named.get(self.row.kind as usize).ok_or("an edge of an unlisted type")?;
        if !named {
            return Ok(());
        }
        let from = u64::from(self.kinds[self.begun - 1]);
        if Some(self.row.kind) == layout.edge.property
            && Some(from) == layout.node.object
            && Some(target) != layout.node.closure
        {
            self.properties.push(self.row.name);
            return Ok(());
        }
        self.used(self.row.name, Uses::LABEL)
    }

    /// All edges of a node were read: its properties are names, or keys if there are very many.
    fn node_done(&mut self) -> Result<(), String> {
        let use_ = if self.properties.len() >= DICTIONARY { Uses::KEY } else { Uses::LABEL };
        for name in std::mem::take(&mut self.properties) {
            self.used(name, use_)?;
        }
        Ok(())
    }

    fn function_field(&mut self, layout: &Layout, value: u64) -> Result<(), String> {
        if layout.function_names.contains(&self.column) {
            self.used(value, Uses::LABEL)?;
        }
        self.column = (self.column + 1) % layout.function_fields.max(1);
        Ok(())
    }

    fn used(&mut self, string: u64, use_: Uses) -> Result<(), String> {
        if string >= self.most_strings {
            return Err(format!("string {string} cannot exist in a file of this size"));
        }
        let at = string as usize;
        if at >= self.uses.len() {
            self.uses.resize(at + 1, Uses::default());
        }
        self.uses[at].add(use_);
        Ok(())
    }
}
