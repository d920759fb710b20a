//! One object: its row, who would free it, what it holds, and why it is alive.

use crate::analysis::path::fold_repeats;
use crate::analysis::places::Places;
use crate::analysis::retaining::steps;
use crate::analysis::suspect::hops;
use crate::explore::Snapshot;
use crate::explore::row::{EdgeRow, NodeRow};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::EdgeKind;
use crate::report::Hop;
use serde::Serialize;

/// Fields in the answer; containment has the rest.
const MOST_FIELDS: usize = 50;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    #[serde(flatten)]
    pub row: NodeRow,
    /// The nearest object whose end would be this one's. None for the root.
    pub dominator: Option<NodeRow>,
    /// Properties, variables and elements, in the order of the snapshot.
    pub fields: Vec<EdgeRow>,
    /// How many objects it refers to, V8's own references included.
    pub edge_count: u64,
    /// The most telling retaining path, as of `leakguard path`. Empty if nothing keeps the object alive.
    pub path: Vec<Hop>,
}

impl Detail {
    pub fn of(snapshot: &Snapshot, node: NodeIdx) -> Self {
        let graph = snapshot.graph();
        let strings = &graph.columns().strings;
        let fields = graph.edges(node).filter(|edge| match edge.kind {
            EdgeKind::ELEMENT | EdgeKind::CONTEXT => true,
            EdgeKind::PROPERTY => strings.bytes(StrIdx(edge.name_or_index)) != b"__proto__",
            _ => false,
        });
        let fields = fields.take(MOST_FIELDS).map(|edge| EdgeRow::of(snapshot, node, &edge, edge.to));
        let dominator = graph.dominator(node);
        Self {
            row: NodeRow::of(snapshot, node),
            dominator: (node != graph.root()).then(|| NodeRow::of(snapshot, dominator)),
            fields: fields.collect(),
            edge_count: graph.columns().nodes.edges_of(node).len() as u64,
            path: path(snapshot, node),
        }
    }
}

fn path(snapshot: &Snapshot, node: NodeIdx) -> Vec<Hop> {
    let graph = snapshot.graph();
    let edges = snapshot.reach().path(graph, node);
    if edges.is_empty() {
        return Vec::new();
    }
    let steps = fold_repeats(graph, steps(graph, &edges, node));
    hops(graph, &Places::within(graph, snapshot.scripts(), snapshot.scopes()), &steps)
}
