//! A snapshot as v8-profiler shows it: nodes with their edges, and how many there are of each type.

use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{EdgeKind, NodeKind};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub name: String,
    pub id: u32,
    pub shallow_size: u64,
    pub children: Vec<EdgeView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeView {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub name: EdgeName,
    /// Row of the node it leads to.
    pub to: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EdgeName {
    Text(String),
    Index(u32),
}

/// The node in a row; `None` when there is no such row.
pub fn node(columns: &Columns, row: u32) -> Option<NodeView> {
    let at = row as usize;
    let kind = *columns.nodes.kind.get(at)?;
    let children = columns
        .nodes
        .edges_of(NodeIdx(row))
        .map(|edge| columns.edges.get(edge))
        .map(|edge| EdgeView {
            kind: edge_type(edge.kind),
            name: if edge.kind.is_indexed() {
                EdgeName::Index(edge.name_or_index)
            } else {
                EdgeName::Text(columns.strings.text(StrIdx(edge.name_or_index)).into_owned())
            },
            to: edge.to.0,
        })
        .collect();
    Some(NodeView {
        kind: node_type(kind),
        name: columns.strings.text(columns.nodes.name[at]).into_owned(),
        id: columns.nodes.id[at],
        shallow_size: columns.nodes.self_size.get(at),
        children,
    })
}

/// Objects by name, everything else by type.
pub fn histogram(columns: &Columns) -> BTreeMap<String, u64> {
    let nodes = &columns.nodes;
    let mut by_name: rustc_hash::FxHashMap<StrIdx, u64> = rustc_hash::FxHashMap::default();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (kind, name) in nodes.kind.iter().zip(&nodes.name) {
        if *kind == NodeKind::OBJECT {
            *by_name.entry(*name).or_default() += 1;
        } else {
            match counts.get_mut(node_type(*kind)) {
                Some(count) => *count += 1,
                None => drop(counts.insert(node_type(*kind).to_owned(), 1)),
            }
        }
    }
    for (name, count) in by_name {
        *counts.entry(columns.strings.text(name).into_owned()).or_default() += count;
    }
    counts
}

fn node_type(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::ARRAY => "Array",
        NodeKind::STRING => "String",
        NodeKind::OBJECT => "Object",
        NodeKind::CODE => "Code",
        NodeKind::CLOSURE => "Closure",
        NodeKind::REGEXP => "RegExp",
        NodeKind::NUMBER => "HeapNumber",
        NodeKind::NATIVE => "Native",
        NodeKind::SYNTHETIC => "Synthetic",
        NodeKind::CONCATENATED_STRING => "ConsString",
        NodeKind::SLICED_STRING => "SlicedString",
        _ => "Hidden",
    }
}

fn edge_type(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::CONTEXT => "ContextVariable",
        EdgeKind::ELEMENT => "Element",
        EdgeKind::PROPERTY => "Property",
        EdgeKind::INTERNAL => "Internal",
        EdgeKind::HIDDEN => "Hidden",
        EdgeKind::SHORTCUT => "Shortcut",
        EdgeKind::WEAK => "Weak",
        _ => "Undefined",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_objects_by_name_and_the_rest_by_type() {
        let json = br#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
            "node_types":[["hidden","string","object"],"string","number","number","number"],
            "edge_fields":["type","name_or_index","to_node"],
            "edge_types":[["element","property"],"string_or_number","node"]},"node_count":4,"edge_count":2},
            "nodes":[0,0,1,0,0, 2,1,3,16,2, 2,1,5,24,0, 1,2,7,8,0],
            "edges":[0,7,10, 1,2,15],"strings":["","Leak","text"]}"#;
        let columns = crate::parse::source::read(&json[..], &Default::default()).unwrap();
        let counts: Vec<(String, u64)> = histogram(&columns).into_iter().collect();
        let pair = |name: &str, count| (name.to_owned(), count);
        assert_eq!(counts, [pair("Hidden", 1), pair("Leak", 2), pair("String", 1)]);
        let leak = node(&columns, 1).unwrap();
        assert_eq!((leak.kind, leak.name.as_str(), leak.id, leak.shallow_size), ("Object", "Leak", 3, 16));
        let edge = |kind, name, to| EdgeView { kind, name, to };
        assert_eq!(
            leak.children,
            [edge("Element", EdgeName::Index(7), 2), edge("Property", EdgeName::Text("text".to_owned()), 3)]
        );
        assert_eq!(node(&columns, 4), None);
    }
}
