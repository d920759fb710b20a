//! `/healthz`: whether the event loop comes round. Answered from another thread, so also when it does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::desk::Desk;

/// Shorter pauses are collections, captures and slow requests.
pub const BLOCKED_AFTER: Duration = Duration::from_millis(1000);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    status: &'static str,
    blocked_ms: u64,
    pid: u32,
    uptime_ms: u64,
    version: &'static str,
}

impl Health {
    pub fn of(desk: &Desk) -> Self {
        let now = Instant::now();
        let blocked = desk.beat.lock().blocked(now);
        let is_blocked = blocked >= BLOCKED_AFTER;
        Self {
            status: if is_blocked { "blocked" } else { "ok" },
            blocked_ms: if is_blocked { blocked.as_millis() as u64 } else { 0 },
            pid: desk.settings.process.pid,
            uptime_ms: (now - desk.started).as_millis() as u64,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    pub fn is_blocked(&self) -> bool {
        self.blocked_ms > 0
    }
}

/// Always 200: the process lives. Who wants to restart it for standing still reads `status`.
pub async fn get(State(desk): State<Arc<Desk>>) -> Json<Health> {
    Json(Health::of(&desk))
}
