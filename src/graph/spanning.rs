//! A depth-first spanning tree over the essential edges: the numbering every dominator algorithm starts
//! from. On the way it finds out what the page owns, for both walks would visit the same edges.
//!
//! Nodes are renumbered in preorder, so that the root is 0, every parent is smaller than its children, and
//! neighbours in the tree are neighbours in memory. Here and in what follows, a *number* is a position in
//! preorder and an *ordinal* a row of the snapshot.
//!
//! Bound by memory latency: each node's edges are read once, at a place nobody could foresee.

use crate::graph::bits::Bits;
use crate::graph::essential::Essential;
use crate::graph::page;
use crate::graph::words::Words;
use crate::ids::NodeIdx;
use crate::parse::Columns;
use crate::parse::columns::EdgeKind;
use crate::sys::prefetch::prefetch;
use rustc_hash::FxHashMap;

/// The tree, and what the walk saw of the edges that are not in it.
pub struct Spanning {
    /// For each number, the node's ordinal.
    pub vertex: Vec<u32>,
    pub tree: Tree,
    /// Numbers from here on are nodes that only hold each other: each hangs off the root on its own, and
    /// none of their edges counts.
    pub reached: usize,
    /// For each ordinal, whether an edge leads there that is not in the tree.
    pub shared: Bits,
    /// For each ordinal, whether the page owns it; see [`page`].
    pub page: Bits,
}

/// Who is whose parent, in preorder: for each number, how many levels to go up from the node before it to
/// come to its parent. Nearly always few, so this takes a quarter of the room of parents written out; and
/// who reads a tree in preorder has the path from the root at hand anyway.
#[derive(Default)]
pub struct Tree {
    up: Vec<u8>,
    /// The steps that do not fit a byte.
    far: FxHashMap<u32, u32>,
}

/// Marks an entry for the side table.
const FAR: u8 = u8::MAX;

impl Tree {
    fn push(&mut self, up: u32) {
        let small = u8::try_from(up).unwrap_or(FAR);
        if small == FAR {
            self.far.insert(self.up.len() as u32, up);
        }
        self.up.push(small);
    }

    pub fn len(&self) -> usize {
        self.up.len()
    }

    /// How many entries to take off the path, which ends at the node before, so that it ends at the
    /// parent of this one. The root's is 0, of an empty path.
    #[inline]
    pub fn up(&self, number: usize) -> usize {
        match self.up[number] {
            FAR => self.far[&(number as u32)] as usize,
            up => usize::from(up),
        }
    }
}

/// Walks everything, the unreachable too. As in DevTools, a node that nothing but weak edges lead to hangs
/// off the root, with all it reaches; what is then left are nodes that only hold each other.
pub fn span(columns: &Columns, words: &Words) -> Spanning {
    let nodes = columns.nodes.len();
    let mut walk = Walk {
        columns,
        words,
        seen: Bits::new(nodes),
        shared: Bits::new(nodes),
        vertex: Vec::with_capacity(nodes),
        tree: Tree { up: Vec::with_capacity(nodes), ..Tree::default() },
        depth: 0,
        stack: Vec::new(),
        runs: Vec::new(),
    };
    let page = walk.page_owned();
    walk.rest(&page);
    let rule = Essential { columns, words, page: &page };
    for orphan in orphans(rule, &walk.seen) {
        walk.stack.push(orphan);
        walk.descend(|walk, node| walk.scan(rule, node));
    }
    let reached = walk.vertex.len();
    let islands: Vec<usize> = walk.seen.missing(nodes).collect();
    for node in islands {
        walk.enter(NodeIdx::from(node), 1);
    }
    let Walk { vertex, tree, shared, .. } = walk;
    Spanning { vertex, tree, reached, shared, page }
}

/// The unvisited nodes to which no essential edge leads, ascending.
fn orphans(rule: Essential<'_>, seen: &Bits) -> Vec<NodeIdx> {
    let nodes = rule.columns.nodes.len();
    // An edge to an unvisited node comes from an unvisited one.
    let mut held = Bits::new(nodes);
    for node in seen.missing(nodes).map(NodeIdx::from) {
        for edge in rule.columns.nodes.edges_of(node) {
            if rule.holds(node, edge) {
                held.set(rule.columns.edges.to[edge].at());
            }
        }
    }
    seen.missing(nodes).filter(|&node| !held.get(node)).map(NodeIdx::from).collect()
}

struct Walk<'a> {
    columns: &'a Columns,
    words: &'a Words,
    seen: Bits,
    shared: Bits,
    vertex: Vec<u32>,
    tree: Tree,
    /// Of the latest node entered: how far below the root it is.
    depth: u32,
    /// Nodes to visit, in runs of siblings.
    stack: Vec<NodeIdx>,
    /// For each run on the stack but the latest, where it starts and how far below the root its nodes are.
    runs: Vec<(usize, u32)>,
}

impl Walk<'_> {
    /// Walks what the page owns: from the root's shortcuts, over all edges that are essential whoever owns
    /// their ends. That leaves out little of what the page owns; it is added to the result, not walked.
    fn page_owned(&mut self) -> Bits {
        let root = self.columns.root;
        self.enter(root, 0);
        self.stack = page::seeds(self.columns, self.words);
        let mut aside: Vec<NodeIdx> = self.stack.iter().copied().filter(|&seed| seed == root).collect();
        self.stack.retain(|&seed| seed != root);
        self.descend(|walk, node| walk.scan_owned(node, &mut aside));

        let mut page = self.seen.clone();
        page.clear(root.at());
        if self.shared.get(root.at()) {
            aside.push(root);
        }
        aside.retain(|node| page.insert(node.at()));
        page::flood(self.columns, &mut page, &mut aside);
        page
    }

    /// Walks what else the root reaches.
    fn rest(&mut self, page: &Bits) {
        let root = self.columns.root;
        let rule = Essential { columns: self.columns, words: self.words, page };
        self.scan(rule, root);
        self.descend(|walk, node| walk.scan(rule, node));
    }

    fn enter(&mut self, node: NodeIdx, depth: u32) {
        self.seen.set(node.at());
        self.tree.push(if self.vertex.is_empty() { 0 } else { self.depth + 1 - depth });
        self.vertex.push(node.0);
        self.depth = depth;
    }

    /// Visits all that is reachable from the nodes on the stack, which are children of the root.
    ///
    /// `scan` pushes all unvisited successors of a node at once, so each node's edges are read one time
    /// only, in a row. Whoever comes off the stack already visited was reached through a descendant of the
    /// pusher meanwhile. That keeps the tree depth-first: an edge that is not in it leads to an ancestor,
    /// to a descendant, or to a smaller number, never to a greater one in another subtree.
    fn descend(&mut self, mut scan: impl FnMut(&mut Self, NodeIdx)) {
        let mut run_start = 0;
        let mut depth = 1;
        loop {
            if self.stack.len() == run_start {
                let Some(run) = self.runs.pop() else { return };
                (run_start, depth) = run;
                continue;
            }
            let Some(node) = self.stack.pop() else { return };
            if self.seen.get(node.at()) {
                self.shared.set(node.at());
                continue;
            }
            if let Some(next) = self.stack.last() {
                let edge = self.columns.nodes.edges_of(*next).start;
                prefetch(&self.columns.edges.to, edge);
                self.columns.edges.prefetch_kind(edge);
            }
            self.enter(node, depth);
            let top = self.stack.len();
            scan(self, node);
            if self.stack.len() > top {
                self.runs.push((run_start, depth));
                (run_start, depth) = (top, depth + 1);
            }
        }
    }

    #[inline]
    fn scan(&mut self, rule: Essential<'_>, node: NodeIdx) {
        for edge in self.columns.nodes.edges_of(node) {
            if rule.holds(node, edge) {
                self.follow(self.columns.edges.to[edge]);
            }
        }
    }

    /// The same for a node that the page owns, hence also all its targets. Sets those aside to which no
    /// essential edge leads.
    #[inline]
    fn scan_owned(&mut self, node: NodeIdx, aside: &mut Vec<NodeIdx>) {
        let none = Bits::default();
        let rule = Essential { columns: self.columns, words: self.words, page: &none };
        for edge in self.columns.nodes.edges_of(node) {
            let to = self.columns.edges.to[edge];
            match self.columns.edges.kind(edge) {
                EdgeKind::WEAK => {}
                EdgeKind::SHORTCUT => aside.push(to),
                EdgeKind::INTERNAL if rule.is_table_to_value(node, edge) => aside.push(to),
                _ if to == node => {}
                _ => self.follow(to),
            }
        }
    }

    #[inline]
    fn follow(&mut self, to: NodeIdx) {
        if self.seen.get(to.at()) {
            self.shared.set(to.at());
        } else {
            prefetch(&self.columns.nodes.first_edge, to.at());
            self.stack.push(to);
        }
    }
}
