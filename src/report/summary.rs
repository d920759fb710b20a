//! `analyze`: one snapshot as a table of classes and totals.

use super::SCHEMA;
use crate::graph::{Class, Graph, Statistics};
use serde::{Deserialize, Serialize};

/// What `analyze --json` prints. Sizes are bytes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub schema: u32,
    pub node_count: u64,
    pub edge_count: u64,
    pub statistics: Statistics,
    /// Most retained bytes first; of equals, the smaller key first.
    pub classes: Vec<ClassRow>,
}

/// One class, with DevTools' figures (see [`crate::graph::Class`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    pub key: String,
    pub name: String,
    pub count: u32,
    pub self_size: u64,
    pub retained_size: u64,
    /// DevTools' raw distance: 100000000 and more for what only V8 reaches, -5 for what nothing reaches.
    pub distance: i32,
}

impl ClassRow {
    pub fn of(class: &Class) -> Self {
        Self {
            key: class.key.clone(),
            name: class.name.clone(),
            count: class.count,
            self_size: class.self_size,
            retained_size: class.retained_size,
            distance: class.distance,
        }
    }
}

impl Summary {
    pub fn of(graph: &Graph) -> Self {
        let mut classes: Vec<ClassRow> =
            graph.classes().rows().map(|(_, class)| ClassRow::of(class)).collect();
        classes.sort_by(|a, b| b.retained_size.cmp(&a.retained_size).then_with(|| a.key.cmp(&b.key)));
        Self {
            schema: SCHEMA,
            node_count: graph.len() as u64,
            edge_count: graph.columns().edges.len() as u64,
            statistics: *graph.statistics(),
            classes,
        }
    }
}
