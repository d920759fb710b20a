//! `/estimate`: what a capture would cost, before anybody asks for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use super::desk::Desk;
use crate::capture::need::{Heap, reserve};

/// Without a capture to go by: bytes of a snapshot for each byte of the heap, measured on small objects.
const SNAPSHOT_PER_BYTE: f64 = 2.1;
/// And bytes of a snapshot written and analysed in a millisecond, on one slow core.
const BYTES_PER_MS: f64 = 10_000.0;

/// What one capture cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    pub bytes: f64,
    pub ms: f64,
    pub heap: f64,
}

impl Cost {
    /// Of a snapshot as the guard describes it, of a heap of that size; `None` when it lacks figures.
    pub fn of(snapshot: &Value, heap: f64) -> Option<Self> {
        let figure = |key: &str| snapshot.get(key).and_then(Value::as_f64);
        let ms = figure("elapsedMs").or(figure("stallMs"))?;
        Some(Self { bytes: figure("bytes")?, ms, heap })
    }

    /// For a heap of another size.
    fn scaled(self, heap: f64) -> Self {
        let times = if self.heap > 0.0 { heap / self.heap } else { 1.0 };
        Self { bytes: self.bytes * times, ms: self.ms * times, heap }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    mode: String,
    /// Of the snapshot.
    bytes: f64,
    /// What the forked child, or the process itself, may need besides.
    child_bytes: u64,
    ms: f64,
    /// Memory left on the machine or in the container; absent where that is not known.
    available: Option<u64>,
    fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub async fn get(State(desk): State<Arc<Desk>>) -> Json<Estimate> {
    let numbers = desk.beat.lock().numbers;
    let first = Cost {
        bytes: numbers.heap_used * SNAPSHOT_PER_BYTE,
        ms: numbers.heap_used * SNAPSHOT_PER_BYTE / BYTES_PER_MS,
        heap: numbers.heap_used,
    };
    let cost = desk.captures.lock().cost.map_or(first, |cost| cost.scaled(numbers.heap_used));
    let need =
        (desk.need)(Heap { small: numbers.small.max(0.0) as u64, large: numbers.large.max(0.0) as u64 });
    let room = room();
    let left = room.map(|(available, limit)| available.saturating_sub(reserve(limit)));
    let fits = left.is_none_or(|left| left >= need.least);
    let reason = match left {
        Some(left) if !fits => Some(format!(
            "{} MB are needed, {} MB are free beside what the app must keep",
            need.least >> 20,
            left >> 20
        )),
        Some(left) if left < need.likely => Some(
            "it may be given up on the way: a heap of many small objects would need more than is free"
                .to_owned(),
        ),
        Some(_) => None,
        None => Some("how much memory is free is not known on this platform".to_owned()),
    };
    Json(Estimate {
        mode: desk.settings.capture_modes.first().cloned().unwrap_or_default(),
        bytes: cost.bytes.round(),
        child_bytes: need.likely,
        ms: cost.ms.round(),
        available: room.map(|(available, _)| available),
        fits,
        reason,
    })
}

/// What is free, and of how much.
#[cfg(target_os = "linux")]
fn room() -> Option<(u64, u64)> {
    crate::sys::memory::Limits::find().room().ok().map(|room| (room.available, room.limit))
}

#[cfg(not(target_os = "linux"))]
fn room() -> Option<(u64, u64)> {
    None
}
