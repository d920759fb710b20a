//! `/events`: news as they come, as server-sent events. A listener that is too slow misses some, and nobody waits.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

use super::desk::Desk;
use super::health::Health;

/// How soon a browser shall come back after a broken connection.
const RETRY: Duration = Duration::from_secs(2);
/// A comment this often keeps proxies from closing a quiet connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One line of JSON.
#[derive(Clone, Debug)]
pub struct News {
    pub name: &'static str,
    pub data: Arc<str>,
}

pub async fn get(State(desk): State<Arc<Desk>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = BroadcastStream::new(desk.news.subscribe());
    let health = serde_json::to_string(&Health::of(&desk)).unwrap_or_default();
    let first = Event::default().event("health").data(health).retry(RETRY);
    // What was missed is skipped: the page asks for the history when it comes back.
    let later = news.filter_map(Result::ok).map(|news| Event::default().event(news.name).data(&*news.data));
    let events = tokio_stream::once(first).chain(later).map(Ok);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
