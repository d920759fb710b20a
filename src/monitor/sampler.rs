//! The thread that looks at the process every few seconds and keeps the verdict up to date, off the event loop.
//!
//! The JavaScript side calls [`Sampler::heap`] after a major collection and [`Sampler::pulse`] from a timer; both
//! only take a short lock and copy. Reading `/proc`, parsing and judging happen on the thread. A panic there ends the
//! sampling, not the process: [`Sampler::state`] then says so.

use super::assessment::Assessment;
use super::pulse::Pulse;
use super::sample::{ActivitySample, HeapSample, ProcessSample};
use super::watcher::{Watcher, WatcherOptions};
use crate::error::{Error, Result};
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone, Copy)]
pub struct SamplerOptions {
    /// Time between two looks. At least 50 ms.
    pub interval: Duration,
    pub warmup: Duration,
}

/// Everything known at one moment, for metrics and reports.
#[derive(Debug, Clone)]
pub struct State {
    /// Milliseconds since the Unix epoch when the monitor started.
    pub started_unix_ms: u64,
    /// Milliseconds since then.
    pub at_ms: u64,
    pub assessment: Assessment,
    /// Grows by one with each change of the verdict or the area.
    pub changes: u64,
    pub heap: Option<HeapSample>,
    pub process: ProcessSample,
    pub open_files: Option<(u64, u64)>,
    pub pulse: Pulse,
    /// Looks taken so far, and the time they took on the sampling thread.
    pub looks: u64,
    pub busy: Duration,
    /// Why the thread ended, if it did by itself.
    pub failed: Option<String>,
}

struct Shared {
    inner: Mutex<Inner>,
    wake: Condvar,
    started: Instant,
}

struct Inner {
    /// Arrived since the last look.
    samples: Vec<HeapSample>,
    pulse_json: Option<String>,
    state: State,
    stop: bool,
}

/// Owns the thread; dropping it stops and joins the thread.
pub struct Sampler {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Reads the state without keeping the thread alive.
#[derive(Clone)]
pub struct Reader(Arc<Shared>);

impl Reader {
    pub fn state(&self) -> State {
        self.0.state()
    }
}

impl Shared {
    /// With the last pulse, even if the thread has not come to it yet: a scrape wants figures of now.
    fn state(&self) -> State {
        let inner = self.inner.lock();
        let mut state = inner.state.clone();
        let json = inner.pulse_json.clone();
        drop(inner);
        if let Some(pulse) = json.and_then(|json| serde_json::from_str(&json).ok()) {
            state.pulse = pulse;
        }
        state
    }
}

/// Samples waiting for the thread. Collections do not come faster than it looks for long; if they do, the
/// oldest are dropped.
const MOST_WAITING: usize = 256;

impl Sampler {
    pub fn start(options: SamplerOptions) -> Result<Self> {
        let watcher_options =
            WatcherOptions { warmup_ms: options.warmup.as_millis() as u64, machine_memory: machine_memory() };
        let watcher = Watcher::new(watcher_options);
        let started_unix_ms =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let state = State {
            started_unix_ms,
            at_ms: 0,
            assessment: *watcher.current(),
            changes: 0,
            heap: None,
            process: ProcessSample::default(),
            open_files: None,
            pulse: Pulse::default(),
            looks: 0,
            busy: Duration::ZERO,
            failed: None,
        };
        let inner = Inner { samples: Vec::new(), pulse_json: None, state, stop: false };
        let shared =
            Arc::new(Shared { inner: Mutex::new(inner), wake: Condvar::new(), started: Instant::now() });
        let for_thread = Arc::clone(&shared);
        let interval = options.interval.max(Duration::from_millis(50));
        let thread = std::thread::Builder::new()
            .name("leakguard-monitor".to_owned())
            .spawn(move || {
                let looking = std::panic::AssertUnwindSafe(|| run(&for_thread, interval, watcher));
                if std::panic::catch_unwind(looking).is_err() {
                    for_thread.inner.lock().state.failed = Some("the sampling thread panicked".to_owned());
                }
            })
            .map_err(|source| Error::Internal {
                at: "monitor",
                what: format!("cannot start a thread: {source}"),
            })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.shared.started.elapsed().as_millis() as u64
    }

    /// A sample from right after a major collection; `at_ms` is filled in here.
    pub fn heap(&self, mut sample: HeapSample) {
        sample.at_ms = self.now_ms();
        let mut inner = self.shared.inner.lock();
        if inner.samples.len() >= MOST_WAITING {
            inner.samples.remove(0);
        }
        inner.samples.push(sample);
    }

    /// See [`Pulse`]. Returns the number of verdict changes so far.
    pub fn pulse(&self, json: String) -> u64 {
        let mut inner = self.shared.inner.lock();
        inner.pulse_json = Some(json);
        inner.state.changes
    }

    pub fn reader(&self) -> Reader {
        Reader(Arc::clone(&self.shared))
    }

    pub fn state(&self) -> State {
        self.shared.state()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.shared.inner.lock().stop = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread catches its own panics, so there is nothing to learn from how it ended.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, interval: Duration, mut watcher: Watcher) {
    let system = System::find();
    let mut last_requests: Option<(u64, f64)> = None;
    loop {
        let began = Instant::now();
        let at_ms = shared.started.elapsed().as_millis() as u64;
        let process = system.process(at_ms);
        let open_files = system.open_files();
        let (samples, json) = {
            let mut inner = shared.inner.lock();
            (std::mem::take(&mut inner.samples), inner.pulse_json.take())
        };
        // A text this crate's own JavaScript did not write is ignored rather than fatal.
        let pulse: Option<Pulse> = json.and_then(|json| serde_json::from_str(&json).ok());
        watcher.process(&process);
        for sample in &samples {
            watcher.heap(sample);
        }
        if let Some(pulse) = &pulse {
            watcher.activity(&activity(at_ms, pulse, &mut last_requests));
        }
        // Judging takes a millisecond, so it happens outside the lock that the event loop takes.
        let assessment = *watcher.assess(at_ms);
        let mut inner = shared.inner.lock();
        let state = &mut inner.state;
        if (assessment.verdict, assessment.area) != (state.assessment.verdict, state.assessment.area) {
            state.changes += 1;
        }
        state.assessment = assessment;
        state.at_ms = at_ms;
        state.process = process;
        state.open_files = open_files;
        if let Some(sample) = samples.last() {
            state.heap = Some(*sample);
        }
        if let Some(pulse) = pulse {
            state.pulse = pulse;
        }
        state.looks += 1;
        state.busy += began.elapsed();
        if inner.stop {
            return;
        }
        shared.wake.wait_for(&mut inner, interval);
        if inner.stop {
            return;
        }
    }
}

fn activity(at_ms: u64, pulse: &Pulse, last: &mut Option<(u64, f64)>) -> ActivitySample {
    let requests_per_s = pulse.requests.and_then(|requests| {
        let before = last.replace((at_ms, requests));
        let (then_ms, then) = before?;
        (at_ms > then_ms).then(|| (requests - then).max(0.0) * 1000.0 / (at_ms - then_ms) as f64)
    });
    ActivitySample { at_ms, requests_per_s, busy: pulse.utilization }
}

#[cfg(target_os = "linux")]
struct System(crate::sys::memory::Limits);

#[cfg(target_os = "linux")]
impl System {
    fn find() -> Self {
        Self(crate::sys::memory::Limits::find())
    }

    fn process(&self, at_ms: u64) -> ProcessSample {
        let memory = crate::sys::usage::memory().ok();
        let cpu = crate::sys::usage::cpu().ok();
        let room = self.0.room().ok().filter(|room| room.container);
        ProcessSample {
            at_ms,
            rss: memory.map(|m| m.resident as f64),
            rss_anonymous: memory.map(|m| m.anonymous as f64),
            rss_file: memory.map(|m| m.file as f64),
            rss_shared: memory.map(|m| m.shared as f64),
            virtual_size: memory.map(|m| m.virtual_size as f64),
            data_size: memory.map(|m| m.data as f64),
            cgroup_usage: room.map(|room| room.limit.saturating_sub(room.available) as f64),
            cgroup_limit: room.map(|room| room.limit as f64),
            cpu_user_s: cpu.map(|cpu| cpu.user),
            cpu_system_s: cpu.map(|cpu| cpu.system),
        }
    }

    fn open_files(&self) -> Option<(u64, u64)> {
        crate::sys::usage::open_files().ok()
    }
}

#[cfg(target_os = "linux")]
fn machine_memory() -> f64 {
    crate::sys::memory::Limits::default().room().map_or(f64::INFINITY, |room| room.limit as f64)
}

/// Elsewhere the resident set comes with the heap samples, from Node, and the rest is not known.
#[cfg(not(target_os = "linux"))]
struct System;

#[cfg(not(target_os = "linux"))]
impl System {
    fn find() -> Self {
        Self
    }

    fn process(&self, at_ms: u64) -> ProcessSample {
        ProcessSample { at_ms, ..ProcessSample::default() }
    }

    fn open_files(&self) -> Option<(u64, u64)> {
        None
    }
}

#[cfg(not(target_os = "linux"))]
fn machine_memory() -> f64 {
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::super::assessment::Verdict;
    use super::*;

    fn quick() -> Sampler {
        Sampler::start(SamplerOptions { interval: Duration::from_millis(50), warmup: Duration::ZERO })
            .unwrap()
    }

    /// Waits for a condition with a bound, whatever the machine's pace.
    fn until(sampler: &Sampler, met: impl Fn(&State) -> bool) -> State {
        for _ in 0..600 {
            let state = sampler.state();
            if met(&state) {
                return state;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("never: {:?}", sampler.state());
    }

    #[test]
    fn samples_and_pulses_reach_the_state() {
        let sampler = quick();
        sampler.heap(HeapSample { old_used: 5.0, used: 6.0, ..HeapSample::default() });
        sampler.pulse(r#"{"requests":10,"utilization":0.25,"gc":{"major":{"count":3,"seconds":0.5,"buckets":[1,1,1,0,0,0,0]}}}"#.to_owned());
        let state = until(&sampler, |s| s.heap.is_some() && s.pulse.requests.is_some());
        assert_eq!(state.heap.unwrap().old_used, 5.0);
        assert_eq!(state.pulse.gc["major"].count, 3);
        assert_eq!(state.assessment.verdict, Verdict::WarmingUp);
        sampler.pulse("nonsense".to_owned());
        let looks = sampler.state().looks;
        let later = until(&sampler, |s| s.looks > looks + 2);
        assert_eq!((later.failed, later.pulse.utilization), (None, 0.25));
    }

    #[test]
    fn too_many_waiting_samples_drop_the_oldest() {
        let sampler =
            Sampler::start(SamplerOptions { interval: Duration::from_secs(3600), warmup: Duration::ZERO })
                .unwrap();
        until(&sampler, |s| s.looks > 0);
        for i in 0..1000 {
            sampler.heap(HeapSample { used: f64::from(i), ..HeapSample::default() });
        }
        let inner = sampler.shared.inner.lock();
        assert_eq!(inner.samples.len(), MOST_WAITING);
        assert_eq!(inner.samples.last().unwrap().used, 999.0);
    }

    #[test]
    fn dropping_ends_the_thread_at_once() {
        let sampler =
            Sampler::start(SamplerOptions { interval: Duration::from_secs(3600), warmup: Duration::ZERO })
                .unwrap();
        let shared = Arc::downgrade(&sampler.shared);
        drop(sampler);
        assert!(shared.upgrade().is_none());
    }
}
