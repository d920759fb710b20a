//! The parent's eye on a capturing child, on a thread of its own.
//!
//! In: a [`Running`] child and [`Rules`]. Out: a [`Report`], after which the child is gone and reaped.
//! Ends a child that hangs (every thread asleep and no processor time used for a while: a slow one runs,
//! wants to run or waits for a disk), that would push the app over its memory limit, that takes too long,
//! or that nobody wants any more. Costs a few reads of `/proc` twenty times a second.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::capture::fork::Running;
use crate::capture::{Outcome, keep, message};
use crate::error::Error;
use crate::sys::child::Exit;
use crate::sys::memory::{Limits, Room};
use crate::sys::pipe::wait_readable;
use crate::sys::process::{self, Stat};

/// Between two looks.
const TICK: Duration = Duration::from_millis(50);
/// Between two measurements of the child's own memory, at the least.
const WEIGHING: Duration = Duration::from_millis(500);
/// A measurement walks the child's page tables: 35 ms for 6 GB. So many times that passes before the next, which is 2 %
/// of a processor.
const WEIGHING_PAUSE: u32 = 50;
/// From the end of the child's message to its own end.
const LEAVE: Duration = Duration::from_secs(5);
/// No result is larger; a report is a few MB at most.
const MAX_MESSAGE: usize = 1 << 28;

/// When to end a child.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long it may sleep, with no processor time used, before it counts as stuck.
    pub patience: Duration,
    pub deadline: Instant,
    /// The time allowed from the start, in seconds, for the message.
    pub allowed: u64,
    pub limits: Limits,
    /// Bytes that must stay available to the app.
    pub reserve: u64,
}

/// How it ended.
#[derive(Debug)]
pub enum End {
    Done(Outcome),
    /// It waited for something that never comes, and another fork may do better.
    Stuck,
    /// It crashed, which a bad moment for the fork can explain too.
    Crashed(Exit),
    Failed(Error),
}

#[derive(Debug)]
pub struct Report {
    pub end: End,
    /// The most memory seen that was the child's alone, in bytes.
    pub peak_private: u64,
    pub elapsed: Duration,
}

/// Follows the child to its end. Blocks: for a thread of its own.
pub fn watch(mut running: Running, rules: &Rules, cancel: &AtomicBool) -> Report {
    let started = Instant::now();
    let mut watcher = Watcher::new(&running, rules);
    let end = watcher.follow(&mut running, cancel).unwrap_or_else(|error| {
        End::Failed(Error::CaptureFailed { what: format!("following the child: {error}") })
    });
    let Running { child, file, .. } = running;
    let pid = child.pid();
    // Dropping the child kills it, if it still runs, and reaps it.
    drop(child);
    if let (Some(file), false) = (file, matches!(end, End::Done(_))) {
        keep::discard(&file, pid);
    }
    Report { end, peak_private: watcher.peak_private, elapsed: started.elapsed() }
}

struct Watcher<'a> {
    rules: &'a Rules,
    pid: u32,
    message: Vec<u8>,
    cpu_ticks: u64,
    /// Since when the child has done nothing.
    idle_since: Option<Instant>,
    weigh_at: Instant,
    peak_private: u64,
    oom_kills: u64,
}

impl<'a> Watcher<'a> {
    fn new(running: &Running, rules: &'a Rules) -> Self {
        Self {
            rules,
            pid: running.pid(),
            message: Vec::new(),
            cpu_ticks: 0,
            idle_since: None,
            weigh_at: Instant::now(),
            peak_private: 0,
            oom_kills: rules.limits.oom_kills(),
        }
    }

    fn follow(&mut self, running: &mut Running, cancel: &AtomicBool) -> io::Result<End> {
        loop {
            let [readable, ended] =
                wait_readable([Some(running.result.as_fd()), running.child.ended()], TICK)?;
            // Every message is read before the end of its sender is looked at.
            if readable {
                if !self.read(running)? {
                    return self.conclude(running);
                }
                continue;
            }
            if ended || running.child.try_reap()?.is_some() {
                return self.conclude(running);
            }
            if cancel.load(Ordering::Relaxed) {
                return Ok(End::Failed(Error::Cancelled));
            }
            if Instant::now() >= self.rules.deadline {
                return Ok(End::Failed(Error::CaptureTimeout { seconds: self.rules.allowed }));
            }
            if let Some(room) = self.short_of_memory() {
                return Ok(End::Failed(self.out_of_memory(room)));
            }
            if self.is_stuck() {
                return Ok(End::Stuck);
            }
        }
    }

    /// Takes what is there. Out: whether more may come.
    fn read(&mut self, running: &mut Running) -> io::Result<bool> {
        let mut chunk = [0; 1 << 16];
        let count = running.result.read(&mut chunk)?;
        self.message.extend_from_slice(&chunk[..count]);
        self.idle_since = None;
        if self.message.len() > MAX_MESSAGE {
            return Err(io::Error::other("its answer is too long"));
        }
        Ok(count > 0)
    }

    /// The pipe is closed or the child has ended, so its message, if there is one, is whole.
    fn conclude(&mut self, running: &mut Running) -> io::Result<End> {
        let patience = Instant::now() + LEAVE;
        let exit = loop {
            if let Some(exit) = running.child.try_reap()? {
                break exit;
            }
            if Instant::now() >= patience {
                running.child.kill();
                break running.child.wait()?;
            }
            wait_readable([running.child.ended()], Duration::from_millis(5))?;
        };
        if let Some(end) = message::decode(&self.message) {
            return Ok(match end {
                Ok(outcome) => End::Done(outcome),
                Err(error) => End::Failed(error),
            });
        }
        Ok(match exit {
            Exit::Signal(signal) if is_crash(signal) => End::Crashed(exit),
            Exit::Signal(_) if self.rules.limits.oom_kills() > self.oom_kills => {
                match self.rules.limits.room() {
                    Ok(room) => End::Failed(self.out_of_memory(room)),
                    Err(_) => End::Failed(Error::CaptureFailed { what: exit.describe() }),
                }
            }
            exit => End::Failed(Error::CaptureFailed { what: exit.describe() }),
        })
    }

    /// The room that is left, when it is too little.
    fn short_of_memory(&mut self) -> Option<Room> {
        let now = Instant::now();
        if now >= self.weigh_at {
            // Not there any more, or not allowed: then only the limits are followed.
            let bytes = process::private_bytes(self.pid).unwrap_or(0);
            self.peak_private = self.peak_private.max(bytes);
            self.weigh_at = now + WEIGHING.max(now.elapsed() * WEIGHING_PAUSE);
        }
        self.rules.limits.room().ok().filter(|room| room.available < self.rules.reserve)
    }

    fn out_of_memory(&self, room: Room) -> Error {
        Error::CaptureMemory {
            need: (self.peak_private >> 20) + 1,
            available: room.available >> 20,
            limit: room.limit >> 20,
            when: "when the child was ended",
        }
    }

    fn is_stuck(&mut self) -> bool {
        let Ok(Stat { cpu_ticks, .. }) = Stat::of(self.pid) else { return false };
        let idle = cpu_ticks == self.cpu_ticks && process::all_asleep(self.pid).unwrap_or(false);
        self.cpu_ticks = cpu_ticks;
        if !idle {
            self.idle_since = None;
            return false;
        }
        self.idle_since.get_or_insert_with(Instant::now).elapsed() >= self.rules.patience
    }
}

/// Signals by which a program ends itself, or is ended for what it did.
fn is_crash(signal: i32) -> bool {
    matches!(
        signal,
        libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGTRAP | libc::SIGABRT | libc::SIGFPE
    )
}
