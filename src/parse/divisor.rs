//! Division without dividing.

use crate::parse::sink::Value;

/// Division of offsets that should be multiples of the row length. For 32 bits it is a multiplication by
/// the inverse modulo 2^32 (Granlund and Montgomery 1994, section 9: exact division and divisibility).
#[derive(Clone, Copy, Debug)]
pub(super) struct ExactDivisor {
    pub by: u64,
    inverse: u32,
    twos: u32,
    limit: u32,
}

impl ExactDivisor {
    /// `by` is a row length: at least 1, at most a few dozen.
    pub fn new(by: usize) -> Self {
        let twos = by.trailing_zeros();
        let odd = (by >> twos) as u32;
        // Newton's iteration doubles the correct low bits; an odd number is its own inverse modulo 8.
        let mut inverse = odd;
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(inverse)));
        }
        Self { by: by as u64, inverse, twos, limit: u32::MAX / by as u32 }
    }

    /// The quotient, and whether the division left no rest and the quotient fits 32 bits.
    #[inline]
    pub fn divide<V: Value>(self, offset: V) -> (u32, bool) {
        if offset.fits() {
            let quotient = offset.low().wrapping_mul(self.inverse).rotate_right(self.twos);
            (quotient, quotient <= self.limit)
        } else {
            let offset: u64 = offset.into();
            ((offset / self.by).low(), offset.is_multiple_of(self.by) && (offset / self.by).fits())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExactDivisor;
    use proptest::prelude::*;

    fn naive(offset: u64, by: u64) -> Option<u32> {
        if offset.is_multiple_of(by) { u32::try_from(offset / by).ok() } else { None }
    }

    fn check(offset: u64, by: usize) {
        let divisor = ExactDivisor::new(by);
        let expected = naive(offset, by as u64);
        let (quotient, exact) = divisor.divide(offset);
        assert_eq!(exact.then_some(quotient), expected, "{offset} / {by}");
        if let Ok(offset) = u32::try_from(offset) {
            assert_eq!(divisor.divide(offset), (quotient, exact), "{offset} / {by} in 32 bits");
        }
    }

    #[test]
    fn at_the_edges() {
        for by in 1..=32 {
            for around in
                [0, 1 << 31, u64::from(u32::MAX), 1 << 32, u64::from(u32::MAX) * by as u64, u64::MAX]
            {
                for offset in around.saturating_sub(40)..=around.saturating_add(40) {
                    check(offset, by);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn equals_division(row in any::<u32>(), rest in 0u64..3, by in 1usize..=32) {
            check(u64::from(row) * by as u64 + rest, by);
            check(u64::from(row) + rest, by);
        }
    }
}
