//! `/explore/files`: which snapshots there are, and taking in one that is dropped on the page.

use super::Explorer;
use super::question::{Named, Reply};
use crate::capture::keep::{create_private_directory, open_private};
use crate::deliver::http::{Answer, Params};
use crate::error::{Error, Result};
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio_stream::StreamExt;

/// Pieces of an upload between the network and the disk.
const QUEUED: usize = 8;
/// Bytes taken of a body that is refused.
const MOST_DRAINED: usize = 256 << 20;
/// A longer name is cut.
const LONGEST_NAME: usize = 200;

/// A private directory for files that were dropped on the page. It goes with the last of the server.
pub struct Uploads {
    directory: PathBuf,
    limit: u64,
    count: AtomicU64,
}

impl Uploads {
    pub fn new(directory: PathBuf, limit: u64) -> Result<Self> {
        create_private_directory(&directory)
            .map_err(|source| Error::Write { path: directory.clone(), source })?;
        Ok(Self { directory, limit, count: AtomicU64::new(0) })
    }

    /// Writes what comes through the queue, as long as it is not too much. Nothing stays of an upload that fails.
    fn take(&self, mut pieces: mpsc::Receiver<Piece>) -> Result<PathBuf> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("{number}.heapsnapshot"));
        let mut write = || -> Result<()> {
            let failed = |source| Error::Write { path: path.clone(), source };
            let mut file = open_private(&path).map_err(failed)?;
            let mut bytes = 0u64;
            while let Some(piece) = pieces.blocking_recv() {
                let Piece::Bytes(piece) = piece else { return Ok(()) };
                bytes += piece.len() as u64;
                if bytes > self.limit {
                    return Err(Error::HttpTooLarge { limit: self.limit });
                }
                file.write_all(&piece).map_err(failed)?;
            }
            Err(Error::HttpArgument { what: "the upload ended in the middle".to_owned() })
        };
        write().map(|()| path.clone()).inspect_err(|_| {
            // It may never have been created.
            let _ = fs::remove_file(&path);
        })
    }

    /// Deletes the directory; uploads fail from now on.
    pub fn clear(&self) {
        // Nobody is left to be told.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Drop for Uploads {
    fn drop(&mut self) {
        self.clear();
    }
}

enum Piece {
    Bytes(axum::body::Bytes),
    /// The whole body has come. Without it, the client went away.
    End,
}

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
    if announced.is_some_and(|bytes: u64| bytes > uploads.limit) {
        drain(&mut body).await;
        return Err(Error::HttpTooLarge { limit: uploads.limit }.into());
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
