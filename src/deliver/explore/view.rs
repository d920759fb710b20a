//! What `leakguard view` serves beside `/explore/`: who it is, the report of a hunt, and the files to download.

use super::Explorer;
use super::download;
use super::question::Named;
use crate::deliver::admin::source::{Excerpt, Query, find, names};
use crate::deliver::http::{Answer, Params};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A server that has no app.
#[derive(Clone)]
pub struct View {
    explorer: Explorer,
    /// The result of a hunt, as `leakguard hunt --json` printed it.
    report: Option<Value>,
    version: &'static str,
    asked: Arc<Mutex<Instant>>,
}

impl View {
    pub fn new(explorer: Explorer, report: Option<Value>, version: &'static str) -> Self {
        Self { explorer, report, version, asked: Arc::new(Mutex::new(Instant::now())) }
    }

    /// How long nobody has asked for anything.
    pub fn idle(&self) -> Duration {
        self.asked.lock().elapsed()
    }

    /// Lets go of all files, and deletes those that were uploaded.
    pub fn clear(&self) {
        self.explorer.clear();
    }

    pub fn routes(self) -> Router {
        Router::new()
            .route("/stats", get(stats))
            .route("/report", get(report))
            .route("/source", get(source))
            .route("/snapshots/{id}/download", get(file))
            .with_state(self.clone())
            .merge(self.explorer.clone().routes())
            .layer(from_fn_with_state(self, note))
    }
}

async fn note(State(view): State<View>, request: Request, next: Next) -> Response {
    *view.asked.lock() = Instant::now();
    next.run(request).await
}

async fn stats(State(view): State<View>) -> Json<Value> {
    Json(json!({
        "process": null,
        "capabilities": {
            "live": false,
            "capture": false,
            "captureModes": [],
            "explore": true,
            "upload": view.explorer.uploads.is_some(),
        },
        "monitor": null,
        "snapshots": { "taken": 0, "failed": 0 },
        "capturing": null,
        "version": view.version,
    }))
}

async fn report(State(view): State<View>) -> Json<Value> {
    let diagnosis = view.report.unwrap_or(Value::Null);
    Json(json!({ "diagnosis": diagnosis, "finding": null }))
}

/// Lines of a file that the report names.
async fn source(State(view): State<View>, Params(query): Params<Query>) -> Answer<Json<Excerpt>> {
    let named = view.report.is_some_and(|report| names(&report.to_string(), &query.file));
    find(named, query).await
}

async fn file(State(view): State<View>, Named(id): Named<String>, headers: HeaderMap) -> Answer<Response> {
    let (path, name) = view.explorer.shelf.file(&id)?;
    download::file(path, &name, download::accepts_gzip(&headers)).await
}
