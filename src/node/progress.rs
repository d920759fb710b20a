//! Progress from a worker thread to a JavaScript callback, at most ten times a second.

use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// `(phase, done, total)`; the unit of `done` and `total` depends on the phase, `total` 0 means unknown.
pub type Callback =
    ThreadsafeFunction<FnArgs<(String, f64, f64)>, (), FnArgs<(String, f64, f64)>, napi::Status, false, true>;

const INTERVAL: Duration = Duration::from_millis(100);

/// Forwards at most one report per [`INTERVAL`], plus the first of each phase and each completion.
pub struct Progress {
    callback: Option<Callback>,
    last: Mutex<(&'static str, Option<Instant>)>,
}

impl Progress {
    pub fn new(callback: Option<Callback>) -> Self {
        Self { callback, last: Mutex::new(("", None)) }
    }

    /// Never blocks and never fails: a report that cannot be queued is dropped.
    pub fn report(&self, phase: &'static str, done: u64, total: u64) {
        let Some(callback) = &self.callback else { return };
        {
            let Some(mut last) = self.last.try_lock() else { return };
            let due = last.1.is_none_or(|at| at.elapsed() >= INTERVAL);
            if last.0 == phase && !due && (done < total || total == 0) {
                return;
            }
            *last = (phase, Some(Instant::now()));
        }
        let args = FnArgs::from((phase.to_owned(), done as f64, total as f64));
        callback.call(args, ThreadsafeFunctionCallMode::NonBlocking);
    }
}
