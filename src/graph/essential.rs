//! Which edges keep objects alive in the dominator tree: DevTools' *essential* edges
//! (`computeIsEssentialEdge`).

use crate::graph::bits::Bits;
use crate::graph::weakmap;
use crate::graph::words::{Word, Words};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::EdgeKind;

/// The rule, with what it looks at.
#[derive(Clone, Copy)]
pub struct Essential<'a> {
    pub columns: &'a Columns,
    pub words: &'a Words,
    /// For each node ordinal, whether the page owns it; see [`crate::graph::page`].
    pub page: &'a Bits,
}

impl Essential<'_> {
    /// Whether the edge counts. Dropped are
    /// - the table's edge to a WeakMap's value (the key's edge tells more, and either one would do),
    /// - weak edges and edges from a node to itself,
    /// - and, unless they start at the root, shortcuts and edges from what the page does not own to what
    ///   it does: those come from a debugger and would hide who really holds the object.
    #[inline]
    pub fn holds(&self, from: NodeIdx, edge: usize) -> bool {
        let to = self.columns.edges.to[edge];
        let kind = self.columns.edges.kind(edge);
        if kind == EdgeKind::WEAK || to == from {
            return false;
        }
        if kind == EdgeKind::INTERNAL && self.is_table_to_value(from, edge) {
            return false;
        }
        if from == self.columns.root {
            return true;
        }
        kind != EdgeKind::SHORTCUT && (self.page.get(from.at()) || !self.page.get(to.at()))
    }

    #[inline]
    pub fn is_table_to_value(&self, from: NodeIdx, edge: usize) -> bool {
        let name = StrIdx(self.columns.edges.name_or_index(edge));
        self.words.of(name) == Word::WeakMapPair
            && weakmap::table_of(self.columns.strings.bytes(name))
                == Some(u64::from(self.columns.nodes.id[from.at()]))
    }
}
