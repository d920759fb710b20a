//! Two snapshots of one process, compared as memwatch's `HeapDiff` does: by V8's own type of node and, for
//! objects, by name; told apart by V8's object ids.
//!
//! Coarser than [`comparison`](super::comparison), which has DevTools' classes and sizes: here sizes are V8's raw
//! ones, and an object with a changed constructor name counts under it.

use crate::parse::Columns;
use crate::parse::columns::NodeKind;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Marks an object that is counted, but under no name.
const UNNAMED: u32 = u32::MAX;

/// The objects of one snapshot: all that a difference needs of it.
pub struct Tally {
    nodes: u64,
    bytes: u64,
    /// By id.
    objects: Vec<Object>,
    names: Vec<String>,
}

#[derive(Clone, Copy)]
struct Object {
    id: u32,
    /// Row in `names`, or [`UNNAMED`].
    what: u32,
    size: u64,
}

/// What changed, bytes and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub before: Totals,
    pub after: Totals,
    pub freed: u64,
    pub allocated: u64,
    /// By name; what did not change is not in here.
    pub details: Vec<Detail>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub nodes: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Detail {
    pub what: String,
    pub bytes: i64,
    pub added: u64,
    pub released: u64,
}

impl Tally {
    /// `ignored`: names of objects that do not count, because they are the measuring device.
    pub fn of(columns: &Columns, ignored: &[&str]) -> Self {
        let nodes = &columns.nodes;
        let mut tally = Self { nodes: nodes.len() as u64, bytes: 0, objects: Vec::new(), names: Vec::new() };
        tally.objects.reserve_exact(nodes.len());
        let mut rows: FxHashMap<String, u32> = FxHashMap::default();
        // A name's text is looked up once: snapshots have few names and many objects.
        let mut of_name = FxHashMap::default();
        for at in 0..nodes.len() {
            let what = match nodes.kind[at] {
                NodeKind::OBJECT => {
                    let text = |name| columns.strings.text(name).into_owned();
                    *of_name
                        .entry(nodes.name[at])
                        .or_insert_with(|| tally.row(&mut rows, text(nodes.name[at])))
                }
                kind => type_name(kind).map_or(UNNAMED, |name| tally.row(&mut rows, name.to_owned())),
            };
            if nodes.kind[at] == NodeKind::OBJECT && ignored.contains(&tally.names[what as usize].as_str()) {
                continue;
            }
            let size = nodes.self_size.get(at);
            tally.bytes += size;
            tally.objects.push(Object { id: nodes.id[at], what, size });
        }
        tally.objects.sort_unstable_by_key(|object| object.id);
        tally
    }

    fn row(&mut self, rows: &mut FxHashMap<String, u32>, name: String) -> u32 {
        *rows.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            (self.names.len() - 1) as u32
        })
    }

    fn totals(&self) -> Totals {
        Totals { nodes: self.nodes, bytes: self.bytes }
    }

    /// From this snapshot to a later one.
    pub fn to(&self, after: &Self) -> Difference {
        let mut change = Difference { before: self.totals(), after: after.totals(), ..Difference::default() };
        let mut details: BTreeMap<&str, Detail> = BTreeMap::new();
        let (mut old, mut new) = (self.objects.iter().peekable(), after.objects.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.id.cmp(&b.id),
            };
            let released = if order.is_le() { old.next() } else { None };
            let added = if order.is_ge() { new.next() } else { None };
            match (released, added) {
                (Some(object), None) => {
                    change.freed += 1;
                    if let Some(name) = self.names.get(object.what as usize) {
                        let detail = details.entry(name).or_default();
                        detail.released += 1;
                        detail.bytes -= object.size as i64;
                    }
                }
                (None, Some(object)) => {
                    change.allocated += 1;
                    if let Some(name) = after.names.get(object.what as usize) {
                        let detail = details.entry(name).or_default();
                        detail.added += 1;
                        detail.bytes += object.size as i64;
                    }
                }
                _ => {}
            }
        }
        change.details =
            details.into_iter().map(|(what, detail)| Detail { what: what.to_owned(), ..detail }).collect();
        change
    }
}

/// What a node that is no object counts under; `None`: V8's own bookkeeping.
fn type_name(kind: NodeKind) -> Option<&'static str> {
    match kind {
        NodeKind::ARRAY => Some("Array"),
        NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => Some("String"),
        NodeKind::CODE => Some("Code"),
        NodeKind::CLOSURE => Some("Closure"),
        NodeKind::REGEXP => Some("RegExp"),
        NodeKind::NUMBER => Some("Number"),
        NodeKind::NATIVE => Some("Native"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: type as V8 numbers it (2 string, 3 object), name, id, size.
    fn tally(rows: &[(u32, &str, u32, u64)]) -> Tally {
        let strings: Vec<String> = rows.iter().map(|row| format!("\"{}\"", row.1)).collect();
        let nodes: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(at, (kind, _, id, size))| format!("{kind},{at},{id},{size},0"))
            .collect();
        let types =
            r#"["hidden","array","string","object","code","closure","regexp","number","native","synthetic"]"#;
        let json = format!(
            r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"],
            "node_types":[{types},"string","number","number","number"],
            "edge_fields":["type","name_or_index","to_node"],
            "edge_types":[["context"],"string_or_number","node"]}},"node_count":{},"edge_count":0}},
            "nodes":[{}],"edges":[],"strings":[{}]}}"#,
            rows.len(),
            nodes.join(","),
            strings.join(",")
        );
        let columns = crate::parse::source::read(json.as_bytes(), &Default::default()).unwrap();
        Tally::of(&columns, &["HeapDiff"])
    }

    #[test]
    fn counts_what_came_and_what_went() {
        let before = tally(&[(9, "", 1, 0), (3, "Kept", 3, 16), (3, "Gone", 5, 40), (2, "text", 7, 24)]);
        let after = tally(&[
            (9, "", 1, 0),
            (3, "Kept", 3, 99),
            (2, "other", 9, 32),
            (3, "Leak", 11, 8),
            (3, "Leak", 13, 8),
            (0, "system", 15, 4),
            (3, "HeapDiff", 17, 1000),
        ]);
        let change = before.to(&after);
        assert_eq!(change.before, Totals { nodes: 4, bytes: 80 });
        assert_eq!(change.after, Totals { nodes: 7, bytes: 151 });
        assert_eq!((change.freed, change.allocated), (2, 4));
        let detail =
            |what: &str, bytes, added, released| Detail { what: what.to_owned(), bytes, added, released };
        assert_eq!(
            change.details,
            [detail("Gone", -40, 0, 1), detail("Leak", 16, 2, 0), detail("String", 8, 1, 1)],
            "by name; hidden nodes are counted and not named; the device itself is left out"
        );
    }
}
