//! `/snapshots`: what is kept on disk, by this process and by those that share its directory.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::captures::{Begun, with_links};
use super::clock;
use super::desk::Desk;
use super::failures::Failed;
use crate::capture::store::{self, Stored};
use crate::deliver::http::Answer;
use crate::error::{Error, Result};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    label: String,
    /// When it was taken.
    at: String,
    /// On disk.
    bytes: u64,
    modified: String,
    state: &'static str,
    /// Whether this very process has taken it.
    own: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl Row {
    fn kept(desk: &Desk, stored: &Stored) -> Self {
        let known = desk.captures.lock().known(&stored.id).cloned();
        let label = known.as_ref().and_then(|snapshot| snapshot.get("label")?.as_str()).map(str::to_owned);
        Self {
            label: label.unwrap_or_else(|| label_in(&stored.id).to_owned()),
            at: time_in(&stored.id),
            bytes: stored.bytes,
            modified: clock::iso(stored.modified),
            state: "kept",
            own: known.is_some(),
            error: None,
            id: stored.id.clone(),
        }
    }

    fn capturing(desk: &Desk) -> Option<Self> {
        let begun = desk.captures.lock().current().cloned()?;
        let (at, modified) = (time_in(&begun.id), desk.now_iso());
        let Begun { id, label } = begun;
        Some(Self { id, label, at, bytes: 0, modified, state: "capturing", own: true, error: None })
    }

    fn failed(Failed { begun: Begun { id, label }, at, error }: Failed) -> Self {
        let began = time_in(&id);
        Self { id, label, at: began, bytes: 0, modified: at, state: "failed", own: true, error: Some(error) }
    }
}

/// `2026-01-31T12-00-00-000Z-…` as ISO 8601. Every id begins like that.
fn time_in(id: &str) -> String {
    let time = id.get(..24).unwrap_or_default();
    match (time.get(..13), time.get(14..16), time.get(17..19), time.get(20..)) {
        (Some(hour), Some(minute), Some(second), Some(rest)) => format!("{hour}:{minute}:{second}.{rest}"),
        _ => String::new(),
    }
}

/// What follows the time, the process, and perhaps the worker and thread.
fn label_in(id: &str) -> &str {
    let mut rest = id.get(25..).unwrap_or_default();
    let numbered = |part: &str, prefix: &str| {
        part.strip_prefix(prefix)
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    for prefix in ["", "w", "t"] {
        match rest.split_once('-') {
            Some((part, after)) if numbered(part, prefix) => rest = after,
            _ => {}
        }
    }
    rest
}

/// Reads a directory: not on the thread that serves.
async fn stored(directory: PathBuf) -> Result<Vec<Stored>> {
    blocking(move || store::list(&directory)).await
}

/// Work with files or processors, on a thread beside the one that serves.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let failed = |error: tokio::task::JoinError| Error::Internal { at: "http", what: error.to_string() };
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

pub async fn list(State(desk): State<Arc<Desk>>) -> Answer<Json<Value>> {
    let kept = match &desk.settings.snapshots {
        Some(directory) => stored(directory.clone()).await?,
        None => Vec::new(),
    };
    let kept = kept.iter().map(|stored| Row::kept(&desk, stored));
    let failed: Vec<Failed> = desk.failures.lock().iter().cloned().collect();
    let mut rows: Vec<Row> = failed.into_iter().map(Row::failed).chain(kept).collect();
    // Ids begin with the time, in a form that sorts.
    rows.sort_by(|a, b| b.id.cmp(&a.id));
    let rows: Vec<Row> = Row::capturing(&desk).into_iter().chain(rows).collect();
    Ok(Json(json!({ "snapshots": rows })))
}

pub async fn one(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Answer<Json<Value>> {
    if let Some(row) = Row::capturing(&desk).filter(|row| row.id == id) {
        return Ok(Json(with_links(json!(row), &desk)));
    }
    let failed = desk.failures.lock().iter().find(|failed| failed.begun.id == id).cloned();
    if let Some(failed) = failed {
        return Ok(Json(with_links(json!(Row::failed(failed)), &desk)));
    }
    let stored = stored(desk.store()?.to_owned()).await?;
    let found = stored.iter().find(|stored| stored.id == id).ok_or_else(|| missing(&id))?;
    let mut all = json!(Row::kept(&desk, found));
    let known = desk.captures.lock().known(&id).cloned();
    if let (Some(fields), Some(Value::Object(more))) = (all.as_object_mut(), known) {
        for (key, value) in more {
            // On disk is what a row's bytes are; the snapshot itself is larger.
            let key = if key == "bytes" { "snapshotBytes".to_owned() } else { key };
            fields.entry(key).or_insert(value);
        }
    }
    Ok(Json(with_links(all, &desk)))
}

pub async fn remove(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Answer<StatusCode> {
    if desk.failures.lock().forget(&id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let directory = desk.store()?.to_owned();
    let name = id.clone();
    // What is no id leads nowhere.
    let removed = blocking(move || match store::remove(&directory, &name) {
        Err(Error::Read { .. }) => Ok(false),
        other => other,
    });
    if removed.await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing(&id).into()) }
}

pub fn missing(id: &str) -> Error {
    // An id that was sent is repeated, but no novel.
    let id: String = id.chars().take(100).collect();
    Error::HttpNotFound { what: format!("snapshot {id}") }
}

#[cfg(test)]
mod tests {
    use super::{label_in, time_in};

    #[test]
    fn reads_what_an_id_says() {
        for (id, label) in [
            ("2026-01-31T12-00-01-002Z-4711-near-limit", "near-limit"),
            ("2026-01-31T12-00-01-002Z-4711-w2-t1-manual", "manual"),
            ("2026-01-31T12-00-01-002Z-4711-w2-", ""),
            ("2026-01-31T12-00-01-002Z-4711-wide-2", "wide-2"),
        ] {
            assert_eq!((label_in(id), &*time_in(id)), (label, "2026-01-31T12:00:01.002Z"), "{id}");
        }
        assert_eq!((label_in("x"), &*time_in("é")), ("", ""));
    }
}
