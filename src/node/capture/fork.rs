//! A capture in a forked child, for `lib/capture/fork.js`.
//!
//! The one class is used on both sides of the fork: in the app `fork` and `wait`, in the child the methods
//! that begin with `child`, all of them on the event loop's thread and, in the child, within one turn.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use crate::capture::Script;
use crate::capture::fork::{Forked, Inside, Priority, Running, fork};
use crate::capture::machine::{Machine, Moment, Next, Plan};
use crate::capture::need::{Experience, Heap, Need, reserve};
use crate::capture::watch::{Rules, watch};
use crate::error::{Error, Result};
use crate::node::cancel::Cancel;
use crate::node::capture::{CaptureOptions, Captured, Client, FileOnly, HeapShape, LoadedScript};
use crate::node::{error, task};
use crate::sys::memory::Limits;
use crate::sys::{self, threads};

/// What this process's captures have needed so far.
static EXPERIENCE: Mutex<Experience> = Mutex::new(Experience::new());

/// What a capture of such a heap would need, by what this process's captures have needed.
pub fn need(heap: Heap) -> Need {
    lock(&EXPERIENCE).need(heap)
}

/// What became of one try.
#[napi(object)]
#[derive(Clone, Debug)]
pub struct ForkStep {
    /// Absent when it must be tried again.
    pub captured: Option<Captured>,
    /// Forks so far.
    pub forks: u32,
    /// The most memory the child had to itself.
    pub child_bytes: f64,
    /// From fork to end.
    pub elapsed_ms: f64,
}

#[napi]
pub struct ForkCapture {
    client: Arc<dyn Client>,
    options: CaptureOptions,
    heap: Heap,
    limits: Limits,
    reserve: u64,
    machine: Arc<Mutex<Machine>>,
    /// In the app, from `fork` to `wait`.
    running: Option<Running>,
    /// In the child.
    inside: Option<Inside>,
    /// Until `close`.
    turn: Option<Arc<Turn>>,
}

/// One capture at a time in a process: two children would need twice the memory.
struct Turn;

static TAKEN: AtomicBool = AtomicBool::new(false);

impl Turn {
    fn take() -> Result<Arc<Self>> {
        if TAKEN.swap(true, Ordering::Acquire) { Err(Error::CaptureBusy) } else { Ok(Arc::new(Self)) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}

/// Why this process cannot be captured by forking; `null` when it can.
#[napi(catch_unwind)]
pub fn fork_unsupported() -> Option<String> {
    sys::fork::supported().err()
}

/// Whether worker threads of V8 are at work at this instant: a bad moment for a fork.
#[napi(catch_unwind)]
pub fn workers_busy() -> bool {
    threads::workers_busy()
}

/// Prepares a capture of which nothing but a file is wanted; refuses what cannot fit in memory.
#[napi(catch_unwind)]
pub fn open_fork_capture(env: Env, options: CaptureOptions, heap: HeapShape) -> napi::Result<ForkCapture> {
    ForkCapture::open(Arc::new(FileOnly), options, heap).map_err(|failure| error::to_js(env, &failure))
}

impl ForkCapture {
    /// For any client.
    pub fn open(client: Arc<dyn Client>, options: CaptureOptions, heap: HeapShape) -> Result<Self> {
        sys::fork::supported().map_err(|why| Error::CaptureUnsupported { why })?;
        let turn = Turn::take()?;
        let heap = Heap::from(heap);
        let mut plan = Plan::default();
        if let Some(timeout) = options.timeout_ms {
            plan.allowed = Duration::from_millis(timeout.into());
        }
        let limits = Limits::find();
        let room = limits.room().map_err(|source| Error::Read { path: Path::new("/proc").into(), source })?;
        let reserve = reserve(room.limit);
        let need = lock(&EXPERIENCE).need(heap);
        let mut machine = Machine::new(plan, Instant::now());
        machine.preflight(need, room, reserve)?;
        let machine = Arc::new(Mutex::new(machine));
        Ok(Self {
            client,
            options,
            heap,
            limits,
            reserve,
            machine,
            running: None,
            inside: None,
            turn: Some(turn),
        })
    }

    fn fork_now(&mut self) -> Result<bool> {
        lock(&self.machine).fork()?;
        let intake = self.options.intake(self.client.analyst(), Vec::new());
        let lowest = self.options.low_priority.unwrap_or(true);
        let priority = if lowest { Priority::Lowest } else { Priority::Inherited };
        match fork(intake, priority, self.options.percent())? {
            Forked::Parent(running) => {
                self.running = Some(running);
                Ok(false)
            }
            Forked::Child(inside) => {
                self.inside = Some(inside);
                Ok(true)
            }
        }
    }
}

#[napi]
impl ForkCapture {
    /// What to wait for before `fork`: `quiet` or `afterMajorGc`.
    #[napi(getter, ts_return_type = "'quiet' | 'afterMajorGc'")]
    pub fn moment(&self) -> &'static str {
        match lock(&self.machine).moment() {
            Moment::Quiet => "quiet",
            Moment::AfterMajorGc => "afterMajorGc",
        }
    }

    /// Returns twice: `false` in the app, `true` in the child.
    #[napi(catch_unwind)]
    pub fn fork(&mut self, env: Env) -> napi::Result<bool> {
        self.fork_now().map_err(|failure| error::to_js(env, &failure))
    }

    /// In the app: follows the child to its end.
    #[napi(catch_unwind, ts_return_type = "Promise<ForkStep>")]
    pub fn wait<'env>(&mut self, env: &'env Env, cancel: Option<&Cancel>) -> napi::Result<Object<'env>> {
        let Some(running) = self.running.take() else {
            return Err(error::to_js(*env, &out_of_order()));
        };
        let machine = Arc::clone(&self.machine);
        let client = Arc::clone(&self.client);
        let turn = self.turn.clone();
        let cancel = cancel.map(Cancel::flag).unwrap_or_default();
        let heap = self.heap;
        let rules = {
            let machine = lock(&self.machine);
            Rules {
                patience: machine.patience(),
                deadline: machine.deadline(),
                allowed: machine.allowed().as_secs(),
                limits: self.limits.clone(),
                reserve: self.reserve,
            }
        };
        task::spawn(env, "leakguard-watch", move || {
            let _turn = turn;
            let report = watch(running, &rules, &cancel);
            let (next, forks) = {
                let mut machine = lock(&machine);
                (machine.ended(report.end, Instant::now()), machine.forks())
            };
            let captured = match next {
                Next::Done(outcome) => {
                    lock(&EXPERIENCE).learn(heap, report.peak_private);
                    Some(Captured::accept(outcome, &*client)?)
                }
                Next::Retry => None,
                Next::Failed(error) => return Err(error),
            };
            Ok(ForkStep {
                captured,
                forks,
                child_bytes: report.peak_private as f64,
                elapsed_ms: report.elapsed.as_secs_f64() * 1e3,
            })
        })
    }

    /// In the app: makes way for the next capture, without waiting for the garbage collector.
    #[napi]
    pub fn close(&mut self) {
        self.running = None;
        self.turn = None;
    }

    /// In the child: starts the analysis. Returns where `v8.writeHeapSnapshot` shall write.
    #[napi]
    pub fn child_begin(&mut self, scripts: Vec<LoadedScript>, allocations: Option<String>) -> String {
        let Some(mut inside) = self.inside.take() else { sys::child::exit(OUT_OF_ORDER) };
        match inside.begin(scripts.into_iter().map(Script::from).collect(), allocations) {
            Ok(path) => {
                self.inside = Some(inside);
                path
            }
            Err(error) => inside.fail(error),
        }
    }

    /// In the child: V8 has written everything. Does not return.
    #[napi]
    pub fn child_finish(&mut self) {
        match self.inside.take() {
            Some(inside) => inside.finish(),
            None => sys::child::exit(OUT_OF_ORDER),
        }
    }

    /// In the child: something failed. Does not return.
    #[napi]
    pub fn child_fail(&mut self, what: String) {
        match self.inside.take() {
            Some(inside) => inside.fail(Error::CaptureFailed { what }),
            None => sys::child::exit(OUT_OF_ORDER),
        }
    }
}

/// The exit status of a child whose JavaScript called the above in another order.
const OUT_OF_ORDER: i32 = 84;

/// Nothing panics while holding these locks in a way that leaves them half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn out_of_order() -> Error {
    Error::Internal { at: "fork capture", what: "called out of order".to_owned() }
}
