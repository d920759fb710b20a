//! Containment: what an object refers to.

use crate::explore::row::EdgeRow;
use crate::explore::texts::contains;
use crate::explore::{Page, Snapshot, Window};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::Edge;
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// The order of the snapshot, which is that of the fields and elements.
    Snapshot,
    /// Biggest first.
    RetainedSize,
}

/// The references whose name, or whose object's name or class, contains `filter`.
pub fn children(
    snapshot: &Snapshot,
    node: NodeIdx,
    sort: SortBy,
    filter: &str,
    window: Window,
) -> Page<EdgeRow> {
    let graph = snapshot.graph();
    let edges = graph.columns().nodes.edges_of(node);
    if sort == SortBy::Snapshot && filter.is_empty() {
        let shown = edges.clone().skip(window.offset).take(window.limit());
        let shown = shown.map(|edge| graph.columns().edges.get(edge));
        let rows = shown.map(|edge| EdgeRow::of(snapshot, node, &edge, edge.to)).collect();
        return Page::new(edges.len(), window, rows);
    }
    let mut found: Vec<(u64, Edge)> = graph
        .edges(node)
        .filter(|edge| matches(snapshot, edge, filter.as_bytes()))
        .map(|edge| (graph.retained_size(edge.to), edge))
        .collect();
    let total = found.len();
    let shown = match sort {
        SortBy::Snapshot => window.of(&found),
        SortBy::RetainedSize => window.sorted(&mut found, |a, b| b.0.cmp(&a.0).then(a.1.edge.cmp(&b.1.edge))),
    };
    let rows = shown.iter().map(|(_, edge)| EdgeRow::of(snapshot, node, edge, edge.to)).collect();
    Page::new(total, window, rows)
}

fn matches(snapshot: &Snapshot, edge: &Edge, filter: &[u8]) -> bool {
    if filter.is_empty() {
        return true;
    }
    let graph = snapshot.graph();
    let columns = graph.columns();
    let named = if edge.kind.is_indexed() {
        contains(itoa::Buffer::new().format(edge.name_or_index).as_bytes(), filter)
    } else {
        contains(columns.strings.bytes(StrIdx(edge.name_or_index)), filter)
    };
    named
        || contains(columns.strings.bytes(columns.nodes.name[edge.to.at()]), filter)
        || contains(graph.classes().get(graph.class_of(edge.to)).name.as_bytes(), filter)
}
