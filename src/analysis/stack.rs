//! Who holds an object when nobody's stack does.
//!
//! A snapshot taken in the middle of the program's work has locals among its roots: the variable that grows is
//! held by its scope and by the stack, so that the root dominates it, and its path signature is another one
//! than in a snapshot taken a moment later. [`Above`] is the dominator tree with what the stack holds put back
//! below its other holders.
//!
//! In: a graph. Out: for the few nodes that move, their nearest common dominator among all but the stack.
//! What only the stack holds stays there. Cost: two passes over the edges.

use crate::analysis::members::role;
use crate::analysis::role::Role;
use crate::graph::{Bits, Graph};
use crate::ids::NodeIdx;
use rustc_hash::{FxHashMap, FxHashSet};

pub struct Above<'a> {
    graph: &'a Graph,
    moved: FxHashMap<NodeIdx, NodeIdx>,
}

/// A node that moves can be what another one's new place depends on; so deep are few.
const MOST_PASSES: usize = 8;

impl<'a> Above<'a> {
    pub fn of_graph(graph: &'a Graph) -> Self {
        let mut above = Self { graph, moved: FxHashMap::default() };
        let stacks: FxHashSet<NodeIdx> = graph
            .nodes()
            .filter(|&node| role(graph, node) == Role::Root)
            .filter(|&node| matches!(&*graph.node_name(node), "(Stack roots)" | "(Handle scope)"))
            .collect();
        let only = only_stack(graph, &stacks);
        let holders = other_holders(graph, &only);
        let mut nodes: Vec<NodeIdx> = holders.keys().copied().collect();
        nodes.sort_unstable();
        for _ in 0..MOST_PASSES {
            let before = above.moved.len();
            let mut changed = false;
            for &node in &nodes {
                let found = above.common(node, &holders[&node]);
                if let Some(place) = found.filter(|&place| place != above.of(node)) {
                    above.moved.insert(node, place);
                    changed = true;
                }
            }
            if !changed && above.moved.len() == before {
                break;
            }
        }
        above
    }

    /// The nearest node that, the stack aside, every path to this one goes through. The root's is itself.
    pub fn of(&self, node: NodeIdx) -> NodeIdx {
        self.moved.get(&node).copied().unwrap_or_else(|| self.graph.dominator(node))
    }

    /// The nearest common ancestor of `holders`, those below `node` itself aside.
    fn common(&self, node: NodeIdx, holders: &[NodeIdx]) -> Option<NodeIdx> {
        // From the first holder up, with positions; for what was climbed already, whether it is below `node`.
        let mut chain: Vec<NodeIdx> = Vec::new();
        let mut position: FxHashMap<NodeIdx, usize> = FxHashMap::default();
        let mut climbed: FxHashMap<NodeIdx, bool> = FxHashMap::default();
        let mut lowest = 0;
        for &holder in holders {
            let mut way = Vec::new();
            let mut at = holder;
            let below = loop {
                if at == node {
                    break true;
                }
                if let Some(&below) = climbed.get(&at) {
                    break below;
                }
                way.push(at);
                if at == self.graph.root() {
                    break false;
                }
                at = self.of(at);
            };
            way.iter().for_each(|&at| _ = climbed.insert(at, below));
            if below {
                continue;
            }
            if chain.is_empty() {
                chain = way;
                position.extend(chain.iter().enumerate().map(|(i, &at)| (at, i)));
                continue;
            }
            let meets = way.iter().chain([&at]).find_map(|at| position.get(at));
            lowest = lowest.max(meets.copied().unwrap_or(lowest));
        }
        chain.get(lowest).copied()
    }
}

/// The stack's roots and everything that only they keep alive.
fn only_stack(graph: &Graph, stacks: &FxHashSet<NodeIdx>) -> Bits {
    let mut only = Bits::new(graph.len());
    if stacks.is_empty() {
        return only;
    }
    let mut known = Bits::new(graph.len());
    known.set(graph.root().at());
    for &stack in stacks {
        known.set(stack.at());
        only.set(stack.at());
    }
    let mut way = Vec::new();
    for start in graph.nodes() {
        let mut at = start;
        while !known.get(at.at()) {
            way.push(at);
            at = graph.dominator(at);
        }
        let below = only.get(at.at());
        for at in way.drain(..) {
            known.set(at.at());
            if below {
                only.set(at.at());
            }
        }
    }
    only
}

/// For each node that the stack holds too, and that therefore hangs at a root: its other holders.
fn other_holders(graph: &Graph, only: &Bits) -> FxHashMap<NodeIdx, Vec<NodeIdx>> {
    let mut holders: FxHashMap<NodeIdx, Vec<NodeIdx>> = FxHashMap::default();
    for from in only.iter().map(NodeIdx::from) {
        for edge in graph.edges(from).filter(|edge| !only.get(edge.to.at())) {
            let movable = role(graph, edge.to) != Role::Root
                && role(graph, graph.dominator(edge.to)) == Role::Root
                && graph.is_essential(from, &edge);
            if movable {
                holders.entry(edge.to).or_default();
            }
        }
    }
    if holders.is_empty() {
        return holders;
    }
    for from in graph.nodes().filter(|from| !only.get(from.at())) {
        for edge in graph.edges(from) {
            if let Some(list) = holders.get_mut(&edge.to)
                && graph.is_essential(from, &edge)
                && list.last() != Some(&from)
            {
                list.push(from);
            }
        }
    }
    holders.retain(|_, list| !list.is_empty());
    holders
}
