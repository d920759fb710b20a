//! The course of one fork capture, as a state machine that does nothing itself:
//!
//! ```text
//! preflight ──► ready ──► streaming ──► done
//!     │           ▲           │
//!  refused        └── retry ──┤
//!                             └──► failed
//! ```
//!
//! In: what was measured and what happened. Out: what to do next. The caller forks, watches and keeps time.

use std::time::{Duration, Instant};

use crate::capture::Outcome;
use crate::capture::need::Need;
use crate::capture::watch::End;
use crate::error::{Error, Result};
use crate::sys::memory::Room;

/// Bounds of one capture.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Forks at most, the first included.
    pub attempts: u32,
    /// For everything together.
    pub allowed: Duration,
    /// How long the first child may do nothing; each later one twice as long as the one before.
    pub patience: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self { attempts: 8, allowed: Duration::from_secs(600), patience: Duration::from_millis(500) }
    }
}

/// When to fork.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// As soon as V8's workers sleep.
    Quiet,
    /// Right after the end of a major collection, when no marking runs. For after a hang.
    AfterMajorGc,
}

#[derive(Debug)]
pub enum Next {
    Done(Outcome),
    Retry,
    Failed(Error),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Preflight,
    Ready,
    Streaming,
    Over,
}

#[derive(Debug)]
pub struct Machine {
    plan: Plan,
    state: State,
    started: Instant,
    /// Forks so far.
    forks: u32,
    /// How many of them hung, and crashed.
    stuck: u32,
    crashed: u32,
}

impl Machine {
    pub fn new(plan: Plan, now: Instant) -> Self {
        Self { plan, state: State::Preflight, started: now, forks: 0, stuck: 0, crashed: 0 }
    }

    /// Refuses what cannot fit: the least the child may need, with `reserve` left over for the app.
    pub fn preflight(&mut self, need: Need, room: Room, reserve: u64) -> Result<()> {
        self.expect(State::Preflight)?;
        if room.available.saturating_sub(reserve) < need.least {
            self.state = State::Over;
            return Err(Error::CaptureMemory {
                need: ((need.least + reserve) >> 20) + 1,
                available: room.available >> 20,
                limit: room.limit >> 20,
                when: if room.container { "in the container" } else { "on the machine" },
            });
        }
        self.state = State::Ready;
        Ok(())
    }

    /// What to wait for before the next fork.
    pub fn moment(&self) -> Moment {
        if self.stuck == 0 { Moment::Quiet } else { Moment::AfterMajorGc }
    }

    /// A fork is about to happen.
    pub fn fork(&mut self) -> Result<()> {
        self.expect(State::Ready)?;
        self.state = State::Streaming;
        self.forks += 1;
        Ok(())
    }

    /// How long the present child may do nothing.
    pub fn patience(&self) -> Duration {
        self.plan.patience * 2_u32.pow(self.stuck.min(4))
    }

    pub fn deadline(&self) -> Instant {
        self.started + self.plan.allowed
    }

    pub fn allowed(&self) -> Duration {
        self.plan.allowed
    }

    pub fn forks(&self) -> u32 {
        self.forks
    }

    /// The child is gone.
    pub fn ended(&mut self, end: End, now: Instant) -> Next {
        if let Err(error) = self.expect(State::Streaming) {
            return Next::Failed(error);
        }
        self.state = State::Over;
        match end {
            End::Done(outcome) => return Next::Done(outcome),
            End::Failed(error) => return Next::Failed(error),
            End::Stuck => self.stuck += 1,
            End::Crashed(exit) => {
                self.crashed += 1;
                // Twice is no accident.
                if self.crashed > 1 {
                    return Next::Failed(Error::CaptureFailed { what: exit.describe() });
                }
            }
        }
        if self.forks >= self.plan.attempts {
            return Next::Failed(Error::CaptureStuck { attempts: self.forks });
        }
        if now >= self.deadline() {
            return Next::Failed(Error::CaptureTimeout { seconds: self.plan.allowed.as_secs() });
        }
        self.state = State::Ready;
        Next::Retry
    }

    fn expect(&self, state: State) -> Result<()> {
        if self.state == state {
            return Ok(());
        }
        let what = format!("{state:?} was expected, not {:?}", self.state);
        Err(Error::Internal { at: "capture", what })
    }
}

#[cfg(test)]
mod tests;
