//! How much a container contains: elements of an array, entries of a Map or Set, properties of an object.
//!
//! V8 writes only references into a snapshot, so entries that are all small integers are not seen.

use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Columns, EdgeKind, NodeKind};

/// A plain object with more named properties than this is a dictionary: its keys are data, not structure.
pub const DICTIONARY_FROM: usize = 25;
/// An object of any class with more named properties than this is one as well.
pub const HUGE_OBJECT_FROM: usize = 300;

/// Whether the object's property names are data rather than structure.
pub fn is_dictionary(columns: &Columns, node: NodeIdx) -> bool {
    let edges = columns.nodes.edges_of(node);
    if edges.len() < DICTIONARY_FROM || columns.nodes.kind[node.at()] != NodeKind::OBJECT {
        return false;
    }
    let named = edges.filter(|&e| columns.edges.kind(e) == EdgeKind::PROPERTY).count();
    let plain = columns.strings.bytes(columns.nodes.name[node.at()]) == b"Object";
    named >= if plain { DICTIONARY_FROM } else { HUGE_OBJECT_FROM }
}

/// Names that are looked for at every edge, as string indexes.
#[derive(Clone, Copy, Default)]
pub struct Names {
    proto: Option<StrIdx>,
    table: Option<StrIdx>,
    hole: Option<StrIdx>,
}

impl Names {
    pub fn of(columns: &Columns) -> Self {
        let mut names = Self::default();
        for at in (0..columns.strings.len()).map(StrIdx::from) {
            match columns.strings.bytes(at) {
                b"__proto__" => names.proto = Some(at),
                b"table" => names.table = Some(at),
                b"system / Hole" => names.hole = Some(at),
                _ => {}
            }
        }
        names
    }
}

/// Elements, properties and entries of an object, the prototype link aside. The edges of an array's or object's
/// backing store repeat its own, so the store is asked only where the object has none (Map, Set).
pub fn elements(columns: &Columns, names: Names, node: NodeIdx) -> u64 {
    let mut own = 0u64;
    for e in columns.nodes.edges_of(node) {
        match columns.edges.kind(e) {
            EdgeKind::ELEMENT | EdgeKind::CONTEXT => own += 1,
            EdgeKind::PROPERTY if Some(StrIdx(columns.edges.name_or_index(e))) != names.proto => own += 1,
            EdgeKind::INTERNAL => {
                let to = columns.edges.to[e];
                let is_table = Some(StrIdx(columns.edges.name_or_index(e))) == names.table;
                if is_table && columns.nodes.kind[to.at()] == NodeKind::ARRAY {
                    let set = columns.strings.bytes(columns.nodes.name[node.at()]) == b"Set";
                    own += table_entries(columns, names, to, if set { 2 } else { 3 });
                }
            }
            _ => {}
        }
    }
    own
}

/// Entries of an ordered hash table. They lie `width` slots apart (key, value and chain link for a Map, key and
/// link for a Set), so all keys have the same remainder modulo `width` and all values another: whichever of
/// the two are objects, the most frequent remainder counts the entries. What was deleted leaves holes, which V8 12 and 13
/// write like values.
fn table_entries(columns: &Columns, names: Names, table: NodeIdx, width: usize) -> u64 {
    let mut by_remainder = [0u64; 3];
    for e in columns.nodes.edges_of(table) {
        let is_hole = Some(columns.nodes.name[columns.edges.to[e].at()]) == names.hole;
        if is_hole || columns.edges.kind(e) != EdgeKind::INTERNAL {
            continue;
        }
        let text = name(columns, e);
        if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
            let slot = text
                .iter()
                .fold(0usize, |n, digit| n.wrapping_mul(10).wrapping_add(usize::from(digit - b'0')));
            by_remainder[slot % width] += 1;
        }
    }
    by_remainder.into_iter().max().unwrap_or(0)
}

/// The name of a named edge.
fn name(columns: &Columns, edge: usize) -> &[u8] {
    columns.strings.bytes(StrIdx(columns.edges.name_or_index(edge)))
}
