//! The part of the graph that dominators have to be computed for.
//!
//! Most of a heap is simple: an object whose only essential edge is the one it hangs by is dominated by
//! where it hangs. If the same is true of everything below it in the spanning tree, the whole subtree can be
//! *folded* into the node it hangs off: nothing outside has a dominator inside, for a node's dominators are
//! its ancestors in the tree. What is left, the *inner* nodes, are the shared ones and their ancestors, in
//! real heaps a fifth to a third of all. A folded node's edges to shared nodes count as edges of its *home*,
//! the inner node it folds into.
//!
//! Bound by reading all edges, then by writing the predecessors to where nobody could foresee; the threads
//! share out both.

use crate::graph::bits::{Bits, Ranked};
use crate::graph::essential::Essential;
use crate::graph::spanning::{Spanning, Tree};
use crate::ids::NodeIdx;
use std::ops::Range;
use std::thread;

/// The graph of the inner nodes, numbered anew in the same order: preorder of their spanning tree.
pub struct Folded {
    /// The inner nodes, by number in the whole tree. A node's rank is its number here.
    pub inner: Bits,
    /// For each inner node, its parent among them; the root's is itself.
    pub parent: Vec<u32>,
    /// The shared nodes, by ordinal. A node's rank is its row in [`Self::predecessors`].
    pub shared: Ranked,
    /// The edges to shared nodes, by the thread that collected them.
    pub predecessors: Vec<Predecessors>,
}

/// Where edges to shared nodes come from.
pub struct Predecessors {
    /// For each shared node, the first of its entries; one more at the end.
    first: Vec<u32>,
    /// Inner nodes. The tree's edges may be among them.
    from: Vec<u32>,
}

impl Predecessors {
    #[inline]
    pub fn of(&self, row: usize) -> &[u32] {
        &self.from[self.first[row] as usize..self.first[row + 1] as usize]
    }
}

/// Folds. Takes the set of shared nodes out of `spanning`.
pub fn fold(rule: Essential<'_>, spanning: &Spanning, shared: Bits, threads: usize) -> Folded {
    let inner = inner(spanning, &shared);
    let (home, parent) = homes(spanning, &inner);
    let mut folded = Folded { inner, parent, shared: Ranked::new(shared), predecessors: Vec::new() };
    let collector = Collector { rule, home: &home, folded: &folded };
    folded.predecessors = thread::scope(|scope| {
        let mut parts = halves(rule, threads).into_iter();
        let mine = parts.next();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || collector.collect(part))).collect();
        let mine = mine.map(|part| collector.collect(part));
        mine.into_iter().chain(others.into_iter().map(join)).collect()
    });
    folded
}

/// The shared nodes and all above them in the tree, by number.
fn inner(spanning: &Spanning, shared: &Bits) -> Bits {
    let mut inner = Bits::new(spanning.tree.len());
    // The path from the root to the latest node, and whether each of its nodes is inner.
    let mut path: Vec<(usize, bool)> = Vec::new();
    let leave = |path: &mut Vec<(usize, bool)>, inner: &mut Bits| {
        if let Some((number, true)) = path.pop() {
            inner.set(number);
            path.iter_mut().next_back().into_iter().for_each(|above| above.1 = true);
        }
    };
    for number in 0..spanning.reached {
        for _ in 0..spanning.tree.up(number) {
            leave(&mut path, &mut inner);
        }
        path.push((number, number == 0 || shared.get(spanning.vertex[number] as usize)));
    }
    while !path.is_empty() {
        leave(&mut path, &mut inner);
    }
    inner
}

/// For each ordinal its home, and for each inner node its parent.
fn homes(spanning: &Spanning, inner: &Bits) -> (Vec<u32>, Vec<u32>) {
    let mut home = vec![OUTSIDE; spanning.vertex.len()];
    let mut parent = Vec::with_capacity(inner.count());
    let mut path: Vec<u32> = Vec::new();
    for number in 0..spanning.reached {
        path.truncate(path.len() - spanning.tree.up(number));
        let above = path.last().copied().unwrap_or(0);
        let mine = if inner.get(number) { parent.len() as u32 } else { above };
        if inner.get(number) {
            parent.push(above);
        }
        home[spanning.vertex[number] as usize] = mine;
        path.push(mine);
    }
    (home, parent)
}

/// For each inner node, its parent among them; what [`Folded::parent`] held at first.
pub fn parents(tree: &Tree, reached: usize, inner: &Bits) -> Vec<u32> {
    let mut parent = Vec::with_capacity(inner.count());
    let mut path: Vec<u32> = Vec::new();
    for number in 0..reached {
        path.truncate(path.len() - tree.up(number));
        let above = path.last().copied().unwrap_or(0);
        path.push(if inner.get(number) { parent.len() as u32 } else { above });
        if inner.get(number) {
            parent.push(above);
        }
    }
    parent
}

/// The home of nodes that only hold each other: their edges do not count.
const OUTSIDE: u32 = u32::MAX;

/// The other thread's result, or its panic.
fn join<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The ordinals in as many ranges as there are threads, with about as many edges each.
fn halves(rule: Essential<'_>, threads: usize) -> Vec<Range<usize>> {
    let first_edge = &rule.columns.nodes.first_edge;
    let (nodes, edges) = (rule.columns.nodes.len(), rule.columns.edges.len());
    let cut = |part: usize| match part {
        0 => 0,
        _ if part == threads => nodes,
        _ => first_edge.partition_point(|&first| (first as usize) < edges / threads * part).min(nodes),
    };
    (0..threads).map(|part| cut(part)..cut(part + 1)).collect()
}

#[derive(Clone, Copy)]
struct Collector<'a> {
    rule: Essential<'a>,
    /// For each ordinal, the inner node it is or folds into, or [`OUTSIDE`].
    home: &'a [u32],
    folded: &'a Folded,
}

/// A shared node while its predecessors are counted.
#[derive(Clone, Copy)]
struct Row {
    count: u32,
    /// The latest predecessor: siblings often share what they refer to, and one edge is as good as many.
    latest: u32,
}

impl Collector<'_> {
    /// The predecessors among the nodes of a range.
    fn collect(self, range: Range<usize>) -> Predecessors {
        let first_edge = &self.rule.columns.nodes.first_edge;
        let edges = first_edge[range.start] as usize..first_edge[range.end] as usize;
        let mut kept = Bits::new(edges.len());
        let rows = self.count(range.clone(), &mut kept);
        // While a row fills, the entry after its own says where the next one goes; it ends up at the end
        // of the row, where the next row starts.
        let mut first = Vec::with_capacity(rows.len() + 1);
        first.push(0);
        let mut end = 0;
        for row in &rows {
            first.push(end);
            end += row.count;
        }
        drop(rows);

        let mut from = vec![0; end as usize];
        let mut node = range.start;
        for edge in kept.iter().map(|edge| edges.start + edge) {
            while first_edge[node + 1] as usize <= edge {
                node += 1;
            }
            let row = self.folded.shared.rank(self.rule.columns.edges.to[edge].at());
            let next = &mut first[row + 1];
            from[*next as usize] = self.home[node];
            *next += 1;
        }
        Predecessors { first, from }
    }

    /// Counts the predecessors of each shared node, and marks the edges they come by: essential edges to
    /// shared nodes, unless the same predecessor came just before.
    fn count(self, range: Range<usize>, kept: &mut Bits) -> Vec<Row> {
        let Self { rule, home, folded } = self;
        let start = rule.columns.nodes.first_edge[range.start] as usize;
        let mut rows = self.fresh_rows();
        for node in range {
            let from = home[node];
            if from == OUTSIDE {
                continue;
            }
            for edge in rule.columns.nodes.edges_of(NodeIdx::from(node)) {
                let to = rule.columns.edges.to[edge].at();
                if folded.shared.get(to) && rule.holds(NodeIdx::from(node), edge) {
                    let row = &mut rows[folded.shared.rank(to)];
                    if row.latest != from {
                        *row = Row { count: row.count + 1, latest: from };
                        kept.set(edge - start);
                    }
                }
            }
        }
        rows
    }

    /// Rows without predecessors but for the parent, which needs no storing.
    fn fresh_rows(self) -> Vec<Row> {
        let parent = |node: usize| match self.home[node] {
            OUTSIDE => OUTSIDE,
            home => self.folded.parent[home as usize],
        };
        self.folded.shared.iter().map(|node| Row { count: 0, latest: parent(node) }).collect()
    }
}
