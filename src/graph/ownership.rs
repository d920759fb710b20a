//! Shallow sizes as DevTools shows them: V8's internal arrays and hidden objects that belong to exactly one
//! object count as part of it (`calculateShallowSizes`).

use crate::graph::bits::Bits;
use crate::graph::words::{Word, Words};
use crate::ids::NodeIdx;
use crate::parse::Columns;
use crate::parse::columns::{EdgeKind, NodeKind, Sizes};

/// Owner not known (yet): nothing that owns itself reaches the node.
const NONE: u32 = u32::MAX;
/// More than one owner.
const MANY: u32 = u32::MAX - 1;

/// For each node ordinal, its owner's ordinal: itself, another node, [`NONE`] or [`MANY`].
///
/// The result is a fixpoint over a three-step lattice (none, one, many), so the order of the walk does not
/// matter. A node changes at most twice, hence at most two extra visits each.
pub fn owners(columns: &Columns, words: &Words) -> Vec<u32> {
    let nodes = &columns.nodes;
    let mut can_be_owned = Bits::new(nodes.len());
    let mut owner: Vec<u32> = (0..nodes.len() as u32).collect();
    for (node, owner) in owner.iter_mut().enumerate() {
        if is_candidate(columns, words, node) {
            can_be_owned.set(node);
            *owner = NONE;
        }
    }
    let mut todo: Vec<NodeIdx> = Vec::new();
    for node in 0..nodes.len() {
        if can_be_owned.get(node) {
            continue;
        }
        hand_down(columns, &can_be_owned, &mut owner, &mut todo, NodeIdx::from(node));
        while let Some(changed) = todo.pop() {
            hand_down(columns, &can_be_owned, &mut owner, &mut todo, changed);
        }
    }
    owner
}

/// Moves each owned node's bytes to its owner, unless that is the root or another synthetic node.
pub fn transfer(columns: &Columns, owners: &[u32], sizes: &mut Sizes) {
    for (node, &owner) in owners.iter().enumerate() {
        let to = owner as usize;
        if owner >= MANY || to == node {
            continue;
        }
        if columns.nodes.kind[to] == NodeKind::SYNTHETIC || to == columns.root.at() {
            continue;
        }
        let moved = sizes.get(node);
        if moved != 0 {
            sizes.set(node, 0);
            sizes.set(to, sizes.get(to).saturating_add(moved));
        }
    }
}

fn is_candidate(columns: &Columns, words: &Words, node: usize) -> bool {
    match columns.nodes.kind[node] {
        NodeKind::HIDDEN | NodeKind::ARRAY => true,
        NodeKind::NATIVE => words.of(columns.nodes.name[node]) == Word::ExternalStringData,
        _ => false,
    }
}

#[inline]
fn hand_down(
    columns: &Columns,
    can_be_owned: &Bits,
    owner: &mut [u32],
    todo: &mut Vec<NodeIdx>,
    node: NodeIdx,
) {
    let mine = owner[node.at()];
    for edge in columns.nodes.edges_of(node) {
        let to = columns.edges.to[edge];
        if !can_be_owned.get(to.at()) || columns.edges.kind(edge) == EdgeKind::WEAK {
            continue;
        }
        let theirs = &mut owner[to.at()];
        if *theirs == NONE {
            *theirs = mine;
            todo.push(to);
        } else if *theirs != mine && *theirs != MANY {
            *theirs = MANY;
            todo.push(to);
        }
    }
}
