//! One object, or one reference to an object, as a row of a list.

use crate::analysis::label::is_weak_pair;
use crate::explore::{Snapshot, preview};
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Edge, EdgeKind};
use crate::report::Place;
use crate::report::rows::kind_name;
use serde::Serialize;

/// Longer names are cut, for they may be whole texts.
const LONGEST_NAME: usize = 200;

/// Figures are DevTools' raw ones, as in `leakguard nodes`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeRow {
    /// V8's object id.
    pub id: u32,
    /// The node's ordinal, by which questions about it name it.
    pub index: u32,
    #[serde(rename = "type")]
    pub kind: String,
    /// The name DevTools shows, cut at 200 characters.
    pub name: String,
    pub class_name: String,
    pub self_size: u64,
    pub retained_size: u64,
    pub distance: i32,
    pub detachedness: u8,
    /// Where its class, or the closure itself, is defined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// What is in it, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
}

impl NodeRow {
    pub fn of(snapshot: &Snapshot, node: NodeIdx) -> Self {
        let graph = snapshot.graph();
        let nodes = &graph.columns().nodes;
        Self {
            id: nodes.id[node.at()],
            index: node.0,
            kind: kind_name(graph, nodes.kind[node.at()]).into_owned(),
            name: name(graph, node),
            class_name: graph.class_name(node).into_owned(),
            self_size: graph.self_size(node),
            retained_size: graph.retained_size(node),
            distance: graph.distance(node),
            detachedness: graph.detachedness(node),
            location: graph
                .location(node)
                .map(|at| snapshot.scripts().place(at.script_id, at.line, at.column)),
            preview: preview::of(graph, node),
        }
    }
}

/// The root's own name is empty.
fn name(graph: &Graph, node: NodeIdx) -> String {
    if node == graph.root() { "(root)".to_owned() } else { cut(&graph.label(node), LONGEST_NAME) }
}

/// The first `longest` characters.
pub fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One reference: its name, and the object at its other end (the one it leads to, or the one that has it).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeRow {
    pub edge: String,
    pub edge_type: &'static str,
    /// False for weak references and others that do not count in the dominator tree.
    pub essential: bool,
    pub node: NodeRow,
}

impl EdgeRow {
    /// `from` is where the edge belongs, `other` the end to show.
    pub fn of(snapshot: &Snapshot, from: NodeIdx, edge: &Edge, other: NodeIdx) -> Self {
        let graph = snapshot.graph();
        Self {
            edge: edge_name(graph, edge),
            edge_type: edge_type(edge.kind),
            essential: graph.is_essential(from, edge),
            node: NodeRow::of(snapshot, other),
        }
    }
}

/// A property's or variable's name, an element's index. V8 names the references of a WeakMap's entry with a
/// sentence; what it says is in the rows already.
fn edge_name(graph: &Graph, edge: &Edge) -> String {
    if edge.kind.is_indexed() {
        return edge.name_or_index.to_string();
    }
    let text = graph.columns().strings.text(StrIdx(edge.name_or_index));
    if edge.kind == EdgeKind::INTERNAL && is_weak_pair(text.as_bytes()) {
        return "WeakMap value".to_owned();
    }
    cut(&text, LONGEST_NAME)
}

fn edge_type(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::CONTEXT => "context",
        EdgeKind::ELEMENT => "element",
        EdgeKind::PROPERTY => "property",
        EdgeKind::INTERNAL => "internal",
        EdgeKind::HIDDEN => "hidden",
        EdgeKind::SHORTCUT => "shortcut",
        EdgeKind::WEAK => "weak",
        _ => "other",
    }
}
