//! The stages of a build: progress and cancelling between them, their times for who asks, and two of them
//! at once where that is possible.

use crate::error::{Error, Result};
use crate::graph::BuildOptions;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many stages a build has.
const STAGES: u64 = 13;

/// Told each stage's name and how long it took, from whichever thread ran it.
pub type Timing<'a> = &'a (dyn Fn(&'static str, Duration) + Sync);

pub struct Stages<'a> {
    options: &'a BuildOptions<'a>,
    timing: Timing<'a>,
    done: AtomicU64,
}

impl<'a> Stages<'a> {
    pub fn new(options: &'a BuildOptions<'a>, timing: Timing<'a>) -> Self {
        Self { options, timing, done: AtomicU64::new(0) }
    }

    pub fn threads(&self) -> usize {
        self.options.threads.clamp(1, 2)
    }

    /// Runs one stage, unless the build is cancelled.
    pub fn run<T>(&self, name: &'static str, stage: impl FnOnce() -> T) -> Result<T> {
        if self.options.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(Error::Cancelled);
        }
        let start = Instant::now();
        let result = stage();
        (self.timing)(name, start.elapsed());
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(progress) = self.options.progress {
            progress(done, STAGES);
        }
        Ok(result)
    }

    /// Runs both, at the same time if there are threads for it.
    pub fn both<A, B: Send>(
        &self,
        here: impl FnOnce() -> Result<A>,
        there: impl FnOnce() -> Result<B> + Send,
    ) -> Result<(A, B)> {
        if self.threads() < 2 {
            return Ok((here()?, there()?));
        }
        thread::scope(|scope| {
            let there = scope.spawn(there);
            let here = here();
            let there = there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok((here?, there?))
        })
    }
}
