//! A capture in a forked child: the two ends of it.
//!
//! ```text
//! parent                                   child (a copy, forgotten by everyone else)
//! fork ──────────────────────────────────► Inside
//!   │                                        V8, main thread ──pipe──► Intake, own threads
//! Running ◄──────── one message, pipe ────────────────────────────────────┘
//! ```
//!
//! In: an [`Intake`]. Out, in the parent: a [`Running`] child to be watched (see `watch`); in the child: an
//! [`Inside`], of which one method or another must be the last thing the process does.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use crate::capture::intake::{Complete, panicked};
use crate::capture::{Intake, Outcome, Script, message, pipe_path};
use crate::error::{Error, Result};
use crate::sys::child::{self, Child};
pub use crate::sys::fork::Priority;
use crate::sys::fork::{Side, fork as fork_process};
use crate::sys::pace;
use crate::sys::pipe::widen;

/// Room in the child's own pipe, in bytes.
const PIPE: usize = 1 << 20;

/// The exit status of a child that has sent its message, whatever the message says.
const TOLD: i32 = 0;

pub enum Forked {
    Parent(Running),
    Child(Inside),
}

/// A child at work, seen from the parent.
pub struct Running {
    pub(super) child: Child,
    pub(super) result: PipeReader,
    /// What the child was to keep, and where.
    pub(super) file: Option<PathBuf>,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }
}

/// The child, seen from within.
pub struct Inside {
    result: PipeWriter,
    work: Work,
}

enum Work {
    /// Until the scripts are known.
    Waiting(Intake),
    Reading {
        v8: PipeWriter,
        reader: JoinHandle<Result<Option<Outcome>>>,
        complete: Complete,
    },
    Over,
}

/// Forks the calling thread's process. Everything in `intake` must be usable in the child: no locks, no
/// threads. `percent`: the share of one processor that the child is held to, if any.
pub fn fork(intake: Intake, priority: Priority, percent: Option<u32>) -> Result<Forked> {
    let failed = |error: io::Error| Error::CaptureFailed { what: format!("forking: {error}") };
    let (reader, writer) = io::pipe().map_err(failed)?;
    let file = intake.file.clone();
    match fork_process(&[writer.as_fd()], priority).map_err(failed)? {
        Side::Parent(child) => Ok(Forked::Parent(Running { child, result: reader, file })),
        Side::Child => {
            // Its descriptor is closed here, and the number may soon be another's.
            let _ = ManuallyDrop::new(reader);
            if let Some(percent) = percent {
                pace::hold(percent);
            }
            Ok(Forked::Child(Inside { result: writer, work: Work::Waiting(intake) }))
        }
    }
}

impl Inside {
    /// Starts the reading threads. Out: where V8 shall write.
    pub fn begin(&mut self, scripts: Vec<Script>, allocations: Option<String>) -> Result<String> {
        let Work::Waiting(mut intake) = std::mem::replace(&mut self.work, Work::Over) else {
            return Err(out_of_order());
        };
        intake.briefing.scripts = scripts;
        intake.briefing.allocations = allocations;
        let failed = |error: io::Error| Error::CaptureFailed { what: format!("preparing: {error}") };
        let prepared = intake.prepare()?;
        let (source, v8) = io::pipe().map_err(failed)?;
        widen(v8.as_fd(), PIPE);
        let complete = Complete::default();
        let seen = complete.clone();
        let reader = thread::Builder::new()
            .name("leakguard-read".to_owned())
            .spawn(move || prepared.run(source, &seen))
            .map_err(failed)?;
        let path = pipe_path(&v8);
        self.work = Work::Reading { v8, reader, complete };
        Ok(path)
    }

    /// V8 has written everything: waits for the analysis, sends the result and ends the process.
    pub fn finish(self) -> ! {
        let Self { result, work } = self;
        let end = match work {
            Work::Reading { v8, reader, complete } => {
                complete.set();
                drop(v8);
                pace::excuse_this_thread();
                join(reader).and_then(|outcome| outcome.ok_or_else(out_of_order))
            }
            Work::Waiting(_) | Work::Over => Err(out_of_order()),
        };
        tell(result, &end)
    }

    /// V8 could not write, or JavaScript failed: sends the reason, the reading side's own if it has one.
    pub fn fail(self, what: Error) -> ! {
        let Self { result, work } = self;
        let end = match work {
            Work::Reading { v8, reader, .. } => {
                drop(v8);
                join(reader).and(Err(what))
            }
            Work::Waiting(_) | Work::Over => Err(what),
        };
        tell(result, &end)
    }
}

fn join(reader: JoinHandle<Result<Option<Outcome>>>) -> Result<Option<Outcome>> {
    reader.join().unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn tell(mut result: PipeWriter, end: &Result<Outcome>) -> ! {
    // A parent that does not listen is a parent that will end us; nothing else is left to do.
    let _ = result.write_all(&message::encode(end));
    child::exit(TOLD)
}

fn out_of_order() -> Error {
    Error::Internal { at: "forked child", what: "called out of order".to_owned() }
}
