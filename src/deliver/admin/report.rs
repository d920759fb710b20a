//! `/report`: what captures and alarms have found.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::desk::Desk;

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
