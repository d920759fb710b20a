//! Nodes in groups (of a class, below a dominator), each group with the biggest retained size first.

use crate::graph::Graph;
use crate::ids::NodeIdx;

/// For each group, its members.
pub struct Groups {
    /// For each group, where its members begin; one more entry at the end.
    first: Vec<u32>,
    members: Vec<NodeIdx>,
}

impl Groups {
    /// Members come into their group in the order of `nodes`; those without a group are left out.
    pub fn new(groups: usize, nodes: &[NodeIdx], group_of: impl Fn(NodeIdx) -> Option<usize>) -> Self {
        let mut first = vec![0u32; groups + 1];
        for &node in nodes {
            if let Some(group) = group_of(node) {
                first[group] += 1;
            }
        }
        let mut end = 0;
        for slot in &mut first {
            end += *slot;
            *slot = end;
        }
        let mut members = vec![NodeIdx(0); end as usize];
        // Backwards, so that each entry moves from the end of its group down to its start.
        for &node in nodes.iter().rev() {
            if let Some(group) = group_of(node) {
                first[group] -= 1;
                members[first[group] as usize] = node;
            }
        }
        Self { first, members }
    }

    pub fn of(&self, group: usize) -> &[NodeIdx] {
        &self.members[self.first[group] as usize..self.first[group + 1] as usize]
    }
}

/// All nodes, biggest retained size first, of equals the smaller ordinal.
///
/// Nearly all retained sizes are small numbers: those are counted into place, and only the rest is compared.
pub fn by_retained(graph: &Graph) -> Vec<NodeIdx> {
    const SMALL: u64 = 1 << 16;
    let mut first = vec![0u32; SMALL as usize];
    let mut big = Vec::new();
    for node in graph.nodes() {
        match graph.retained_size(node) {
            size if size < SMALL => first[size as usize] += 1,
            size => big.push((std::cmp::Reverse(size), node)),
        }
    }
    big.sort_unstable();
    let mut order = vec![NodeIdx(0); graph.len()];
    for (slot, (_, node)) in order.iter_mut().zip(&big) {
        *slot = *node;
    }
    let mut start = big.len() as u32;
    for slot in first.iter_mut().rev() {
        start += std::mem::replace(slot, start);
    }
    for node in graph.nodes() {
        let size = graph.retained_size(node);
        if size < SMALL {
            let slot = &mut first[size as usize];
            order[*slot as usize] = node;
            *slot += 1;
        }
    }
    order
}
