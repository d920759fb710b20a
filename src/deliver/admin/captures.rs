//! `/snapshot`: asks the event loop for a capture, within a rate, and waits for it as long as the client likes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::desk::{Desk, Order};
use super::estimate::Cost;
use crate::deliver::http::{Answer, Failure, Params};
use crate::error::{Error, Result};

/// The event loop may stand still; nobody waits longer than this for it to come round.
const BEGIN_WITHIN: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);
/// Snapshots whose details are remembered.
const REMEMBERED: usize = 100;
const LONGEST_LABEL: usize = 200;

/// A capture under way.
#[derive(Clone, Debug, Deserialize)]
pub struct Begun {
    pub id: String,
    pub label: String,
}

/// As `/stats` and `/events` tell of it. There is no count of what is done: V8 says nothing until it is. So the
/// figures are milliseconds, and the total what it should take.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    id: String,
    label: String,
    phase: &'static str,
    done: u64,
    total: u64,
}

struct Ticket {
    begun: Option<oneshot::Sender<Begun>>,
    done: oneshot::Sender<Result<Value>>,
}

pub struct Captures {
    per_minute: usize,
    asked: VecDeque<Instant>,
    tickets: HashMap<u64, Ticket>,
    last_ticket: u64,
    /// With its start, and the heap's size then.
    current: Option<(Begun, Instant, f64)>,
    /// Details of snapshots that this process has taken, oldest first.
    known: VecDeque<Value>,
    /// What the last one cost.
    pub cost: Option<Cost>,
}

impl Captures {
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute as usize,
            asked: VecDeque::new(),
            tickets: HashMap::new(),
            last_ticket: 0,
            current: None,
            known: VecDeque::new(),
            cost: None,
        }
    }

    /// A request joins the capture under way; a new one must be within the rate.
    fn admit(&mut self, now: Instant) -> Result<()> {
        if self.current.is_some() || !self.tickets.is_empty() {
            return Ok(());
        }
        while self.asked.front().is_some_and(|asked| now - *asked >= MINUTE) {
            self.asked.pop_front();
        }
        if let Some(oldest) = self.asked.front()
            && self.asked.len() >= self.per_minute
        {
            return Err(Error::HttpRate { seconds: (MINUTE - (now - *oldest)).as_secs() + 1 });
        }
        self.asked.push_back(now);
        Ok(())
    }

    fn ticket(&mut self) -> (u64, oneshot::Receiver<Begun>, oneshot::Receiver<Result<Value>>) {
        let (begun, on_begun) = oneshot::channel();
        let (done, on_done) = oneshot::channel();
        self.last_ticket += 1;
        self.tickets.insert(self.last_ticket, Ticket { begun: Some(begun), done });
        (self.last_ticket, on_begun, on_done)
    }

    pub fn wanted(&self, ticket: u64) -> bool {
        self.tickets.contains_key(&ticket)
    }

    pub fn begin(&mut self, begun: Begun, heap: f64) {
        self.current = Some((begun, Instant::now(), heap));
    }

    pub fn begun(&mut self, ticket: u64, begun: Begun) {
        if let Some(sender) = self.tickets.get_mut(&ticket).and_then(|ticket| ticket.begun.take()) {
            // The client may have gone.
            let _ = sender.send(begun);
        }
    }

    /// The one under way has come to nothing; which one that was.
    pub fn fail(&mut self) -> Option<Begun> {
        self.current.take().map(|(begun, ..)| begun)
    }

    pub fn end(&mut self, snapshot: Value) {
        let heap = self.current.take().map_or(0.0, |(_, _, heap)| heap);
        self.cost = Cost::of(&snapshot, heap).or(self.cost);
        if self.known.len() >= REMEMBERED {
            self.known.pop_front();
        }
        self.known.push_back(snapshot);
    }

    pub fn settle(&mut self, ticket: u64, result: Result<Value>) {
        if let Some(ticket) = self.tickets.remove(&ticket) {
            // The client may have gone.
            let _ = ticket.done.send(result);
        }
    }

    pub fn known(&self, id: &str) -> Option<&Value> {
        self.known.iter().rev().find(|snapshot| snapshot.get("id").and_then(Value::as_str) == Some(id))
    }

    pub fn current(&self) -> Option<&Begun> {
        self.current.as_ref().map(|(begun, ..)| begun)
    }

    pub fn progress(&self, now: Instant) -> Option<Progress> {
        let (begun, since, _) = self.current.as_ref()?;
        let done = (now - *since).as_millis() as u64;
        let total = self.cost.map_or(0, |cost| cost.ms as u64);
        let Begun { id, label } = begun.clone();
        Some(Progress { id, label, phase: "capture", done, total })
    }
}

#[derive(Deserialize)]
pub struct Query {
    label: Option<String>,
    mode: Option<String>,
    wait: Option<String>,
}

impl Query {
    /// Label, mode, and whether to wait for the end.
    fn check(self, modes: &[String]) -> Result<(Option<String>, Option<String>, bool)> {
        let wrong = |what: String| Err(Error::HttpArgument { what });
        if self.label.as_ref().is_some_and(|label| label.len() > LONGEST_LABEL) {
            return wrong(format!("label must have at most {LONGEST_LABEL} bytes"));
        }
        if let Some(mode) = &self.mode
            && mode != "auto"
            && !modes.contains(mode)
        {
            return wrong(format!("mode must be one of auto, {}", modes.join(", ")));
        }
        let wait = match self.wait.as_deref() {
            None | Some("1" | "") => true,
            Some("0") => false,
            Some(_) => return wrong("wait must be 0 or 1".to_owned()),
        };
        Ok((self.label.filter(|label| !label.is_empty()), self.mode, wait))
    }
}

pub async fn capture(State(desk): State<Arc<Desk>>, Params(query): Params<Query>) -> Answer {
    let (label, mode, wait) = query.check(&desk.settings.capture_modes)?;
    let (ticket, on_begun, on_done) = {
        let mut captures = desk.captures.lock();
        captures.admit(Instant::now())?;
        captures.ticket()
    };
    desk.event_loop.send(Order::Capture { ticket, label, mode });
    let Ok(begun) = timeout(BEGIN_WITHIN, on_begun).await else {
        desk.captures.lock().tickets.remove(&ticket);
        return Err(Failure(Error::CaptureBlocked { seconds: BEGIN_WITHIN.as_secs() }));
    };
    if let (Ok(begun), false) = (begun, wait) {
        return Ok(under_way(&begun));
    }
    // A capture that could not begin was settled without having begun.
    let snapshot = on_done.await.map_err(|_| Error::Cancelled)??;
    Ok(Json(with_links(snapshot, &desk)).into_response())
}

fn under_way(begun: &Begun) -> Response {
    let location = format!("snapshots/{}", begun.id);
    let body = json!({
        "id": begun.id,
        "label": begun.label,
        "state": "capturing",
        "links": { "self": location },
    });
    (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(body)).into_response()
}

/// Adds the addresses, relative to the server's root, under which there is more.
pub fn with_links(mut snapshot: Value, desk: &Desk) -> Value {
    let id = snapshot.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let kept = desk.settings.snapshots.is_some();
    let link = |address: String| if kept { Value::from(address) } else { Value::Null };
    let links = json!({
        "self": link(format!("snapshots/{id}")),
        "download": link(format!("snapshots/{id}/download")),
        "classes": link(format!("explore/{id}/classes")),
    });
    if let Some(fields) = snapshot.as_object_mut() {
        fields.insert("links".to_owned(), links);
    }
    snapshot
}

#[cfg(test)]
mod tests {
    use super::{Begun, Captures};
    use serde_json::json;
    use std::time::{Duration, Instant};

    #[test]
    fn captures_are_limited_but_may_be_joined() {
        let start = Instant::now();
        let mut captures = Captures::new(2);
        captures.admit(start).unwrap();
        captures.admit(start + Duration::from_secs(10)).unwrap();
        let refused = captures.admit(start + Duration::from_secs(20)).unwrap_err();
        assert!(matches!(refused, crate::error::Error::HttpRate { seconds: 41 }), "{refused}");
        captures.begin(Begun { id: "a".to_owned(), label: String::new() }, 0.0);
        captures.admit(start + Duration::from_secs(21)).unwrap();
        assert_eq!(captures.fail().unwrap().id, "a");
        captures.admit(start + Duration::from_secs(61)).unwrap();
    }

    #[test]
    fn a_ticket_is_settled_once_and_details_stay_bounded() {
        let mut captures = Captures::new(2);
        let (ticket, mut begun, mut done) = captures.ticket();
        assert!(captures.wanted(ticket));
        captures.begun(ticket, Begun { id: "a".to_owned(), label: "b".to_owned() });
        assert_eq!(begun.try_recv().unwrap().id, "a");
        captures.settle(ticket, Ok(json!({ "id": "a" })));
        assert!(done.try_recv().unwrap().is_ok() && !captures.wanted(ticket));
        for i in 0..500 {
            captures.end(json!({ "id": i.to_string() }));
        }
        assert_eq!(captures.known.len(), super::REMEMBERED);
        assert!(captures.known("499").is_some() && captures.known("0").is_none());
    }
}
