//! The objects behind a group, and who holds them: a sample of each growing group's members in the current
//! graph with the owners (dominators) and direct holders of each.

use crate::analysis::fold::Fold;
use crate::analysis::label::is_weak_pair;
use crate::analysis::role::Role;
use crate::graph::{Bits, Graph};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Edge, EdgeKind, NodeKind};
use rustc_hash::FxHashMap;

/// Members looked at per group; a stride over all of them when there are more.
const SAMPLE: u64 = 3000;

/// For each wanted group, a sample of its members, in the order of the snapshot.
pub fn sample(graph: &Graph, fold: &Fold, groups: &[u32]) -> FxHashMap<u32, Vec<NodeIdx>> {
    let mut strides: FxHashMap<u32, (u64, u64)> = groups
        .iter()
        .map(|&group| (group, (fold.groups[group as usize].count.div_ceil(SAMPLE).max(1), 0)))
        .collect();
    let mut members: FxHashMap<u32, Vec<NodeIdx>> = FxHashMap::default();
    for node in graph.nodes() {
        let Some((stride, seen)) = strides.get_mut(&fold.group_of(node)) else { continue };
        if !has_class(graph, fold, node) {
            continue;
        }
        if *seen % *stride == 0 {
            members.entry(fold.group_of(node)).or_default().push(node);
        }
        *seen += 1;
    }
    members
}

/// Whether the node is one that groups count: the program's, not plumbing, not metadata.
pub fn has_class(graph: &Graph, fold: &Fold, node: NodeIdx) -> bool {
    role(graph, node) == Role::Program && !fold.is_metadata(node)
}

pub fn role(graph: &Graph, node: NodeIdx) -> Role {
    let nodes = &graph.columns().nodes;
    Role::of(graph.columns(), nodes.kind[node.at()], nodes.name[node.at()])
}

/// The nearest dominator that is no plumbing: the object whose end would be the node's end.
pub fn owner(graph: &Graph, node: NodeIdx) -> NodeIdx {
    let mut above = graph.dominator(node);
    while matches!(role(graph, above), Role::Plumbing | Role::Metadata) {
        above = graph.dominator(above);
    }
    above
}

/// For each of `nodes`, the objects that refer to it directly or through their own plumbing, without repeats.
/// Prototype links, V8's root shortcuts and metadata are no holders.
pub fn holders(graph: &Graph, nodes: &[NodeIdx]) -> FxHashMap<NodeIdx, Vec<NodeIdx>> {
    let mut wanted = Bits::new(graph.len());
    nodes.iter().for_each(|node| wanted.set(node.at()));
    let mut holders: FxHashMap<NodeIdx, Vec<NodeIdx>> = FxHashMap::default();
    for from in graph.nodes() {
        for edge in graph.edges(from) {
            if !wanted.get(edge.to.at()) || edge.to == from || !is_holding(graph, from, &edge) {
                continue;
            }
            let holder = match role(graph, from) {
                Role::Program => from,
                Role::Plumbing => owner(graph, from),
                Role::Metadata | Role::Root => continue,
            };
            if role(graph, holder) == Role::Program && holder != edge.to {
                let list = holders.entry(edge.to).or_default();
                if !list.contains(&holder) {
                    list.push(holder);
                }
            }
        }
    }
    holders
}

/// Whether an edge keeps its target alive in a way that a reader would call holding it.
pub fn is_holding(graph: &Graph, from: NodeIdx, edge: &Edge) -> bool {
    let columns = graph.columns();
    match edge.kind {
        EdgeKind::WEAK | EdgeKind::SHORTCUT => false,
        EdgeKind::PROPERTY => columns.strings.bytes(StrIdx(edge.name_or_index)) != b"__proto__",
        EdgeKind::INTERNAL if is_weak_pair(columns.strings.bytes(StrIdx(edge.name_or_index))) => {
            graph.is_essential(from, edge)
        }
        _ => true,
    }
}

/// Whether a node's class is one of the containers people keep things in.
pub fn is_container(graph: &Graph, node: NodeIdx) -> bool {
    graph.columns().nodes.kind[node.at()] == NodeKind::OBJECT
        && matches!(&*graph.node_name(node), "Array" | "Map" | "Set" | "Object" | "WeakMap" | "WeakSet")
}
