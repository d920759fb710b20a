//! How a question gets its answer: on a thread for blocking work, as JSON; or `202` while the file is being opened, or
//! an index is built that the question needs.

use super::Explorer;
use super::preparing::Work;
use crate::deliver::http::{Answer, Failure};
use crate::error::{Error, Result};
use crate::explore::opening::Progress;
use crate::explore::pair::Pair;
use crate::explore::{Index, Opened, Snapshot, Window};
use axum::Json;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;

/// Rows of a page, unless the question says.
const ROWS: usize = 100;

/// What a question has come to.
pub enum Reply {
    /// JSON.
    Ready(Vec<u8>),
    /// A file has to be opened first, the one with that id.
    Loading(String, Progress),
    /// It is open, and this has to be made of it first.
    Indexing(String, &'static str),
}

impl Reply {
    pub fn json(value: &impl Serialize) -> Result<Self> {
        let text = serde_json::to_vec(value);
        text.map(Self::Ready).map_err(|e| Error::Internal { at: "explore", what: e.to_string() })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Ready(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
            Self::Loading(id, progress) => later("loading", &id, progress),
            Self::Indexing(id, phase) => later("indexing", &id, Progress { phase, done: 0, total: 0 }),
        }
    }
}

/// To be asked again.
fn later(state: &'static str, id: &str, Progress { phase, done, total }: Progress) -> Response {
    let body = json!({ "state": state, "id": id, "phase": phase, "done": done, "total": total });
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

impl Explorer {
    /// Runs `work` where it may take its time.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Answer<T> {
        let explorer = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&explorer)).await;
        let failed = |_| Error::Internal { at: "explore", what: "the question's thread panicked".to_owned() };
        Ok(done.map_err(failed)??)
    }

    /// The snapshot, or how far it has come.
    pub async fn open(&self, id: &str) -> Answer<Opened> {
        let id = id.to_owned();
        self.work(move |explorer| explorer.shelf.open(&id)).await
    }

    /// Asks a snapshot, once it is open and has the indexes that the question needs.
    pub async fn ask<T: Serialize>(
        &self,
        id: String,
        needs: &'static [Index],
        question: impl FnOnce(&Snapshot) -> Result<T> + Send + 'static,
    ) -> Answer<Reply> {
        let snapshot = match self.open(&id).await? {
            Opened::Loading(progress) => return Ok(Reply::Loading(id, progress)),
            Opened::Ready(snapshot) => snapshot,
        };
        for &index in needs {
            if !self.indexed(&snapshot, index).await? {
                return Ok(Reply::Indexing(id, index.name()));
            }
        }
        self.work(move |_| Reply::json(&question(&snapshot)?)).await
    }

    /// Whether the snapshot has the index; if not, it is being built.
    pub async fn indexed(&self, snapshot: &Arc<Snapshot>, index: Index) -> Result<bool> {
        if snapshot.has(index) {
            return Ok(true);
        }
        let work = Work::Index(Arc::as_ptr(snapshot) as usize, index);
        let snapshot = Arc::clone(snapshot);
        self.preparing.ends_soon(work, move || snapshot.build(index)).await
    }

    /// Asks two snapshots, once both are open and compared.
    pub async fn ask_both<T: Serialize>(
        &self,
        ids: [String; 2],
        question: impl FnOnce(&Pair, [&Snapshot; 2]) -> Result<T> + Send + 'static,
    ) -> Answer<Reply> {
        let [base_id, head_id] = ids;
        let (base, head) = match (self.open(&base_id).await?, self.open(&head_id).await?) {
            (Opened::Ready(base), Opened::Ready(head)) => (base, head),
            (Opened::Loading(progress), _) => return Ok(Reply::Loading(base_id, progress)),
            (_, Opened::Loading(progress)) => return Ok(Reply::Loading(head_id, progress)),
        };
        let pair = self.shelf.pair([&base_id, &head_id]);
        if pair.get().is_none() {
            let (pair, base, head) = (pair.clone(), Arc::clone(&base), Arc::clone(&head));
            let work = Work::Pair(pair.identity());
            let act = move || {
                pair.make(&base, &head);
            };
            if !self.preparing.ends_soon(work, act).await? {
                return Ok(Reply::Indexing(head_id, "comparison"));
            }
        }
        self.work(move |_| Reply::json(&question(pair.make(&base, &head), [&base, &head])?)).await
    }
}

/// The page of a list that was asked for.
pub fn window(offset: Option<usize>, limit: Option<usize>) -> Window {
    Window::new(offset.unwrap_or(0), limit.unwrap_or(ROWS))
}

/// What stands in the address: `LG_HTTP_ARGUMENT` if it does not fit.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure(Error::HttpArgument { what: rejection.body_text() })),
        }
    }
}
