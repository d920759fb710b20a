//! The dominator tree from some node down, as far as it can be drawn: who keeps how much.

use crate::explore::Snapshot;
use crate::explore::row::NodeRow;
use crate::ids::NodeIdx;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Bounds of one answer.
pub const DEEPEST: u32 = 4;
pub const MOST: usize = 400;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    pub node: NodeRow,
    pub retained: u64,
    /// Bytes of the children that were left out.
    pub rest: u64,
    /// How many children it has, those left out included.
    pub child_count: u64,
    /// Biggest first.
    pub children: Vec<Branch>,
}

/// The tree below `root`, `depth` levels of it, its `most` biggest nodes: of all that could be shown next, always the one
/// that retains most, so that nothing big is left out for something small.
pub fn tree(snapshot: &Snapshot, root: NodeIdx, depth: u32, most: usize) -> Branch {
    let graph = snapshot.graph();
    let (depth, most) = (depth.min(DEEPEST), most.clamp(1, MOST));
    let mut shown: Vec<Shown> = Vec::with_capacity(most);
    let mut next = BinaryHeap::from([(graph.retained_size(root), Reverse((root, 0u32, usize::MAX)))]);
    while let Some((_, Reverse((node, level, above)))) = next.pop() {
        let at = shown.len();
        shown.push(Shown { node, level, taken: 0, children: Vec::new() });
        if let Some(parent) = shown.get_mut(above) {
            parent.children.push(at);
            parent.taken += 1;
        }
        // The next child of the parent, and the first of this one: the others are smaller.
        let mut offer = |above: usize, shown: &[Shown]| {
            let Some(parent) = shown.get(above).filter(|parent| parent.level < depth) else { return };
            if let Some(&child) = snapshot.dominated(parent.node).get(parent.taken) {
                next.push((graph.retained_size(child), Reverse((child, parent.level + 1, above))));
            }
        };
        offer(above, &shown);
        offer(at, &shown);
        if shown.len() == most {
            break;
        }
    }
    branch(snapshot, &shown, 0)
}

/// A node of the answer, while it is made.
struct Shown {
    node: NodeIdx,
    level: u32,
    /// How many of its children are shown.
    taken: usize,
    /// Where they are.
    children: Vec<usize>,
}

/// Recursion is as deep as the answer: [`DEEPEST`].
fn branch(snapshot: &Snapshot, shown: &[Shown], at: usize) -> Branch {
    let Shown { node, ref children, .. } = shown[at];
    let retained = snapshot.graph().retained_size(node);
    let children: Vec<Branch> = children.iter().map(|&child| branch(snapshot, shown, child)).collect();
    // What a node retains is its own size and what its children retain.
    let below = retained - snapshot.graph().self_size(node);
    Branch {
        node: NodeRow::of(snapshot, node),
        retained,
        rest: below - children.iter().map(|child| child.retained).sum::<u64>(),
        child_count: snapshot.dominated(node).len() as u64,
        children,
    }
}
