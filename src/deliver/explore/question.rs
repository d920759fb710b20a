//! How a question gets its answer: on a thread for blocking work, as JSON; or `202` while the file is being opened.

use super::Explorer;
use crate::deliver::http::{Answer, Failure};
use crate::error::{Error, Result};
use crate::explore::shelf::Progress;
use crate::explore::{Opened, Snapshot, Window};
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
            Self::Loading(id, Progress { phase, done, total }) => {
                let body =
                    json!({ "state": "loading", "id": id, "phase": phase, "done": done, "total": total });
                let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
        }
    }
}

impl Explorer {
    /// Runs `work` where it may take its time.
    pub async fn work(&self, work: impl FnOnce(&Self) -> Result<Reply> + Send + 'static) -> Answer<Reply> {
        let explorer = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&explorer)).await;
        let failed = |_| Error::Internal { at: "explore", what: "the question's thread panicked".to_owned() };
        Ok(done.map_err(failed)??)
    }

    /// Asks a snapshot, once it is open.
    pub async fn ask<T: Serialize>(
        &self,
        id: String,
        question: impl FnOnce(&Snapshot) -> Result<T> + Send + 'static,
    ) -> Answer<Reply> {
        self.work(move |explorer| match explorer.shelf.open(&id)? {
            Opened::Loading(progress) => Ok(Reply::Loading(id, progress)),
            Opened::Ready(snapshot) => Reply::json(&question(&snapshot)?),
        })
        .await
    }

    /// Asks two snapshots, once both are open.
    pub async fn ask_both<T: Serialize>(
        &self,
        ids: [String; 2],
        question: impl FnOnce(&Self, [&str; 2], [Arc<Snapshot>; 2]) -> Result<T> + Send + 'static,
    ) -> Answer<Reply> {
        self.work(move |explorer| {
            let [base, head] = &ids;
            let both = match (explorer.shelf.open(base)?, explorer.shelf.open(head)?) {
                (Opened::Ready(a), Opened::Ready(b)) => [a, b],
                (Opened::Loading(progress), _) => return Ok(Reply::Loading(base.clone(), progress)),
                (_, Opened::Loading(progress)) => return Ok(Reply::Loading(head.clone(), progress)),
            };
            Reply::json(&question(explorer, [base, head], both)?)
        })
        .await
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
