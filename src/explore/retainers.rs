//! Who refers to an object.
//!
//! There is no index of it: the column of all edges' targets is read from end to end, in blocks that the processor
//! compares many at a time.

use crate::explore::row::EdgeRow;
use crate::explore::{Page, Snapshot, Window};
use crate::graph::Graph;
use crate::ids::NodeIdx;

/// Targets compared together.
const BLOCK: usize = 256;

/// The object's retainers: those that keep it alive first, then by distance from the roots.
pub fn retainers(snapshot: &Snapshot, node: NodeIdx, window: Window) -> Page<EdgeRow> {
    let graph = snapshot.graph();
    let edges = &graph.columns().edges;
    let mut found: Vec<Retainer> = Vec::new();
    each_retainer(graph, node, |from, edge| {
        let essential = graph.is_essential(from, &edges.get(edge));
        // Distances below 0 say that nothing reaches the object.
        let distance = graph.distance(from);
        let far = if distance < 0 { i32::MAX } else { distance };
        found.push(Retainer { inessential: !essential, far, from, edge: edge as u32 });
    });
    let total = found.len();
    let shown = window.sorted(&mut found, Ord::cmp).iter();
    let rows =
        shown.map(|found| EdgeRow::of(snapshot, found.from, &edges.get(found.edge as usize), found.from));
    Page::new(total, window, rows.collect())
}

/// In the order of the list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Retainer {
    inessential: bool,
    far: i32,
    from: NodeIdx,
    edge: u32,
}

/// Calls `tell` with each edge that leads to the node and where it comes from, in the order of the snapshot.
fn each_retainer(graph: &Graph, node: NodeIdx, mut tell: impl FnMut(NodeIdx, usize)) {
    let first_edge = &graph.columns().nodes.first_edge;
    let mut from = 0usize;
    for (block, targets) in graph.columns().edges.to.chunks(BLOCK).enumerate() {
        // Without an early end, so that it becomes vector code.
        if !targets.iter().fold(false, |hit, to| hit | (*to == node)) {
            continue;
        }
        for (at, _) in targets.iter().enumerate().filter(|(_, to)| **to == node) {
            let edge = block * BLOCK + at;
            // The next one is near, where there are many.
            let mut step = 1;
            while first_edge.get(from + step).is_some_and(|&first| first as usize <= edge) {
                from += step;
                step *= 2;
            }
            let end = (from + step).min(first_edge.len());
            from += first_edge[from..end].partition_point(|&first| first as usize <= edge) - 1;
            tell(NodeIdx::from(from), edge);
        }
    }
}
