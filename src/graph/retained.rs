//! Dominators and retained sizes by ordinal, and the order in which the dominator tree is best read.
//!
//! A retained size is what would be freed if an object were: the sum of the shallow sizes of all it
//! dominates, itself included. In preorder of the *dominator* tree all that a node dominates follows it, in
//! one piece; so the sum is a difference of two running totals, and needs no tree.

use crate::graph::dominators::Dominators;
use crate::ids::NodeIdx;
use crate::parse::columns::Sizes;

/// The dominator tree in preorder. A *place* is a position in it.
pub struct Preorder {
    /// For each place, the node's ordinal.
    node: Vec<NodeIdx>,
    /// For each place, how many nodes its node dominates, itself included.
    dominated: Vec<u32>,
}

impl Preorder {
    pub fn new(dominators: Dominators) -> Self {
        let Dominators { vertex, mut idom } = dominators;
        let nodes = vertex.len();
        let mut dominated = vec![1u32; nodes];
        for number in (1..nodes).rev() {
            dominated[idom[number] as usize] += dominated[number];
        }
        let mut preorder = Self { node: vec![NodeIdx(0); nodes], dominated: vec![0; nodes] };
        // A node's dominator comes before it, so its slot is free by then to hold something else: the
        // place for the next of those it dominates.
        for number in 0..nodes {
            let place = match number {
                0 => 0,
                _ => {
                    let dominator = idom[number] as usize;
                    let next = &mut idom[dominator];
                    std::mem::replace(next, *next + dominated[number])
                }
            };
            idom[number] = place + 1;
            preorder.node[place as usize] = NodeIdx(vertex[number]);
            preorder.dominated[place as usize] = dominated[number];
        }
        preorder
    }

    /// Reads the tree from the root down, and tells about each node when all it dominates has been read.
    pub fn read(&self, self_size: &Sizes, mut visitor: impl Visitor) {
        let mut open: Vec<Open> = Vec::new();
        let mut total = 0u64;
        for (place, (&node, &dominated)) in self.node.iter().zip(&self.dominated).enumerate() {
            while let Some(top) = open.pop_if(|top| top.end as usize <= place) {
                visitor.leave(top.node, total - top.before);
            }
            let dominator = open.last().map_or(node, |top| top.node);
            let bytes = self_size.get(node.at());
            visitor.enter(node, dominator, bytes);
            if dominated == 1 {
                visitor.leave(node, bytes);
            } else {
                open.push(Open { node, end: place as u32 + dominated, before: total });
            }
            total = total.saturating_add(bytes);
        }
        while let Some(top) = open.pop() {
            visitor.leave(top.node, total - top.before);
        }
    }
}

/// A node whose subtree is being read.
struct Open {
    node: NodeIdx,
    /// The place after the last of its subtree.
    end: u32,
    /// Shallow sizes of all before it.
    before: u64,
}

/// Who listens to [`Preorder::read`].
pub trait Visitor {
    fn enter(&mut self, node: NodeIdx, dominator: NodeIdx, self_size: u64);
    fn leave(&mut self, node: NodeIdx, retained: u64);
}

/// For each ordinal, its immediate dominator and its retained size.
pub fn by_ordinal(preorder: &Preorder, self_size: &Sizes) -> (Vec<NodeIdx>, Sizes) {
    struct Out(Vec<NodeIdx>, Sizes);

    impl Visitor for &mut Out {
        fn enter(&mut self, node: NodeIdx, dominator: NodeIdx, _: u64) {
            self.0[node.at()] = dominator;
        }

        fn leave(&mut self, node: NodeIdx, retained: u64) {
            self.1.set(node.at(), retained);
        }
    }

    let nodes = preorder.node.len();
    let mut out = Out(vec![NodeIdx(0); nodes], Sizes::zeroed(nodes));
    preorder.read(self_size, &mut out);
    (out.0, out.1)
}
