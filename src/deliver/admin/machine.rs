//! `/machine`: all processes of this user that have an admin server, found by their sockets in one directory.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::desk::Desk;
use super::stats::stats;

pub async fn get(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let mut processes = vec![row(&stats(&desk), true)];
    #[cfg(unix)]
    processes.extend(others::find(&desk).await.iter().map(|stats| row(stats, false)));
    processes.sort_by_key(|process| process["pid"].as_u64());
    Json(json!({ "processes": processes }))
}

/// One process, out of its own `/stats`.
fn row(stats: &Value, own: bool) -> Value {
    let (process, memory) = (&stats["process"], &stats["memory"]);
    json!({
        "pid": process["pid"],
        "address": process["address"],
        "app": process["app"],
        "title": process["title"],
        "cluster": process["cluster"],
        "startedAt": process["startedAt"],
        "rss": memory["rss"],
        "heapUsed": memory["heapUsed"],
        "heapLimit": memory["heapLimit"],
        "verdict": stats["monitor"]["verdict"],
        "self": own,
    })
}

/// Removes the sockets of processes that ended without doing so.
#[cfg(unix)]
pub async fn sweep(desk: Arc<Desk>) {
    others::find(&desk).await;
}

#[cfg(unix)]
mod others {
    use std::io::ErrorKind;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use hyper::client::conn::http1::handshake;
    use hyper_util::rt::TokioIo;
    use serde_json::Value;
    use tokio::net::UnixStream;
    use tokio::time::timeout;

    use super::super::desk::Desk;

    /// Their servers answer while their event loops are blocked, so this is plenty.
    const ANSWER_WITHIN: Duration = Duration::from_secs(2);
    const LARGEST: usize = 64 << 10;
    const MOST: usize = 256;

    /// The `/stats` of all others that answer. What nobody listens at any more is removed.
    pub async fn find(desk: &Desk) -> Vec<Value> {
        let Some(own) = &desk.settings.socket else { return Vec::new() };
        let asking: Vec<_> =
            sockets(own).into_iter().map(|path| tokio::spawn(timeout(ANSWER_WITHIN, ask(path)))).collect();
        let mut found = Vec::new();
        for answer in asking {
            if let Ok(Ok(Some(stats))) = answer.await {
                found.push(stats);
            }
        }
        found
    }

    fn sockets(own: &Path) -> Vec<PathBuf> {
        let Some(entries) = own.parent().and_then(|directory| std::fs::read_dir(directory).ok()) else {
            return Vec::new();
        };
        let paths = entries.flatten().map(|entry| entry.path());
        paths
            .filter(|path| path != own && path.extension().is_some_and(|kind| kind == "sock"))
            .take(MOST)
            .collect()
    }

    async fn ask(path: PathBuf) -> Option<Value> {
        let stream = match UnixStream::connect(&path).await {
            Ok(stream) => stream,
            Err(error) => {
                if error.kind() == ErrorKind::ConnectionRefused {
                    // Another process may be quicker.
                    let _ = std::fs::remove_file(path);
                }
                return None;
            }
        };
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = Request::get("/stats").header("host", "localhost").body(Body::empty()).ok()?;
        let response = sender.send_request(request).await.ok()?;
        let body = to_bytes(Body::new(response.into_body()), LARGEST).await.ok()?;
        serde_json::from_slice(&body).ok()
    }
}
