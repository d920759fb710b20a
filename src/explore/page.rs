//! Lists in pages: a window of a long list, in an order, without sorting what lies outside the window.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The most rows of one answer.
pub const LARGEST: usize = 500;

/// Which rows of a list to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub offset: usize,
    limit: usize,
}

impl Window {
    /// At most [`LARGEST`] rows.
    pub fn new(offset: usize, limit: usize) -> Self {
        Self { offset, limit: limit.min(LARGEST) }
    }

    pub fn limit(self) -> usize {
        self.limit
    }

    /// The part of a list that is in order already.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        let from = self.offset.min(list.len());
        &list[from..list.len().min(from + self.limit)]
    }

    /// The part of a list as it would be in the order of `compare`, which must be total: the list is rearranged just as
    /// far as that takes.
    pub fn sorted<T>(self, list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) -> &[T] {
        if self.offset >= list.len() {
            return &[];
        }
        let mut rest = list;
        if self.offset > 0 {
            rest.select_nth_unstable_by(self.offset, &compare);
            rest = &mut rest[self.offset..];
        }
        if self.limit < rest.len() {
            rest.select_nth_unstable_by(self.limit, &compare);
            rest = &mut rest[..self.limit];
        }
        rest.sort_unstable_by(compare);
        rest
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    /// Rows of the whole list.
    pub total: u64,
    pub offset: u64,
    pub rows: Vec<T>,
}

impl<T> Page<T> {
    pub fn new(total: usize, window: Window, rows: Vec<T>) -> Self {
        Self { total: total as u64, offset: window.offset as u64, rows }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Order {
    #[serde(rename = "asc")]
    Ascending,
    #[serde(rename = "desc")]
    Descending,
}

impl Order {
    pub fn apply(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Ascending => ordering,
            Self::Descending => ordering.reverse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_a_part_of_the_sorted_list(
            list in proptest::collection::vec(0u32..50, 0..80),
            offset in 0usize..90,
            limit in 0usize..90,
        ) {
            let mut sorted: Vec<(u32, usize)> = list.iter().copied().zip(0..).collect();
            let mut shuffled = sorted.clone();
            sorted.sort_unstable();
            let window = Window::new(offset, limit);
            let expected: Vec<_> = sorted.iter().copied().skip(offset).take(limit).collect();
            prop_assert_eq!(window.sorted(&mut shuffled, Ord::cmp), &expected);
            prop_assert_eq!(window.of(&sorted), &expected);
        }
    }

    #[test]
    fn no_answer_is_endless() {
        assert_eq!(Window::new(3, usize::MAX).of(&[0u8; 2 * LARGEST]).len(), LARGEST);
    }
}
