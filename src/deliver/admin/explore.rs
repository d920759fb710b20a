//! `/explore/…` and `/diff`: passed on to a process of its own, `leakguard view` at a socket, because opening a snapshot
//! takes memory and time that are not the app's to spend. The event loop starts it; it ends by itself when nobody asks.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::desk::Desk;
use crate::deliver::http::{Answer, Failure};
use crate::error::Error;

#[cfg(unix)]
pub use through_a_socket::{diff, get};

/// Where there are no sockets.
#[cfg(not(unix))]
pub async fn get(State(_desk): State<Arc<Desk>>) -> Answer<Response> {
    Err(unavailable("this platform has no sockets".to_owned()))
}

#[cfg(not(unix))]
pub async fn diff(State(_desk): State<Arc<Desk>>) -> Answer<Response> {
    Err(unavailable("this platform has no sockets".to_owned()))
}

fn unavailable(why: String) -> Failure {
    Failure(Error::ExploreUnavailable { why })
}

#[cfg(unix)]
mod through_a_socket {
    use std::time::Duration;

    use axum::Json;
    use axum::body::Body;
    use axum::http::uri::PathAndQuery;
    use axum::http::{HeaderMap, HeaderName, Request, StatusCode, Uri, header};
    use axum::response::IntoResponse;
    use hyper::client::conn::http1::handshake;
    use hyper_util::rt::TokioIo;
    use serde::Deserialize;
    use serde_json::json;
    use tokio::net::UnixStream;

    use super::{Answer, Arc, Desk, Response, State, unavailable};
    use crate::capture::store;
    use crate::deliver::admin::desk::Order;
    use crate::deliver::admin::snapshots::{blocking, missing};
    use crate::deliver::http::Params;

    /// Between two questions whether a comparison is made.
    const PAUSE: Duration = Duration::from_millis(200);

    /// What the client's request tells the process; nothing else of it is passed on.
    const ASKED: [HeaderName; 2] = [header::ACCEPT, header::ACCEPT_ENCODING];
    /// What concerns one connection only.
    const HOP_BY_HOP: [HeaderName; 3] = [header::CONNECTION, header::TRANSFER_ENCODING, header::DATE];

    pub async fn get(State(desk): State<Arc<Desk>>, uri: Uri, asked: HeaderMap) -> Answer<Response> {
        ask(&desk, &uri, &asked).await
    }

    #[derive(Deserialize)]
    pub struct Both {
        base: String,
        head: String,
    }

    /// Answers when both are compared: who asks for one document does not ask twice.
    pub async fn diff(
        State(desk): State<Arc<Desk>>,
        Params(Both { base, head }): Params<Both>,
        uri: Uri,
        asked: HeaderMap,
    ) -> Answer<Response> {
        let directory = desk.store()?.to_owned();
        let exist = move || {
            [base, head].iter().try_for_each(|id| {
                let path = store::path_of(&directory, id).map_err(|_| missing(id))?;
                path.symlink_metadata().map(drop).map_err(|_| missing(id))
            })
        };
        blocking(exist).await?;
        loop {
            let answer = ask(&desk, &uri, &asked).await?;
            if answer.status() != StatusCode::ACCEPTED {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask(desk: &Desk, uri: &Uri, asked: &HeaderMap) -> Answer<Response> {
        let Some(socket) = &desk.settings.explorer else {
            return Err(unavailable("no snapshots are kept here".to_owned()));
        };
        if let Ok(stream) = UnixStream::connect(socket).await {
            let answer = pass(stream, uri, asked).await;
            return answer
                .map_err(|error| unavailable(format!("the process that explores broke off: {error}")));
        }
        if let Some(why) = desk.explore_failure.lock().take() {
            return Err(unavailable(why));
        }
        // One that is starting is not started again.
        desk.event_loop.send(Order::Explore);
        Ok(loading().into_response())
    }

    async fn pass(stream: UnixStream, uri: &Uri, asked: &HeaderMap) -> hyper::Result<Response> {
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let mut request = Request::new(Body::empty());
        // What was an address a moment ago still is.
        *request.uri_mut() = path.parse().unwrap_or_default();
        request.headers_mut().insert(header::HOST, header::HeaderValue::from_static("localhost"));
        for name in ASKED {
            if let Some(value) = asked.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let mut answer = sender.send_request(request).await?.map(Body::new);
        for name in HOP_BY_HOP {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }

    /// As the process itself answers while it reads a snapshot.
    fn loading() -> impl IntoResponse {
        let body = json!({ "state": "loading", "phase": "start", "done": 0, "total": 0 });
        (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "1")], Json(body))
    }
}
