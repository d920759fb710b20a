//! The timers that are pending, one of each callback: what will run without anybody's doing.
//!
//! In: a graph whose capture shows numbers. Out: [`PendingTimer`]s. Node's `Timeout` objects have their delay in
//! `_idleTimeout`, and in `_repeat` too when they are of `setInterval`.

use crate::analysis::places::{internal, number_value, property};
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::parse::columns::NodeKind;
use rustc_hash::FxHashSet;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingTimer {
    /// The function that will be called.
    pub callback: NodeIdx,
    pub delay_ms: f64,
    pub repeats: bool,
}

/// More callbacks than this are not asked.
const MOST: usize = 64;

/// Of each callback that has a place in a script, the timer that is first in the heap.
pub fn pending_timers(graph: &Graph) -> Vec<PendingTimer> {
    let mut seen = FxHashSet::default();
    graph
        .nodes()
        .filter_map(|node| pending_timer(graph, node))
        .filter(|timer| {
            let at = graph.location(timer.callback);
            at.is_some_and(|at| seen.insert((at.script_id, at.line, at.column, timer.repeats)))
        })
        .take(MOST)
        .collect()
}

/// `None` for a timer that was cleared or has run, and for anything else.
pub fn pending_timer(graph: &Graph, node: NodeIdx) -> Option<PendingTimer> {
    let columns = graph.columns();
    let name = columns.strings.bytes(columns.nodes.name[node.at()]);
    if columns.nodes.kind[node.at()] != NodeKind::OBJECT || name != b"Timeout" {
        return None;
    }
    // In no list any more: `null` is a hidden node.
    let next = property(graph, node, b"_idleNext")?;
    if columns.nodes.kind[next.at()] != NodeKind::OBJECT {
        return None;
    }
    let callback =
        property(graph, node, b"_onTimeout").filter(|at| columns.nodes.kind[at.at()] == NodeKind::CLOSURE)?;
    let repeats = property(graph, node, b"_repeat").and_then(|at| number_value(graph, at)).is_some();
    Some(PendingTimer {
        // What bind() made is no code of its own.
        callback: internal(graph, callback, b"bound_function").unwrap_or(callback),
        delay_ms: property(graph, node, b"_idleTimeout")
            .and_then(|at| number_value(graph, at))
            .filter(|ms| *ms >= 1.0)?,
        repeats,
    })
}
