//! The user's roots: what the application itself hangs from, such as the global object.

use crate::graph::words::{Word, Words};
use crate::ids::NodeIdx;
use crate::parse::Columns;
use crate::parse::columns::NodeKind;

/// The targets of the root's edges that count as user roots, one entry per edge, in the order of the edges:
/// anything not synthetic, and the synthetic `(Document DOM trees)`. Empty for a snapshot taken with
/// internals exposed, which switches DevTools to another way of counting.
pub fn user_roots(columns: &Columns, words: &Words) -> Vec<NodeIdx> {
    let edges = columns.nodes.edges_of(columns.root);
    let targets = columns.edges.to[edges].iter().copied();
    targets.filter(|&to| is_user_root(columns, words, to)).collect()
}

fn is_user_root(columns: &Columns, words: &Words, node: NodeIdx) -> bool {
    columns.nodes.kind[node.at()] != NodeKind::SYNTHETIC || is_document_dom_trees(columns, words, node)
}

pub fn is_document_dom_trees(columns: &Columns, words: &Words, node: NodeIdx) -> bool {
    columns.nodes.kind[node.at()] == NodeKind::SYNTHETIC
        && words.of(columns.nodes.name[node.at()]) == Word::DocumentDomTrees
}
