//! Classifies 64 bytes at once with the processor's vector unit: bit n of a mask tells about byte n.

/// Bytes per mask.
pub const WORD: usize = 64;

/// Which bytes are digits, which are commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masks {
    pub digits: u64,
    pub commas: u64,
}

#[cfg(target_arch = "x86_64")]
mod imp {
    use super::{Masks, WORD};
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8, _mm_sub_epi8,
    };

    #[target_feature(enable = "sse2")]
    fn lanes(word: &[u8; WORD]) -> [__m128i; 4] {
        let quarter = |at: usize| {
            let half = |at: usize| word[at..at + 8].try_into().map_or(0, i64::from_le_bytes);
            _mm_set_epi64x(half(at + 8), half(at))
        };
        [quarter(0), quarter(16), quarter(32), quarter(48)]
    }

    #[target_feature(enable = "sse2")]
    fn gather(lanes: [__m128i; 4]) -> u64 {
        let bits = lanes.map(|lane| u64::from(_mm_movemask_epi8(lane) as u16));
        bits[0] | bits[1] << 16 | bits[2] << 32 | bits[3] << 48
    }

    #[target_feature(enable = "sse2")]
    fn digits(word: &[u8; WORD]) -> u64 {
        gather(lanes(word).map(|lane| {
            let value = _mm_sub_epi8(lane, _mm_set1_epi8(b'0' as i8));
            _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value)
        }))
    }

    #[target_feature(enable = "sse2")]
    fn same(word: &[u8; WORD], byte: u8) -> u64 {
        gather(lanes(word).map(|lane| _mm_cmpeq_epi8(lane, _mm_set1_epi8(byte as i8))))
    }

    #[inline]
    pub fn masks(word: &[u8; WORD]) -> Masks {
        // SAFETY: SSE2 is part of every x86-64 processor.
        let digits = unsafe { digits(word) };
        Masks { digits, commas: equal(word, b',') }
    }

    #[inline]
    pub fn equal(word: &[u8; WORD], byte: u8) -> u64 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { same(word, byte) }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod imp {
    pub use super::portable::{equal, masks};
}

/// Eight bytes at a time in plain integers, for other processors; on x86-64 only the tests know it.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::{Masks, WORD};

    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;

    /// Bit 7 of each byte below `limit` (at most 128), exactly.
    fn below(bytes: u64, limit: u64) -> u64 {
        // With bit 7 set beforehand no byte borrows from the next.
        !((bytes | HIGH) - LOW * limit) & !bytes & HIGH
    }

    /// Bit n for bit 7 of byte n.
    fn collect(flags: u64) -> u64 {
        (flags >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    fn gather(word: &[u8; WORD], test: impl Fn(u64) -> u64) -> u64 {
        word.chunks_exact(8).enumerate().fold(0, |mask, (nth, bytes)| {
            mask | collect(test(bytes.try_into().map_or(0, u64::from_le_bytes))) << (8 * nth)
        })
    }

    pub fn masks(word: &[u8; WORD]) -> Masks {
        // '0'..='9' are the bytes that exclusive-or with '0' brings below 16, less the last six of those.
        let digits = gather(word, |bytes| below(bytes ^ (LOW * u64::from(b'0')), 10));
        Masks { digits, commas: equal(word, b',') }
    }

    pub fn equal(word: &[u8; WORD], byte: u8) -> u64 {
        gather(word, |bytes| below(bytes ^ (LOW * u64::from(byte)), 1))
    }
}

impl Masks {
    #[inline]
    pub fn of(word: &[u8; WORD]) -> Self {
        imp::masks(word)
    }

    /// The bytes equal to `byte`.
    #[inline]
    pub fn equal(word: &[u8; WORD], byte: u8) -> u64 {
        imp::equal(word, byte)
    }
}

#[cfg(test)]
mod tests {
    use super::{Masks, WORD, imp, portable};

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..WORD {
                for around in [0, b'0', b'9', b',', 0x7f, 0xff] {
                    let mut word = [around; WORD];
                    word[place] = byte;
                    let bits = |test: &dyn Fn(u8) -> bool| {
                        word.iter().enumerate().fold(0, |mask, (n, &b)| mask | u64::from(test(b)) << n)
                    };
                    let digits = bits(&|b| b.is_ascii_digit());
                    let commas = bits(&|b| b == b',');
                    let naive = Masks { digits, commas };
                    assert_eq!(imp::masks(&word), naive);
                    assert_eq!(portable::masks(&word), naive);
                    assert_eq!(imp::equal(&word, b'\n'), bits(&|b| b == b'\n'));
                    assert_eq!(portable::equal(&word, b'\n'), bits(&|b| b == b'\n'));
                }
            }
        }
    }
}
