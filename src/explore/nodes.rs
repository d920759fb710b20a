//! The instances of a class.

use crate::explore::row::NodeRow;
use crate::explore::{Order, Page, Snapshot, Window};
use crate::graph::Graph;
use crate::ids::{ClassIdx, NodeIdx};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    RetainedSize,
    SelfSize,
    Distance,
    Id,
}

impl SortBy {
    pub fn natural(self) -> Order {
        match self {
            Self::RetainedSize | Self::SelfSize => Order::Descending,
            Self::Distance | Self::Id => Order::Ascending,
        }
    }
}

pub fn instances(
    snapshot: &Snapshot,
    class: ClassIdx,
    sort: SortBy,
    order: Order,
    window: Window,
) -> Page<NodeRow> {
    let instances = snapshot.instances(class);
    let rows = match (sort, order) {
        (SortBy::RetainedSize, Order::Descending) => window.of(instances).to_vec(),
        _ => sorted(snapshot.graph(), instances.iter().copied(), sort, order, window),
    };
    let rows = rows.into_iter().map(|node| NodeRow::of(snapshot, node)).collect();
    Page::new(instances.len(), window, rows)
}

/// The window of `nodes` in that order; of equals, the smaller ordinal comes first.
pub fn sorted(
    graph: &Graph,
    nodes: impl Iterator<Item = NodeIdx>,
    sort: SortBy,
    order: Order,
    window: Window,
) -> Vec<NodeIdx> {
    let key = |node: NodeIdx| match sort {
        SortBy::RetainedSize => graph.retained_size(node),
        SortBy::SelfSize => graph.self_size(node),
        // Distances may be negative.
        SortBy::Distance => (i64::from(graph.distance(node)) + (1 << 32)) as u64,
        SortBy::Id => u64::from(graph.columns().nodes.id[node.at()]),
    };
    let mut keyed: Vec<(u64, NodeIdx)> = nodes.map(|node| (key(node), node)).collect();
    let shown = window.sorted(&mut keyed, |a, b| order.apply(a.0.cmp(&b.0)).then(a.1.cmp(&b.1)));
    shown.iter().map(|&(_, node)| node).collect()
}
