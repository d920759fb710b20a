//! `/explore/files`: which snapshots there are, and taking in one that is dropped on the page.

use super::Explorer;
use super::question::{Named, Reply};
use super::uploads::{Piece, Uploads};
use crate::deliver::http::{Answer, Params};
use crate::error::{Error, Result};
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;

/// Pieces of an upload between the network and the disk.
const QUEUED: usize = 8;
/// Bytes taken of a body that is refused.
const MOST_DRAINED: usize = 256 << 20;
/// A longer name is cut.
const LONGEST_NAME: usize = 200;

pub async fn list(State(explorer): State<Explorer>) -> Answer<Reply> {
    explorer.work(|explorer| Reply::json(&json!({ "files": explorer.shelf.files() }))).await
}

pub async fn remove(State(explorer): State<Explorer>, Named(id): Named<String>) -> Answer<StatusCode> {
    allowed(&explorer)?;
    explorer
        .work(move |explorer| {
            explorer.shelf.remove(&id)?;
            Reply::json(&())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub struct Upload {
    #[serde(default)]
    name: String,
}

pub async fn upload(
    State(explorer): State<Explorer>,
    Params(Upload { name }): Params<Upload>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let uploads = allowed(&explorer)?;
    let mut body = body.into_data_stream();
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > uploads.limit()) {
        drain(&mut body).await;
        return Err(Error::HttpTooLarge { limit: uploads.limit() }.into());
    }
    let (queue, pieces) = mpsc::channel(QUEUED);
    let writing = tokio::task::spawn_blocking(move || uploads.take(pieces));
    let mut whole = true;
    while let Some(piece) = body.next().await {
        whole = match piece {
            // Nobody takes it: writing has failed, and says below how.
            Ok(bytes) => queue.send(Piece::Bytes(bytes)).await.is_ok(),
            Err(_) => false,
        };
        if !whole {
            break;
        }
    }
    if whole {
        let _ = queue.send(Piece::End).await;
    }
    drop(queue);
    let failed = |_| Error::Internal { at: "explore", what: "the upload's thread panicked".to_owned() };
    let written = writing.await.map_err(failed)?;
    if written.is_err() {
        drain(&mut body).await;
    }
    let path = written?;
    let name = if name.is_empty() { "upload.heapsnapshot" } else { &name };
    let id = explorer.shelf.add(path, name.chars().take(LONGEST_NAME).collect(), true)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

/// Many clients, browsers among them, read no answer before they have sent everything. So what is refused is taken, up
/// to a bound, and thrown away.
async fn drain(body: &mut BodyDataStream) {
    let mut taken = 0;
    while let Some(Ok(piece)) = body.next().await {
        taken += piece.len();
        if taken > MOST_DRAINED {
            return;
        }
    }
}

/// Only where somebody looks at files of their own, not in the server of an app.
fn allowed(explorer: &Explorer) -> Result<Arc<Uploads>> {
    explorer.uploads.clone().ok_or(Error::HttpNotFound { what: "place for uploads".to_owned() })
}
