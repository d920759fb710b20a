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
    /// Keeps the higher of the two; of two as high the one that stands earlier in the file, for they come in the order in
    /// which threads get ready.
    pub fn raise(&mut self, other: Self) {
        if other.bound > self.bound || other.bound == self.bound && other.offset < self.offset {
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
        if self.bound >= peak.bound {
            peak.raise(self.top(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Climb, Peak};
    use crate::parse::sink::Batch;

    #[test]
    fn of_two_as_high_the_earlier_is_kept_whichever_comes_first() {
        let (early, late, higher) =
            (Peak { bound: 7, offset: 10 }, Peak { bound: 7, offset: 90 }, Peak { bound: 8, offset: 95 });
        for (order, offset) in
            [([early, late], 10), ([late, early], 10), ([higher, early], 95), ([early, higher], 95)]
        {
            let mut peak = Peak::default();
            order.into_iter().for_each(|other| peak.raise(other));
            assert_eq!(peak.offset, offset, "{order:?}");
        }
        let mut climb = Climb::default();
        climb.note(Batch::default(), 6, || Some(0));
        let mut peak = late;
        climb.settle(&mut peak, &|_, _| 10);
        assert_eq!(peak.offset, 10);
    }
}
