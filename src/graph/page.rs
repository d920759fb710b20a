//! What the page (in Node: the application) owns, as opposed to a debugger: everything reachable from the
//! global objects and the DOM trees over any edge that is not weak (`markPageOwnedNodes`).

use crate::graph::bits::Bits;
use crate::graph::roots::is_document_dom_trees;
use crate::graph::words::Words;
use crate::ids::NodeIdx;
use crate::parse::Columns;
use crate::parse::columns::EdgeKind;

/// The nodes the walk starts from: targets of the root's shortcuts (the global objects), and of its
/// element edges if they lead to the DOM trees.
pub fn seeds(columns: &Columns, words: &Words) -> Vec<NodeIdx> {
    let edges = columns.nodes.edges_of(columns.root);
    edges
        .filter_map(|e| {
            let edge = columns.edges.get(e);
            let seed = match edge.kind {
                EdgeKind::SHORTCUT => true,
                EdgeKind::ELEMENT => is_document_dom_trees(columns, words, edge.to),
                _ => false,
            };
            seed.then_some(edge.to)
        })
        .collect()
}

/// Adds to `page` all that is reachable from `todo`, whose members must be in `page` already.
pub fn flood(columns: &Columns, page: &mut Bits, todo: &mut Vec<NodeIdx>) {
    while let Some(node) = todo.pop() {
        for edge in columns.nodes.edges_of(node) {
            let to = columns.edges.to[edge];
            if columns.edges.kind(edge) != EdgeKind::WEAK && page.insert(to.at()) {
                todo.push(to);
            }
        }
    }
}
