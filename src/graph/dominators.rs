//! Immediate dominators by the Semi-NCA algorithm: L. Georgiadis, R. E. Tarjan, R. F. Werneck, *Finding
//! Dominators in Practice*, JGAA 10(1), 2006. A node's dominators are what every path from the root to it
//! goes through; the immediate one is the nearest. They are unique, so they equal those of DevTools, which
//! uses the simple Lengauer–Tarjan algorithm.
//!
//! First the semidominators, in decreasing preorder, as Lengauer and Tarjan do, except that only their
//! values are kept. Then, in increasing preorder, the immediate dominator of a node is the nearest common
//! ancestor of its parent and its semidominator in the dominator tree so far. Climbing there one step at a
//! time is quadratic on hostile graphs, hence the step bound and [`climb_with_skips`].

use crate::graph::bits::Bits;
use crate::graph::fold::{Folded, Predecessors, parents};
use crate::graph::spanning::{Spanning, Tree};

/// The dominator tree, in preorder numbers of the spanning tree.
pub struct Dominators {
    /// For each number, the node's ordinal.
    pub vertex: Vec<u32>,
    /// For each number, the immediate dominator's number, which is smaller; the root's is its own.
    pub idom: Vec<u32>,
}

/// Steps per node the plain climb may take on average. Real heaps need about one.
const CLIMB_LIMIT: usize = 16;

pub fn dominators(spanning: Spanning, folded: Folded) -> Dominators {
    let Spanning { vertex, tree, reached, .. } = spanning;
    let Folded { inner, parent, shared, predecessors } = folded;
    let rows = inner.iter_down().map(|number| {
        let node = vertex[number] as usize;
        shared.get(node).then(|| shared.rank(node))
    });
    let semi = semidominators(parent, rows, &predecessors);
    drop((shared, predecessors));
    let parent = parents(&tree, reached, &inner);
    let above = climb(&parent, &semi, CLIMB_LIMIT).unwrap_or_else(|| climb_with_skips(&parent, &semi));
    drop((parent, semi));
    Dominators { vertex, idom: unfold(&tree, &inner, &above) }
}

/// For each number its dominator's, given those of the inner nodes. A folded node's is its parent.
fn unfold(tree: &Tree, inner: &Bits, above: &[u32]) -> Vec<u32> {
    let number: Vec<u32> = inner.iter().map(|number| number as u32).collect();
    let mut above = above.iter();
    let mut idom = Vec::with_capacity(tree.len());
    let mut path: Vec<u32> = Vec::new();
    for node in 0..tree.len() {
        path.truncate(path.len() - tree.up(node));
        let inner_dominator = if inner.get(node) { above.next() } else { None };
        idom.push(match inner_dominator {
            Some(&above) => number[above as usize],
            None => path.last().copied().unwrap_or(0),
        });
        path.push(node as u32);
    }
    idom
}

/// For each inner node, its semidominator, given its parent and, from the last node down to the root, its
/// row of predecessors if it is shared.
fn semidominators(
    parent: Vec<u32>,
    rows: impl Iterator<Item = Option<usize>>,
    predecessors: &[Predecessors],
) -> Vec<u32> {
    let mut forest = Forest {
        links: parent.iter().map(|&parent| Link { ancestor: parent, label: parent }).collect(),
        path: Vec::new(),
    };
    // Until a node's turn comes, its parent stands in for its semidominator.
    let mut semi = parent;
    for (w, row) in (1..semi.len()).rev().zip(rows) {
        let Some(row) = row else { continue };
        let mut best = semi[w];
        for &v in predecessors.iter().flat_map(|part| part.of(row)) {
            best = best.min(forest.eval(v, w as u32));
        }
        semi[w] = best;
        forest.links[w].label = best;
    }
    semi
}

/// A node's place in the forest of the nodes processed so far, kept together for the cache's sake.
#[derive(Clone, Copy)]
struct Link {
    /// A proper ancestor in the spanning tree: the parent at first, later one farther up.
    ancestor: u32,
    /// The smallest semidominator from the node up to, but not including, `ancestor`.
    label: u32,
}

struct Forest {
    links: Vec<Link>,
    path: Vec<u32>,
}

impl Forest {
    /// What an edge from `v` to `w` says about the semidominator of `w`. If `v` is the smaller one, an
    /// ancestor then, it is `v`. Otherwise it is the smallest semidominator among `v` and those of its
    /// ancestors that are greater than `w`, all of which are processed. Shortens the path it walked.
    #[inline]
    fn eval(&mut self, v: u32, w: u32) -> u32 {
        if v <= w {
            return v;
        }
        let link = self.links[v as usize];
        if link.ancestor <= w {
            return link.label;
        }
        self.compress(v, w)
    }

    fn compress(&mut self, v: u32, w: u32) -> u32 {
        let mut top = v;
        loop {
            let ancestor = self.links[top as usize].ancestor;
            if ancestor <= w {
                break;
            }
            self.path.push(top);
            top = ancestor;
        }
        let Link { ancestor, mut label } = self.links[top as usize];
        while let Some(x) = self.path.pop() {
            let link = &mut self.links[x as usize];
            label = label.min(link.label);
            *link = Link { ancestor, label };
        }
        label
    }
}

/// Immediate dominators by climbing from the parent; `None` once that took more than `limit` steps per node.
fn climb(parent: &[u32], semi: &[u32], limit: usize) -> Option<Vec<u32>> {
    let mut idom = parent.to_vec();
    let mut steps_left = parent.len().saturating_mul(limit);
    for w in 1..idom.len() {
        let mut x = idom[w];
        while x > semi[w] {
            x = idom[x as usize];
            steps_left = steps_left.checked_sub(1)?;
        }
        idom[w] = x;
    }
    Some(idom)
}

/// The same in O(n log n) for any graph, by skip links: each node also points at an ancestor so chosen that
/// any of them is O(log n) links away (E. W. Myers, *An applicative random-access stack*, IPL 17, 1983).
fn climb_with_skips(parent: &[u32], semi: &[u32]) -> Vec<u32> {
    let mut idom = parent.to_vec();
    let mut skip = vec![0u32; parent.len()];
    let mut depth = vec![0u32; parent.len()];
    for w in 1..idom.len() {
        let mut x = idom[w] as usize;
        while x as u32 > semi[w] {
            x = if skip[x] >= semi[w] { skip[x] } else { idom[x] } as usize;
        }
        idom[w] = x as u32;
        depth[w] = depth[x] + 1;
        let far = skip[x] as usize;
        let balanced = depth[x] - depth[far] == depth[far] - depth[skip[far] as usize];
        skip[w] = if balanced { skip[far] } else { x as u32 };
    }
    idom
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain whose every node also has an edge from the root's child's predecessor: each climb is long.
    #[test]
    fn both_climbs_agree() {
        let n = 2000u32;
        let parent: Vec<u32> = (0..n).map(|i| i.saturating_sub(1)).collect();
        for semi_of in [|w: u32| w.saturating_sub(1), |w: u32| w / 2, |w: u32| w % 7 % w.max(1), |_: u32| 0] {
            let semi: Vec<u32> = (0..n).map(|w| semi_of(w).min(w.saturating_sub(1))).collect();
            let plain = climb(&parent, &semi, usize::MAX).unwrap();
            assert_eq!(plain, climb_with_skips(&parent, &semi));
        }
    }

    #[test]
    fn the_step_bound_holds() {
        // Alternating semidominators make node after node climb the whole chain.
        let n = 4000u32;
        let parent: Vec<u32> = (0..n).map(|i| i.saturating_sub(1)).collect();
        let semi: Vec<u32> = (0..n).map(|w| w.saturating_sub(1)).collect();
        assert!(climb(&parent, &semi, 1).is_some());
        let comb: Vec<u32> = (0..n).map(|w| if w < n / 2 { w.saturating_sub(1) } else { 0 }).collect();
        let spine: Vec<u32> =
            (0..n).map(|w| if w < n / 2 { w.saturating_sub(1) } else { n / 2 - 1 }).collect();
        assert!(climb(&spine, &comb, 16).is_none());
        assert_eq!(climb_with_skips(&spine, &comb), climb(&spine, &comb, usize::MAX).unwrap());
    }
}
