//! Memory outside the V8 heap that objects in it keep: what is behind ArrayBuffers, Buffers and external strings.

use crate::analysis::members::owner;
use crate::explore::nodes::{SortBy, sorted};
use crate::explore::row::NodeRow;
use crate::explore::{Order, Page, Snapshot, Window};
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::parse::columns::NodeKind;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Buffer {
    #[serde(flatten)]
    pub row: NodeRow,
    /// The object whose end frees it; none if several share it and only roots hold them all.
    pub owner: Option<NodeRow>,
}

/// Biggest first.
pub fn buffers(snapshot: &Snapshot, window: Window) -> Page<Buffer> {
    let graph = snapshot.graph();
    let found: Vec<NodeIdx> = graph.nodes().filter(|&node| is_buffer(graph, node)).collect();
    let total = found.len();
    let shown = sorted(graph, found.into_iter(), SortBy::SelfSize, Order::Descending, window);
    let rows = shown.into_iter().map(|node| {
        let owner = owner(graph, node);
        let is_root = graph.columns().nodes.kind[owner.at()] == NodeKind::SYNTHETIC;
        Buffer { row: NodeRow::of(snapshot, node), owner: (!is_root).then(|| NodeRow::of(snapshot, owner)) }
    });
    Page::new(total, window, rows.collect())
}

fn is_buffer(graph: &Graph, node: NodeIdx) -> bool {
    let nodes = &graph.columns().nodes;
    nodes.kind[node.at()] == NodeKind::NATIVE
        && graph.self_size(node) > 0
        && matches!(
            graph.columns().strings.bytes(nodes.name[node.at()]),
            b"system / JSArrayBufferData" | b"system / ExternalStringData"
        )
}
