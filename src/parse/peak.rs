//! The highest reference from one table into another: all that is kept for the check at the end.
//!
//! References cannot be checked where they stand, because what they point into may come later (strings
//! always do). If the highest is in bounds, all are; if not, it is the one to report.

use crate::parse::sink::Batch;

/// The highest reference into another table, and the byte it stands at, for the check at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peak {
    /// One more than the highest reference; 0 when there is none.
    pub bound: u64,
    pub offset: u64,
}

impl Peak {
    /// Keeps the higher of the two, the earlier when equal.
    pub fn raise(&mut self, other: Self) {
        if other.bound > self.bound {
            *self = other;
        }
    }
}

/// A [`Peak`] while its text is being decoded: the place is a number's, and looked up only in the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Climb {
    bound: u64,
    batch: Batch,
    index: usize,
}

impl Climb {
    /// Notes the highest of a batch's references; `index` finds one that is as high.
    pub fn note(&mut self, batch: Batch, highest: u32, index: impl FnOnce() -> Option<usize>) {
        if u64::from(highest) >= self.bound
            && let Some(index) = index()
        {
            *self = Self { bound: u64::from(highest) + 1, batch, index };
        }
    }

    fn top(self, place: &dyn Fn(Batch, usize) -> u64) -> Peak {
        let offset = if self.bound == 0 { 0 } else { place(self.batch, self.index) };
        Peak { bound: self.bound, offset }
    }

    /// Raises a peak by this climb. `place` finds the byte of a batch's number.
    pub fn settle(self, peak: &mut Peak, place: &dyn Fn(Batch, usize) -> u64) {
        if self.bound > peak.bound {
            *peak = self.top(place);
        }
    }
}
