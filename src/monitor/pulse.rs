//! What the JavaScript side knows between two ticks of its timer: activity, collections, event-loop delay, handles.
//! It arrives as one small JSON text every few seconds and is parsed on the sampling thread.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Upper bounds of the buckets of collection times, seconds: prom-client's.
pub const GC_BUCKETS: [f64; 6] = [0.001, 0.01, 0.1, 1.0, 2.0, 5.0];

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pulse {
    /// Requests served since the start; `None` when nothing counts them.
    pub requests: Option<f64>,
    /// Event-loop utilisation since the last tick, 0 to 1.
    pub utilization: f64,
    /// Time the event loop was active and idle since the start, seconds.
    pub loop_active_s: f64,
    pub loop_idle_s: f64,
    pub delay: Delay,
    pub heap: Heap,
    pub spaces: Vec<Space>,
    /// Active resources by type, as `process.getActiveResourcesInfo` names them.
    pub resources: BTreeMap<String, u32>,
    /// Collections since the start by kind: `major`, `minor`, `incremental`, `weakcb`.
    pub gc: BTreeMap<String, Collections>,
}

/// Event-loop delay since the last tick, seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Delay {
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub stddev: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
}

/// The heap now, garbage included, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Heap {
    pub used: f64,
    pub total: f64,
    pub limit: f64,
    pub external: f64,
    pub array_buffers: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Space {
    /// Without the `_space` at its end: prom-client's way.
    pub name: String,
    pub size: f64,
    pub used: f64,
    pub available: f64,
    pub physical: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Collections {
    pub count: u64,
    pub seconds: f64,
    /// For each of [`GC_BUCKETS`], collections that took at most that long and longer than the bound before;
    /// the last element counts the rest.
    pub buckets: [u64; GC_BUCKETS.len() + 1],
}
