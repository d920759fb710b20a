//! The thread that exports at its interval. Metrics are cumulative, so one that could not be sent is made good by the
//! next; log records wait, a bounded number of them, until they are accepted.

use super::resource::About;
use super::{logs, metrics};
use crate::deliver::push::backoff::Backoff;
use crate::deliver::push::client::{Answer, Client, Network};
use crate::error::{Error, Result};
use crate::monitor::sampler::Reader;
use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use parking_lot::{Condvar, Mutex};
use prost::Message;
use std::collections::VecDeque;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Leaks are rare; more of them than this means that nobody has listened for a long time.
const MOST_WAITING: usize = 64;

#[derive(Debug, Clone)]
pub struct OtlpOptions {
    /// Base URL of the collector; `/v1/metrics` and `/v1/logs` are appended.
    pub endpoint: String,
    pub headers: Vec<(String, String)>,
    pub network: Network,
    pub interval: Duration,
    pub timeout: Duration,
    pub about: About,
}

pub struct Exporter {
    shared: Arc<Shared>,
}

struct Shared {
    options: OtlpOptions,
    client: Client,
    monitor: Reader,
    progress: Mutex<Progress>,
    wake: Condvar,
}

#[derive(Default)]
struct Progress {
    records: VecDeque<LogRecord>,
    news: bool,
    last_error: Option<String>,
    stop: bool,
}

impl Exporter {
    pub fn start(options: OtlpOptions, monitor: Reader) -> Result<Self> {
        let client = Client::new(options.timeout, &options.network, options.headers.clone())?;
        let shared = Arc::new(Shared {
            options,
            client,
            monitor,
            progress: Mutex::new(Progress::default()),
            wake: Condvar::new(),
        });
        let for_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("leakguard-otlp".to_owned())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| run(&for_thread))).is_err() {
                    for_thread.progress.lock().last_error = Some("the exporting thread panicked".to_owned());
                }
            })
            .map_err(|source| Error::Internal {
                at: "otlp",
                what: format!("cannot start a thread: {source}"),
            })?;
        Ok(Self { shared })
    }

    /// Sent as soon as possible.
    pub fn log(&self, record: LogRecord) {
        let mut progress = self.shared.progress.lock();
        if progress.records.len() == MOST_WAITING {
            progress.records.pop_front();
        }
        progress.records.push_back(record);
        progress.news = true;
        self.shared.wake.notify_all();
    }

    pub fn last_error(&self) -> Option<String> {
        self.shared.progress.lock().last_error.clone()
    }
}

impl Drop for Exporter {
    /// Does not wait for a request under way.
    fn drop(&mut self) {
        self.shared.progress.lock().stop = true;
        self.shared.wake.notify_all();
    }
}

fn run(shared: &Shared) {
    let interval = shared.options.interval;
    let mut backoff = Backoff::new(interval, interval.max(Duration::from_secs(300)));
    let mut metrics_at = Instant::now() + interval;
    let mut not_before = Instant::now();
    loop {
        let now = Instant::now();
        if now >= not_before {
            shared.progress.lock().news = false;
            let mut outcome = shared.send_logs();
            if outcome.is_ok() && now >= metrics_at {
                metrics_at = now + interval;
                outcome = shared.send_metrics();
            }
            let mut progress = shared.progress.lock();
            match outcome {
                Ok(()) => {
                    backoff.succeeded();
                    progress.last_error = None;
                }
                Err((why, after)) => {
                    not_before = Instant::now() + backoff.failed(after);
                    progress.last_error = Some(why);
                }
            }
        }
        let mut progress = shared.progress.lock();
        if progress.stop {
            return;
        }
        if progress.news && Instant::now() >= not_before {
            continue;
        }
        let wake_at = metrics_at.max(not_before);
        let pause = wake_at.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        shared.wake.wait_for(&mut progress, pause);
        if progress.stop {
            return;
        }
    }
}

type Outcome = std::result::Result<(), (String, Option<Duration>)>;

impl Shared {
    fn send_metrics(&self) -> Outcome {
        let request = metrics::request(&self.monitor.state(), &self.options.about);
        self.post("/v1/metrics", &request.encode_to_vec())
    }

    fn send_logs(&self) -> Outcome {
        let records: Vec<_> = self.progress.lock().records.iter().cloned().collect();
        if records.is_empty() {
            return Ok(());
        }
        let sent = records.len();
        self.post("/v1/logs", &logs::request(records, &self.options.about).encode_to_vec())?;
        let mut progress = self.progress.lock();
        let sent = sent.min(progress.records.len());
        progress.records.drain(..sent);
        Ok(())
    }

    fn post(&self, path: &str, message: &[u8]) -> Outcome {
        let pack = || -> std::io::Result<Vec<u8>> {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(message)?;
            gzip.finish()
        };
        let body = pack().map_err(|error| (error.to_string(), None))?;
        let headers = [("content-type", "application/x-protobuf"), ("content-encoding", "gzip")];
        let url = format!("{}{path}", self.options.endpoint.trim_end_matches('/'));
        match self.client.post(&url, &headers, &body) {
            // What is refused for good is not sent again.
            Answer::Accepted | Answer::Refused(_) => Ok(()),
            Answer::Later { why, after } => Err((why, after)),
        }
    }
}
