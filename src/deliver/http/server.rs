//! The thread that serves: a small runtime, bounds on connections and time, and a gate before the router.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceExt;

use super::answer::{self, Failure};
use super::gate::{Admission, Gate, VIA};
use super::listener::{Address, Listener};
use super::peer::{Peer, peer};
use super::stall::Stall;
use crate::error::{Error, Result};
use crate::sys::user;

/// Connections at a time, for each door: one more is closed unheard, so that none waits for those that idle.
const MOST_CONNECTIONS: u32 = 128;
/// For a whole head to arrive, and for the next one on a connection kept open.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// What a connection may hold of a head, bytes.
const MOST_HEAD: usize = 16 << 10;
const MOST_HEADERS: usize = 64;
/// How long a client may take nothing of what it is sent.
const STALLED_FOR: Duration = Duration::from_secs(30);
/// What is under way when the server is stopped gets this long to end.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Threads for files and computing, beside the one that serves; each ends when idle for `IDLE`.
const HELPERS: usize = 4;
const IDLE: Duration = Duration::from_secs(5);
/// After a failure to accept, such as too many open files.
const BREATH: Duration = Duration::from_millis(100);

/// Where to listen, and whom to let in there.
pub struct Door {
    pub listener: Listener,
    pub gate: Gate,
}

/// Serves until it is dropped, which waits for the thread: not for the event loop's thread.
pub struct Server {
    addresses: Vec<Address>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves at `doors` what `routes` makes, on a thread named `name`. `routes` is called on that thread and inside
    /// its runtime, so it may spawn tasks; these end with the server.
    pub fn start(
        name: &'static str,
        doors: Vec<Door>,
        routes: impl FnOnce() -> Router + Send + 'static,
    ) -> Result<Self> {
        let internal =
            |source: io::Error| Error::Internal { at: name, what: format!("cannot start: {source}") };
        let addresses = doors.iter().map(|door| door.listener.address()).collect::<Result<_>>()?;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .thread_name(name)
            .max_blocking_threads(HELPERS)
            .thread_keep_alive(IDLE)
            .build()
            .map_err(internal)?;
        let (stop, stopped) = watch::channel(false);
        let run = move || {
            let serving = || {
                runtime.block_on(async {
                    let router = routes()
                        .fallback(answer::no_such_address)
                        .method_not_allowed_fallback(answer::wrong_method);
                    let open = doors
                        .into_iter()
                        .map(|door| tokio::spawn(serve(door, router.clone(), stopped.clone())));
                    for door in open.collect::<Vec<_>>() {
                        // A panic of one door must not close the others.
                        let _ = door.await;
                    }
                });
            };
            // Whatever happened, the process it lives in goes on without it.
            let _ = catch_unwind(AssertUnwindSafe(serving));
            runtime.shutdown_timeout(LAST_WORDS);
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(internal)?;
        Ok(Self { addresses, stop, thread: Some(thread) })
    }

    /// Of each door, in the order given.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when the thread has ended already.
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // The thread catches its own panics, so there is nothing to learn from how it ended.
            let _ = thread.join();
        }
    }
}

async fn serve(door: Door, router: Router, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS as usize));
    let answerer =
        Answerer { router, gate: Arc::new(door.gate), peer: Peer::Unknown, stopped: stopped.clone() };
    let Ok(listener) = Accepting::new(door.listener) else { return };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = raised(&mut stopped) => break,
        };
        let Ok(stream) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
        let mut answerer = answerer.clone();
        tokio::spawn(async move {
            match stream {
                Stream::Tcp(stream) => {
                    if answerer.gate.asks_who() {
                        answerer.peer = who(&stream).await;
                    }
                    answerer.converse(stream).await;
                }
                #[cfg(unix)]
                Stream::Unix(stream) => answerer.converse(stream).await,
            }
            drop(permit);
        });
    }
    drop(listener);
    // Whoever has not ended by then is cut off with the runtime.
    let _ = timeout(LAST_WORDS, room.acquire_many(MOST_CONNECTIONS)).await;
}

/// Whose program the client is.
async fn who(stream: &tokio::net::TcpStream) -> Peer {
    let (Ok(client), Ok(server)) = (stream.peer_addr(), stream.local_addr()) else { return Peer::Gone };
    // A list as long as the machine's connections are many: not for the thread that serves.
    tokio::task::spawn_blocking(move || peer(client, server)).await.unwrap_or(Peer::Gone)
}

/// Returns once the server shall stop.
async fn raised(stop: &mut watch::Receiver<bool>) {
    // Fails only when the server is gone, which comes to the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

enum Accepting {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, std::path::PathBuf),
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

impl Accepting {
    fn new(listener: Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => tokio::net::TcpListener::from_std(listener).map(Self::Tcp),
            #[cfg(unix)]
            Listener::Unix(listener, path) => {
                tokio::net::UnixListener::from_std(listener).map(|listener| Self::Unix(listener, path))
            }
        }
    }

    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, _)| Stream::Tcp(stream)),
            #[cfg(unix)]
            Self::Unix(listener, _) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
        }
    }
}

impl Drop for Accepting {
    fn drop(&mut self) {
        // One that stays behind is swept by the next process that looks.
        #[cfg(unix)]
        if let Self::Unix(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Answers the requests of one connection after another.
#[derive(Clone)]
struct Answerer {
    router: Router,
    gate: Arc<Gate>,
    peer: Peer,
    stopped: watch::Receiver<bool>,
}

impl Answerer {
    async fn converse(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let (router, gate, peer) = (self.router, self.gate, self.peer);
        let service = service_fn(move |request: Request<hyper::body::Incoming>| {
            let (router, gate) = (router.clone(), Arc::clone(&gate));
            async move {
                Ok::<_, std::convert::Infallible>(answer(router, &gate, peer, request.map(Body::new)).await)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .max_buf_size(MOST_HEAD)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(Stall::new(stream, STALLED_FOR)), service);
        let mut connection = std::pin::pin!(connection);
        // How a connection ends is its client's affair.
        tokio::select! {
            _ = connection.as_mut() => {}
            () = raised(&mut self.stopped) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }
}

async fn answer(router: Router, gate: &Gate, peer: Peer, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    let admitted = gate.admit(&parts).and_then(|admission| match peer.is_trusted(user::effective()) {
        true => Ok(admission),
        false => Err(Error::HttpUser),
    });
    let mut response = match admitted {
        Err(refusal) => Failure(refusal).into_response(),
        Ok(Admission::Login(cookie)) => login(&cookie),
        Ok(Admission::Pass) => {
            parts.headers.remove(VIA);
            let request = Request::from_parts(parts, body);
            // On a task of its own, so that a handler's panic is an answer like any other.
            match tokio::spawn(router.oneshot(request)).await {
                Ok(Ok(response)) => response,
                Err(_) => Failure(Error::Internal { at: "http", what: "the handler panicked".to_owned() })
                    .into_response(),
            }
        }
    };
    answer::add_headers(response.headers_mut());
    response
}

/// Takes the token out of the address bar, and with it out of the history.
fn login(cookie: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static("./"));
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests;
