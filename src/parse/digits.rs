//! The fast number decoder, for numbers as V8 writes them: digits and commas, up to Node 22 with a line
//! break before the comma that ends a row, at most ten digits and below 2^32.
//!
//! 64 bytes at a time are classified into bit masks (digit, comma, line break); shifting the masks by one
//! checks every pair of neighbours, so that malformed text cannot pass; then each comma bit ends one
//! number. A number of up to eight digits is one 8-byte load, a shift that drops what follows it, and three
//! multiplications. There is no branch per byte, and none per number that a predictor could miss often.
//! The masks are after Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019); the eight
//! digits at once after Muła, "SIMD-ized conversion of decimal strings" (2014).
//!
//! It never reports an error: it stops before what it does not understand, and the strict scanner goes on.

use crate::sys::mask::{Masks, WORD};

/// Bytes past a word that decoding may look at.
const LOOK_AHEAD: usize = 8;
/// Most numbers in one word: every other byte a comma.
pub(super) const MOST_PER_WORD: usize = WORD / 2;

/// Decodes numbers from `at`, where one is expected, into `out`, as many as fit and stand safely within the
/// text. Returns how many, and the position past the comma that ends the last of them.
pub(super) fn decode(text: &[u8], at: usize, out: &mut [u32]) -> (usize, usize) {
    let mut count = 0;
    // Where the number at hand begins, and the word being looked at.
    let mut start = at;
    let mut base = at;
    // The neighbour before the word: where a number is expected, a comma.
    let (mut digit_before, mut comma_before, mut line_before) = (0, 1, 0);
    while let Some(window) = text.get(base..base + WORD + LOOK_AHEAD)
        && let Some(word) = window.first_chunk::<WORD>()
        && count + MOST_PER_WORD <= out.len()
    {
        let Masks { digits, commas } = Masks::of(word);
        let others = !(digits | commas);
        let lines = if others == 0 { 0 } else { others & Masks::equal(word, b'\n') };
        let after_digit = digits << 1 | digit_before;
        let after_comma = commas << 1 | comma_before;
        let after_line = lines << 1 | line_before;
        let bad =
            (others ^ lines) | after_digit & others & !lines | after_comma & !digits | after_line & !commas;
        if bad != 0 {
            break;
        }
        (digit_before, comma_before, line_before) = (digits >> 63, commas >> 63, lines >> 63);
        let mut ends = commas;
        while ends != 0 {
            let bit = ends.trailing_zeros();
            let end = base + bit as usize;
            // The line break before the comma is not part of the number.
            let length = end - start - (after_line >> bit & 1) as usize;
            let Some(value) = number(text, start, length) else {
                return (count, start);
            };
            out[count] = value;
            count += 1;
            start = end + 1;
            ends &= ends - 1;
        }
        base += WORD;
    }
    (count, start)
}

/// The value of `length` digits; `None` when it may not fit 32 bits or the text does not reach far enough.
#[inline]
fn number(text: &[u8], start: usize, length: usize) -> Option<u32> {
    let load = |at: usize| text.get(at..at + 8)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
    if (1..=8).contains(&length) {
        return Some(eight_digits(load(start)? << (64 - 8 * length)));
    }
    if length > 10 || length == 0 {
        return None;
    }
    let high = eight_digits(load(start)? << (64 - 8 * (length - 8)));
    let low = eight_digits(load(start + length - 8)?);
    u32::try_from(u64::from(high) * 100_000_000 + u64::from(low)).ok()
}

/// The value of eight ASCII digits, the first in the lowest byte; zero bytes count as zeros.
#[inline]
fn eight_digits(text: u64) -> u32 {
    let ones = text & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = ones.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::parse::scan::Scan;
    use proptest::prelude::*;

    /// What the fast decoder takes must be what the strict one reads; it may take less, but not nothing
    /// when the text is as V8 writes it.
    fn check(text: &[u8]) -> Result<usize, TestCaseError> {
        let mut out = [0; 100];
        let (count, end) = decode(text, 0, &mut out);
        let mut scan = Scan::new(text);
        for (nth, &value) in out[..count].iter().enumerate() {
            prop_assert_eq!(scan.number(false).ok(), Some(u64::from(value)), "number {}", nth);
        }
        prop_assert_eq!(scan.at, end);
        Ok(count)
    }

    fn numbers() -> impl Strategy<Value = String> {
        let number = prop_oneof![
            4 => (0u64..100).boxed(),
            4 => (0u64..100_000_000).boxed(),
            1 => (0u64..=u64::from(u32::MAX)).boxed(),
        ];
        let separator = prop_oneof![Just(","), Just("\n,")];
        prop::collection::vec((number, separator), 60..100)
            .prop_map(|list| list.iter().map(|(number, separator)| format!("{number}{separator}")).collect())
    }

    proptest! {
        #[test]
        fn equals_the_strict_scanner(text in numbers()) {
            let count = check(text.as_bytes())?;
            // All but what stands in the last word and its look-ahead.
            prop_assert!(count + 40 >= text.matches(',').count(), "{count} of {text}");
        }

        #[test]
        fn never_takes_what_the_strict_scanner_refuses(
            text in numbers(), at in 0usize..200, byte in any::<u8>(),
        ) {
            let mut text = text.into_bytes();
            let at = at % text.len();
            text[at] = byte;
            check(&text)?;
        }

        #[test]
        fn survives_any_bytes(text in prop::collection::vec(
            prop::sample::select(b"0123456789,,,,\n\n- ]\xff".to_vec()), 0..400)) {
            check(&text)?;
        }
    }

    #[test]
    fn stops_before_a_number_that_needs_more_than_32_bits() {
        let text = format!("1,4294967295,4294967296,{}", "5,".repeat(100));
        let mut out = [0; 64];
        let (count, end) = decode(text.as_bytes(), 0, &mut out);
        assert_eq!((count, end), (2, 13));
        assert_eq!(&out[..2], &[1, u32::MAX]);
    }
}
