//! The thread that sends what waits in the spool, and heartbeats and reports at their intervals.

use super::backoff::{Backoff, random};
use super::client::{Answer, Client, Network};
use super::signature;
use super::spool::Spool;
use super::summary::{Content, Memory, SCHEMA, Sender, Summary};
use crate::error::{Error, Result};
use crate::monitor::sampler::Reader;
use flate2::{Compression, write::GzEncoder};
use parking_lot::{Condvar, Mutex};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone)]
pub struct PushOptions {
    /// Where to POST to.
    pub server: String,
    /// Without one, requests are not signed.
    pub secret: Option<String>,
    pub headers: Vec<(String, String)>,
    pub network: Network,
    pub spool: PathBuf,
    pub spool_bytes: u64,
    pub heartbeat: Option<Duration>,
    pub report: Option<Duration>,
    /// After the first failure; doubles up to `most_delay`.
    pub reconnect_delay: Duration,
    pub most_delay: Duration,
    pub timeout: Duration,
}

/// Since the start of this process.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub emitted: u64,
    pub delivered: u64,
    /// The spool was full.
    pub dropped: u64,
    /// The server would not take them.
    pub refused: u64,
    /// Attempts that failed and will be repeated.
    pub failures: u64,
    /// In the spool now, those of other processes that share it included.
    pub waiting: u64,
    pub last_error: Option<String>,
}

pub struct Pusher {
    shared: Arc<Shared>,
}

struct Shared {
    options: PushOptions,
    sender: Sender,
    spool: Spool,
    client: Client,
    /// The monitor, if there is one: without it there is nothing to report at intervals.
    monitor: Option<Reader>,
    emitted: AtomicU64,
    progress: Mutex<Progress>,
    wake: Condvar,
}

#[derive(Default)]
struct Progress {
    delivered: u64,
    refused: u64,
    failures: u64,
    last_error: Option<String>,
    /// Something new is in the spool.
    news: bool,
    stop: bool,
}

impl Pusher {
    /// Opens the spool, and starts sending what it still holds.
    pub fn start(options: PushOptions, sender: Sender, monitor: Option<Reader>) -> Result<Self> {
        let shared = Arc::new(Shared {
            spool: Spool::open(&options.spool, options.spool_bytes)?,
            client: Client::new(options.timeout, &options.network, options.headers.clone())?,
            options,
            sender,
            monitor,
            emitted: AtomicU64::new(0),
            progress: Mutex::new(Progress { news: true, ..Progress::default() }),
            wake: Condvar::new(),
        });
        let for_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("leakguard-push".to_owned())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| run(&for_thread))).is_err() {
                    for_thread.progress.lock().last_error = Some("the pushing thread panicked".to_owned());
                }
            })
            .map_err(|source| Error::Internal {
                at: "push",
                what: format!("cannot start a thread: {source}"),
            })?;
        Ok(Self { shared })
    }

    /// A handle for emitting from another thread.
    pub fn emitter(&self) -> Emitter {
        Emitter(Arc::clone(&self.shared))
    }

    pub fn counts(&self) -> Counts {
        let waiting = self.shared.spool.keys().map_or(0, |keys| keys.len() as u64);
        let progress = self.shared.progress.lock();
        Counts {
            emitted: self.shared.emitted.load(Ordering::Relaxed),
            delivered: progress.delivered,
            dropped: self.shared.spool.dropped(),
            refused: progress.refused,
            failures: progress.failures,
            waiting,
            last_error: progress.last_error.clone(),
        }
    }
}

impl Drop for Pusher {
    /// Does not wait for a request under way: what was not confirmed stays in the spool.
    fn drop(&mut self) {
        self.shared.progress.lock().stop = true;
        self.shared.wake.notify_all();
    }
}

#[derive(Clone)]
pub struct Emitter(Arc<Shared>);

impl Emitter {
    /// Writes to disk, so not for the event loop's thread. When this returns the key, the summary will arrive.
    pub fn emit(&self, content: impl FnOnce(Option<Memory>) -> Option<Content>) -> Result<Option<String>> {
        let Some(content) = content(self.0.memory()) else { return Ok(None) };
        let (key, body) = self.0.pack(content)?;
        self.0.spool.put(&key, &body)?;
        self.0.emitted.fetch_add(1, Ordering::Relaxed);
        self.0.progress.lock().news = true;
        self.0.wake.notify_all();
        Ok(Some(key))
    }
}

impl Shared {
    fn memory(&self) -> Option<Memory> {
        self.monitor.as_ref().map(|monitor| Memory::from(&monitor.state()))
    }

    fn pack(&self, content: Content) -> Result<(String, Vec<u8>)> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        // In order of time, unique across processes.
        let key = format!("{at:013}-{:016x}", random());
        let summary = Summary { schema: SCHEMA, key: &key, at, sender: &self.sender, content };
        let pack = || -> std::io::Result<Vec<u8>> {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
            gzip.write_all(&serde_json::to_vec(&summary)?)?;
            gzip.finish()
        };
        let body = pack().map_err(|e| Error::Internal { at: "packing a summary", what: e.to_string() })?;
        Ok((key, body))
    }

    fn send(&self, key: &str, body: &[u8]) -> Answer {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let timestamp = now.to_string();
        let signature = self.options.secret.as_ref().map(|secret| signature::sign(secret, now, body));
        let mut headers = vec![
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
            ("idempotency-key", key),
            ("x-leakguard-appid", self.sender.appid.as_str()),
            ("x-leakguard-timestamp", timestamp.as_str()),
        ];
        if let Some(signature) = &signature {
            headers.push(("x-leakguard-signature", signature));
        }
        self.client.post(&self.options.server, &headers, body)
    }

    /// Sends what waits. `Err` holds the reason to stop for now.
    fn drain(&self) -> std::result::Result<(), (String, Option<Duration>)> {
        let keys = self.spool.keys().map_err(|error| (error.to_string(), None))?;
        for key in keys {
            if self.progress.lock().stop {
                return Ok(());
            }
            let Some(body) = self.spool.get(&key).map_err(|error| (error.to_string(), None))? else {
                continue;
            };
            let refused = match self.send(&key, &body) {
                Answer::Accepted => None,
                Answer::Refused(why) => Some(why),
                Answer::Later { why, after } => return Err((why, after)),
            };
            self.spool.remove(&key).map_err(|error| (error.to_string(), None))?;
            let mut progress = self.progress.lock();
            match refused {
                None => progress.delivered += 1,
                Some(why) => {
                    progress.refused += 1;
                    progress.last_error = Some(why);
                }
            }
        }
        Ok(())
    }
}

fn run(shared: &Arc<Shared>) {
    let options = &shared.options;
    let mut backoff = Backoff::new(options.reconnect_delay, options.most_delay);
    let started = Instant::now();
    let mut heartbeat = options.heartbeat.map(|_| started);
    let mut report = options.report.map(|every| started + every);
    // After a failure, nothing is tried before then.
    let mut not_before = started;
    loop {
        let now = Instant::now();
        if report.is_some_and(|at| at <= now) {
            report = options.report.map(|every| now + every);
            let emitted = Emitter(Arc::clone(shared)).emit(|memory| Some(Content::Report { state: memory? }));
            if let Err(error) = emitted {
                shared.progress.lock().last_error = Some(error.to_string());
            }
        }
        if now >= not_before {
            shared.progress.lock().news = false;
            let mut outcome = shared.drain();
            if outcome.is_ok() && heartbeat.is_some_and(|at| at <= now) {
                heartbeat = options.heartbeat.map(|every| now + every);
                outcome = beat(shared);
            }
            match outcome {
                Ok(()) => backoff.succeeded(),
                Err((why, after)) => {
                    not_before = Instant::now() + backoff.failed(after);
                    let mut progress = shared.progress.lock();
                    progress.failures += 1;
                    progress.last_error = Some(why);
                }
            }
        }
        let mut progress = shared.progress.lock();
        if progress.stop {
            return;
        }
        let waits_for_server = Instant::now() < not_before;
        if progress.news && !waits_for_server {
            continue;
        }
        // What failed waits in the spool, so there is something to do at `not_before`.
        let retry = waits_for_server.then_some(not_before);
        let due = if waits_for_server { [retry, report, None] } else { [None, report, heartbeat] };
        let wake_at = due.into_iter().flatten().min();
        let pause =
            wake_at.map_or(Duration::from_secs(3600), |at| at.saturating_duration_since(Instant::now()));
        shared.wake.wait_for(&mut progress, pause.max(Duration::from_millis(1)));
        if progress.stop {
            return;
        }
    }
}

/// Says that the process lives. Not kept: a heartbeat of an hour ago says nothing.
fn beat(shared: &Shared) -> std::result::Result<(), (String, Option<Duration>)> {
    let Some(state) = shared.memory() else { return Ok(()) };
    let (key, body) = shared.pack(Content::Heartbeat { state }).map_err(|error| (error.to_string(), None))?;
    match shared.send(&key, &body) {
        Answer::Accepted | Answer::Refused(_) => Ok(()),
        Answer::Later { why, after } => Err((why, after)),
    }
}
