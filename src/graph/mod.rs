//! Columns in, a heap graph out: everything DevTools derives from a snapshot before it shows a table, with
//! DevTools' numbers (docs/divergences.md lists where they differ, and why). Sizes are bytes.
//!
//! The order of the stages is DevTools' too, because each sees what the earlier ones changed: names of
//! detached nodes, then what the page owns, then shallow sizes, then all the rest.
//!
//! ```text
//! one thread      spanning tree (and page)       ─► folding ─► dominators ─► preorder ─► classes ─► retained
//! words, names ─┤                                      │                                     ├─►
//! the other       ownership ─► shapes ─► statistics ───┴─► distances ────────────────────────┘   class totals
//! ```
//!
//! # Where the time goes
//!
//! Processor time of each stage for a snapshot of 694 MB, 9.0 million nodes and 31.5 million edges, in
//! milliseconds (`benches/graph.rs` measures it; the other column is what bounds the stage). Both threads
//! together take 1.9 s, the longest path through the diagram 1.05 s. Merely reading kind and target of all edges
//! in a row, which nothing can beat, takes 24.
//!
//! | stage          |  ms | bound by                                                                    |
//! |----------------|-----|-----------------------------------------------------------------------------|
//! | words          |  15 | reading the string table                                                    |
//! | spanning tree  | 245 | latency: each node's edges are at a place known only one step ahead         |
//! | ownership      | 120 | bandwidth: all edges in a row, a bit test each                              |
//! | locations      |  40 | sorting                                                                     |
//! | shapes         |  35 | hashing the property names of plain objects                                 |
//! | statistics     | 100 | bandwidth: all nodes, all edges' targets                                    |
//! | folding        | 500 | halved by the second thread; scattered writes of predecessors               |
//! | dominators     | 200 | latency, over the third of the nodes that is not folded                     |
//! | preorder       |  75 | scattered writes, mostly to neighbours                                      |
//! | classes        | 120 | matching plain objects with shapes                                          |
//! | distances      | 330 | latency: a breadth-first search touches the edges in no order at all        |
//! | class totals   |  70 | scattered reads of classes and sizes                                        |
//! | retained sizes |  85 | scattered writes of dominators and sizes                                    |
//!
//! Memory: beside the columns the graph keeps 14 bytes a node. Building it takes about 25 on the way, a third of
//! them for the predecessors of shared nodes.

mod bits;
mod classes;
mod detached;
mod distances;
mod dominators;
mod essential;
mod fold;
mod names;
mod ownership;
mod page;
mod retained;
mod retainers;
mod roots;
mod shapes;
mod spanning;
mod stages;
mod statistics;
pub mod weakmap;
mod words;

pub use bits::Bits;
pub use classes::{Class, ClassTable, Classification};
pub use distances::{SYSTEM as SYSTEM_DISTANCE, UNREACHABLE};
pub use retainers::Retainers;
pub use shapes::{Shape, Shapes};
pub use statistics::{HeapStatistics, NativeStatistics, Statistics};

use crate::error::Result;
use crate::ids::{ClassIdx, NodeIdx};
use crate::parse::Columns;
use crate::parse::columns::{Edge, Location, Sizes};
use distances::Distances;
use essential::Essential;
use retained::Preorder;
use stages::{Stages, Timing};
use std::borrow::Cow;
use std::sync::atomic::AtomicBool;
use words::Words;

/// How to build a graph.
#[derive(Clone, Copy)]
pub struct BuildOptions<'a> {
    /// Threads to use at most, the caller's own included; there is work for two. With 1 none is started, as a
    /// forked child needs.
    pub threads: usize,
    /// Called between stages with how many are done, of how many.
    pub progress: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    /// Looked at between stages; once true, the build ends with [`Cancelled`](crate::error::Error::Cancelled).
    pub cancel: Option<&'a AtomicBool>,
}

impl Default for BuildOptions<'_> {
    fn default() -> Self {
        Self { threads: 1, progress: None, cancel: None }
    }
}

/// A heap snapshot with everything derived from it.
pub struct Graph {
    columns: Columns,
    words: Words,
    user_roots: Vec<NodeIdx>,
    page: Bits,
    /// For each node ordinal, its immediate dominator; the root's is itself.
    dominator: Vec<NodeIdx>,
    /// For each node ordinal, the bytes freed if it were.
    retained: Sizes,
    distances: Distances,
    shapes: Shapes,
    classes: Classification,
    statistics: Statistics,
}

impl Graph {
    /// Derives it all. The only error is [`Cancelled`](crate::error::Error::Cancelled).
    pub fn build(columns: Columns, options: &BuildOptions<'_>) -> Result<Self> {
        Self::build_timed(columns, options, &|_, _| {})
    }

    /// The same, and tells how long each stage took.
    pub fn build_timed(mut columns: Columns, options: &BuildOptions<'_>, timing: Timing<'_>) -> Result<Self> {
        let stages = Stages::new(options, timing);
        let words = stages.run("words", || {
            let mut words = Words::new(&columns.strings);
            detached::propagate(&mut columns);
            words.extend(&columns.strings);
            words
        })?;
        let user_roots = roots::user_roots(&columns, &words);
        // Columns that change while others are being read.
        let mut self_size = std::mem::take(&mut columns.nodes.self_size);
        let mut locations = std::mem::take(&mut columns.locations);

        let (mut spanning, (shapes, statistics)) = stages.both(
            || stages.run("spanning tree", || spanning::span(&columns, &words)),
            || {
                stages.run("ownership", || {
                    // A snapshot with internals exposed shows memory as it is.
                    if !user_roots.is_empty() {
                        let owners = ownership::owners(&columns, &words);
                        ownership::transfer(&columns, &owners, &mut self_size);
                    }
                })?;
                stages.run("locations", || sort_locations(&mut locations))?;
                let shapes = stages.run("shapes", || shapes::infer(&columns, &words))?;
                let statistics =
                    stages.run("statistics", || statistics::statistics(&columns, &words, &self_size))?;
                Ok((shapes, statistics))
            },
        )?;
        let page = std::mem::take(&mut spanning.page);
        let shared = std::mem::take(&mut spanning.shared);
        let folded = stages.run("folding", || {
            let rule = Essential { columns: &columns, words: &words, page: &page };
            fold::fold(rule, &spanning, shared, stages.threads())
        })?;
        let ((preorder, mut classes), distances) = stages.both(
            || {
                let dominators = stages.run("dominators", || dominators::dominators(spanning, folded))?;
                let preorder = stages.run("preorder", || Preorder::new(dominators))?;
                let classes = stages.run("classes", || {
                    classes::classify(&columns, &words, &locations, &self_size, &shapes)
                })?;
                Ok((preorder, classes))
            },
            || stages.run("distances", || distances::distances(&columns, &words)),
        )?;
        let ((dominator, retained), ()) = stages.both(
            || stages.run("retained sizes", || retained::by_ordinal(&preorder, &self_size)),
            || {
                stages.run("class totals", || {
                    classes::add_distances(&mut classes, &distances, &self_size);
                    classes::add_retained(&mut classes, &preorder, &self_size);
                })
            },
        )?;
        drop(preorder);
        columns.nodes.self_size = self_size;
        columns.locations = locations;
        Ok(Self {
            columns,
            words,
            user_roots,
            page,
            dominator,
            retained,
            distances,
            shapes,
            classes,
            statistics,
        })
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.columns.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.nodes.is_empty()
    }

    pub fn root(&self) -> NodeIdx {
        self.columns.root
    }

    /// The snapshot's tables. Shallow sizes are those after the transfer to owners, names and detachedness
    /// those after propagation.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeIdx> + use<> {
        (0..self.len() as u32).map(NodeIdx)
    }

    /// The node's edges, in the order of the snapshot.
    pub fn edges(&self, node: NodeIdx) -> impl DoubleEndedIterator<Item = Edge> + '_ {
        self.columns.nodes.edges_of(node).map(|edge| self.columns.edges.get(edge))
    }

    /// Whether the edge keeps its target alive in the dominator tree.
    pub fn is_essential(&self, from: NodeIdx, edge: &Edge) -> bool {
        let rule = Essential { columns: &self.columns, words: &self.words, page: &self.page };
        rule.holds(from, edge.edge.at())
    }

    /// Where the root's edges lead to what is the application's own, such as its global object. Empty if
    /// the snapshot was taken with internals exposed.
    pub fn user_roots(&self) -> &[NodeIdx] {
        &self.user_roots
    }

    /// Whether the node is reachable from a global object (as opposed to a debugger or V8 alone).
    pub fn is_page_owned(&self, node: NodeIdx) -> bool {
        self.page.get(node.at())
    }

    /// Shallow size, after the transfer of V8's internals to the objects that own them.
    pub fn self_size(&self, node: NodeIdx) -> u64 {
        self.columns.nodes.self_size.get(node.at())
    }

    /// Bytes that would be freed if the node were.
    pub fn retained_size(&self, node: NodeIdx) -> u64 {
        self.retained.get(node.at())
    }

    /// The nearest node every path from the root goes through. The root's is itself.
    pub fn dominator(&self, node: NodeIdx) -> NodeIdx {
        self.dominator[node.at()]
    }

    /// DevTools' raw distance: edges from the user's roots, [`SYSTEM_DISTANCE`] or more for what only V8
    /// reaches, [`UNREACHABLE`] for what nothing reaches.
    pub fn distance(&self, node: NodeIdx) -> i32 {
        self.distances.get(node.at())
    }

    /// 0 unknown, 1 attached, 2 detached.
    pub fn detachedness(&self, node: NodeIdx) -> u8 {
        self.columns.nodes.detachedness_of(node)
    }

    /// Where the node's constructor, or the node itself if it is a closure, is defined.
    pub fn location(&self, node: NodeIdx) -> Option<Location> {
        let locations = &self.columns.locations;
        locations.binary_search_by_key(&node, |location| location.node).ok().map(|at| locations[at])
    }

    pub fn class_of(&self, node: NodeIdx) -> ClassIdx {
        self.classes.class_of[node.at()]
    }

    pub fn classes(&self) -> &ClassTable {
        &self.classes.table
    }

    pub fn class_name(&self, node: NodeIdx) -> Cow<'_, str> {
        Cow::Borrowed(&self.classes.table.get(self.class_of(node)).name)
    }

    /// The name in the snapshot, with `Detached ` before it for a detached node.
    pub fn node_name(&self, node: NodeIdx) -> Cow<'_, str> {
        self.columns.strings.text(self.columns.nodes.name[node.at()])
    }

    /// The name as DevTools displays it: like [`Self::node_name`], but a concatenated string is spelled out
    /// and a plain object shows its properties.
    pub fn label(&self, node: NodeIdx) -> Cow<'_, str> {
        match self.label_bytes(node) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// [`Self::label`] in WTF-8: with its lone surrogates.
    pub fn label_bytes(&self, node: NodeIdx) -> Cow<'_, [u8]> {
        names::label(&self.columns, &self.words, node)
    }

    /// The shapes by which plain objects are classified.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The classes this snapshot's nodes have under another snapshot's shapes, as a comparison needs them.
    /// Only counts and shallow sizes are filled in.
    pub fn classify(&self, shapes: &Shapes) -> Classification {
        let Columns { locations, nodes, .. } = &self.columns;
        classes::classify(&self.columns, &self.words, locations, &nodes.self_size, shapes)
    }

    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Who refers to whom, over all edges. Built on each call: keep it.
    pub fn retainers(&self) -> Retainers {
        Retainers::new(&self.columns)
    }
}

/// Sorts by node. Of several for one node the last counts, as in DevTools.
fn sort_locations(locations: &mut Vec<Location>) {
    if locations.is_sorted_by(|a, b| a.node < b.node) {
        return;
    }
    locations.sort_by_key(|location| location.node);
    locations.dedup_by(|later, kept| {
        let same = later.node == kept.node;
        if same {
            *kept = *later;
        }
        same
    });
}
