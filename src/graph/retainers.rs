//! Who refers to an object: every edge turned round, built when somebody asks (`buildRetainers`).

use crate::ids::{EdgeIdx, NodeIdx};
use crate::parse::Columns;

/// For each node, the edges that lead to it, weak ones too, in DevTools' order: the last edge of the
/// snapshot first. Takes 8 bytes per edge and 4 per node.
pub struct Retainers {
    /// For each node ordinal, where its retainers start; one more entry at the end.
    first: Vec<u32>,
    /// For each retainer, the node the edge comes from.
    from: Vec<NodeIdx>,
    /// For each retainer, the edge.
    edge: Vec<EdgeIdx>,
}

impl Retainers {
    pub fn new(columns: &Columns) -> Self {
        let (nodes, edges) = (&columns.nodes, &columns.edges);
        let mut first = vec![0u32; nodes.len() + 1];
        for to in &edges.to {
            first[to.at()] += 1;
        }
        // Each entry becomes the end of the node's range, and moves down to its start as the range fills.
        let mut end = 0;
        for slot in &mut first {
            end += *slot;
            *slot = end;
        }
        let mut from = vec![NodeIdx(0); edges.len()];
        let mut edge = vec![EdgeIdx(0); edges.len()];
        for node in 0..nodes.len() {
            for e in nodes.edges_of(NodeIdx::from(node)) {
                let slot = &mut first[edges.to[e].at()];
                *slot -= 1;
                from[*slot as usize] = NodeIdx::from(node);
                edge[*slot as usize] = EdgeIdx::from(e);
            }
        }
        Self { first, from, edge }
    }

    /// The node's retainers: where from, by which edge.
    pub fn of(&self, node: NodeIdx) -> impl ExactSizeIterator<Item = (NodeIdx, EdgeIdx)> + '_ {
        let range = self.first[node.at()] as usize..self.first[node.at() + 1] as usize;
        range.map(|i| (self.from[i], self.edge[i]))
    }

    pub fn count(&self, node: NodeIdx) -> usize {
        (self.first[node.at() + 1] - self.first[node.at()]) as usize
    }
}
