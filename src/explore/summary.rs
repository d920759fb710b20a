//! The snapshot as a whole.

use crate::explore::Snapshot;
use crate::graph::Statistics;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub node_count: u64,
    pub edge_count: u64,
    /// Classes that have instances.
    pub class_count: u64,
    pub statistics: Statistics,
    pub loaded_ms: u64,
    /// The root's ordinal, where containment begins.
    pub root: u32,
}

impl Summary {
    pub fn of(snapshot: &Snapshot) -> Self {
        let graph = snapshot.graph();
        Self {
            node_count: graph.len() as u64,
            edge_count: graph.columns().edges.len() as u64,
            class_count: graph.classes().rows().count() as u64,
            statistics: *graph.statistics(),
            loaded_ms: snapshot.loaded_ms(),
            root: graph.root().0,
        }
    }
}
