//! `/report`: what captures and alarms have found. `/diff`: two kept snapshots beside each other.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::desk::Desk;
use super::snapshots::{blocking, missing};
use crate::analysis::diff::{Comparison, diff};
use crate::capture::store;
use crate::deliver::http::{Answer, Failure, Params};
use crate::error::Error;
use crate::graph::{BuildOptions, Graph};
use crate::parse::source::{ReadOptions, read_file};

/// A guest takes no more of its host's processors.
const THREADS: usize = 1;

pub async fn get(State(desk): State<Arc<Desk>>) -> Response {
    let reports = desk.reports.lock();
    // Both are JSON already.
    let null = || "null".to_owned();
    let diagnosis = reports.diagnosis.clone().unwrap_or_else(null);
    let finding = reports.finding.clone().unwrap_or_else(null);
    drop(reports);
    let mut response = format!("{{\"diagnosis\":{diagnosis},\"finding\":{finding}}}").into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Deserialize)]
pub struct Query {
    base: String,
    head: String,
}

pub async fn diff_of(
    State(desk): State<Arc<Desk>>,
    Params(query): Params<Query>,
) -> Answer<Json<Comparison>> {
    let directory = desk.store()?.to_owned();
    let file = |id: &str| {
        let path = store::path_of(&directory, id).map_err(|_| missing(id))?;
        Ok::<_, Failure>(path.to_string_lossy().into_owned())
    };
    let files = [file(&query.base)?, file(&query.head)?];
    let _turn = desk.comparing.acquire().await.map_err(|_| Error::Cancelled)?;
    let comparison = blocking(move || {
        diff(&files, 0, |file| {
            let columns = read_file(file, &ReadOptions { threads: THREADS, ..ReadOptions::default() })?;
            Graph::build(columns, &BuildOptions { threads: THREADS, ..BuildOptions::default() })
        })
    });
    Ok(Json(comparison.await?))
}
