//! `/stats`: the process in figures; `/metrics`: the same and more for Prometheus.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::desk::Desk;
use super::ticker::resident;
use crate::deliver::http::Answer;
use crate::deliver::metrics::{self, About};
use crate::error::Error;

pub async fn get(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(stats(&desk))
}

pub fn stats(desk: &Desk) -> Value {
    let now = Instant::now();
    let (numbers, blocked, delays) = {
        let beat = desk.beat.lock();
        (beat.numbers, beat.blocked(now), beat.delays())
    };
    let settings = &desk.settings;
    let mut process = json!(settings.process);
    process["address"] = json!(desk.address);
    json!({
        "process": process,
        "capabilities": {
            "live": true,
            "capture": true,
            "captureModes": settings.capture_modes,
            "explore": settings.explorer.is_some(),
            "upload": false,
        },
        "memory": {
            "rss": resident(&numbers),
            "heapUsed": numbers.heap_used,
            "heapTotal": numbers.heap_total,
            "heapLimit": numbers.heap_limit,
            "external": numbers.external,
            "arrayBuffers": numbers.array_buffers,
        },
        "gc": {
            "major": { "count": numbers.major_count, "ms": numbers.major_ms },
            "minor": { "count": numbers.minor_count, "ms": numbers.minor_ms },
        },
        "eventLoop": {
            "blockedMs": if blocked >= super::health::BLOCKED_AFTER { blocked.as_millis() as u64 } else { 0 },
            "delayMs": delays,
        },
        "monitor": monitor(desk),
        "snapshots": { "taken": numbers.taken, "failed": numbers.failed },
        "looking": (numbers.look_of > 0.0).then(|| json!({ "taken": numbers.look_taken, "of": numbers.look_of })),
        "capturing": desk.captures.lock().progress(now),
    })
}

/// As `guard.verdict()` has it.
fn monitor(desk: &Desk) -> Value {
    let Some(reader) = &desk.monitor else { return Value::Null };
    let state = reader.state();
    let mut json = json!(state.assessment);
    json["startedUnixMs"] = json!(state.started_unix_ms);
    json["looks"] = json!(state.looks);
    json["busyMs"] = json!(state.busy.as_secs_f64() * 1000.0);
    json["failed"] = json!(state.failed);
    json
}

pub async fn metrics(State(desk): State<Arc<Desk>>) -> Answer {
    let reader = desk
        .monitor
        .as_ref()
        .ok_or_else(|| Error::HttpNotFound { what: "monitor, and so are no metrics".to_owned() })?;
    let numbers = desk.beat.lock().numbers;
    let about = About {
        node_version: desk.settings.process.node.clone(),
        push: None,
        captures: Some((numbers.taken as u64, numbers.failed as u64)),
    };
    let text = metrics::text(reader.state(), about)
        .map_err(|error| Error::Internal { at: "writing metrics", what: error.to_string() })?;
    Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}
