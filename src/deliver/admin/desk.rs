//! What is known about the process at any moment: the one place that the event loop writes to and requests read from.

use std::path::Path;
use std::time::{Instant, SystemTime};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::beat::{Beat, Numbers};
use super::captures::{Begun, Captures};
use super::clock;
use super::events::News;
use super::failures::{Failed, Failures};
use super::history::{History, Mark};
use super::settings::Settings;
use crate::capture::need::{Heap, Need};
use crate::deliver::http::{Address, answer::told};
use crate::error::{Error, Result};
use crate::monitor::sampler::Reader;

/// News that a slow listener may lag behind.
const NEWS: usize = 64;

/// What only the event loop can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Send numbers. `watched`: somebody looks at the process now.
    Numbers {
        watched: bool,
    },
    /// Start the process that explores snapshots, if it does not run.
    Explore,
    Capture {
        ticket: u64,
        label: Option<String>,
        mode: Option<String>,
    },
}

/// The way to it. Never waits: an order lies there until the event loop has time.
pub trait EventLoop: Send + Sync {
    fn send(&self, order: Order);
}

/// The last words of diagnosis and alarm, as JSON.
#[derive(Default)]
pub struct Reports {
    pub diagnosis: Option<String>,
    pub finding: Option<String>,
}

pub struct Desk {
    pub settings: Settings,
    /// By which people reach the process: its port if it has one.
    pub address: String,
    pub started: Instant,
    pub monitor: Option<Reader>,
    pub event_loop: Box<dyn EventLoop>,
    pub need: fn(Heap) -> Need,
    pub beat: Mutex<Beat>,
    pub history: Mutex<History>,
    pub captures: Mutex<Captures>,
    pub failures: Mutex<Failures>,
    pub reports: Mutex<Reports>,
    /// Why that process could not be started, until somebody was told.
    pub explore_failure: Mutex<Option<String>>,
    pub news: broadcast::Sender<News>,
}

impl Desk {
    pub fn new(
        settings: Settings,
        addresses: &[Address],
        monitor: Option<Reader>,
        event_loop: Box<dyn EventLoop>,
        need: fn(Heap) -> Need,
    ) -> Self {
        let mut history = History::default();
        let title = settings.process.app.clone();
        history.mark(Mark { at: clock::now_ms(), kind: "start", label: title, id: None });
        Self {
            captures: Mutex::new(Captures::new(settings.captures_per_minute)),
            failures: Mutex::default(),
            settings,
            address: addresses.first().map(Address::to_string).unwrap_or_default(),
            started: Instant::now(),
            monitor,
            event_loop,
            need,
            beat: Mutex::default(),
            history: Mutex::new(history),
            reports: Mutex::default(),
            explore_failure: Mutex::default(),
            news: broadcast::Sender::new(NEWS),
        }
    }

    /// The event loop answers [`Order::Numbers`].
    pub fn numbers(&self, numbers: Numbers) {
        self.beat.lock().answered(Instant::now(), numbers);
    }

    /// Whether anybody still waits for what this ticket was to bring.
    pub fn wanted(&self, ticket: u64) -> bool {
        self.captures.lock().wanted(ticket)
    }

    /// A capture begins, whoever asked for it.
    pub fn capturing(&self, begun: Begun) {
        let heap = self.beat.lock().numbers.heap_used;
        self.captures.lock().begin(begun, heap);
    }

    /// The capture that `ticket` asked for is this one.
    pub fn begun(&self, ticket: u64, begun: Begun) {
        self.captures.lock().begun(ticket, begun);
    }

    /// A capture has ended well: `snapshot` as `guard.snapshot()` resolves to it, and the diagnosis since.
    pub fn captured(&self, snapshot: Value, diagnosis: Option<String>) {
        let text = |key: &str| snapshot.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, label) = (text("id"), text("label"));
        self.history.lock().mark(Mark { at: clock::now_ms(), kind: "capture", label, id: Some(id) });
        self.reports.lock().diagnosis = diagnosis;
        self.tell("snapshot", snapshot.to_string());
        self.captures.lock().end(snapshot);
    }

    /// The capture under way has failed.
    pub fn not_captured(&self, error: &Error) {
        let Some(begun) = self.captures.lock().fail() else { return };
        let error = told(error);
        let Begun { id, label } = &begun;
        let news =
            json!({ "id": id, "label": label, "phase": "failed", "done": 0, "total": 0, "error": error });
        let failed = Failed { begun, at: self.now_iso(), error };
        self.failures.lock().add(failed);
        self.tell("capture", news.to_string());
    }

    /// Whether somebody listens to the news: the page is open.
    pub fn is_watched(&self) -> bool {
        self.news.receiver_count() > 0
    }

    /// What became of a ticket.
    pub fn settle(&self, ticket: u64, result: Result<Value>) {
        self.captures.lock().settle(ticket, result);
    }

    /// Something grows (`growth`) or leaks (`leak`): a finding as the guard's events carry it.
    pub fn found(&self, confirmed: bool, sentence: String, finding: String) {
        let kind = if confirmed { "leak" } else { "growth" };
        self.history.lock().mark(Mark { at: clock::now_ms(), kind, label: sentence, id: None });
        self.tell(kind, finding.clone());
        self.reports.lock().finding = Some(finding);
    }

    pub fn tell(&self, name: &'static str, data: String) {
        // Nobody may be listening.
        let _ = self.news.send(News { name, data: data.into() });
    }

    /// Where snapshots are kept.
    pub fn store(&self) -> Result<&Path> {
        self.settings.snapshots.as_deref().ok_or_else(|| Error::HttpNotFound {
            what: "snapshot: none are kept (snapshotDir is false)".to_owned(),
        })
    }

    pub fn now_iso(&self) -> String {
        clock::iso(SystemTime::now())
    }
}
