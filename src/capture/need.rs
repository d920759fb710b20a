//! How much memory a capture will need in the child, beyond the copy it shares with the app.
//!
//! In: the heap's shape and what earlier captures of this process needed. Out: bytes. V8 keeps several
//! words for each object and reference while it serialises, so what counts is the number of objects; a
//! process knows only bytes, hence a range: measured, 2.7 times the small objects' bytes for a real
//! program's heap, 9 times for nothing but tiny objects. Large objects (long strings and arrays, each on
//! pages of its own) add little but their own text.

/// Used bytes of a V8 heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heap {
    /// In spaces for ordinary objects.
    pub small: u64,
    /// In spaces for large ones.
    pub large: u64,
}

/// What the child may need, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    /// With less it cannot work.
    pub least: u64,
    /// With this much it will.
    pub likely: u64,
}

/// What earlier captures of this process needed for each byte of small objects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Experience {
    per_byte: Option<f64>,
}

/// Thread stacks, V8's own buffers, the parser's blocks.
const FIXED: u64 = 24 << 20;
const LEAST: f64 = 2.7;
const LIKELY: f64 = 9.0;
/// A heap changes between two captures.
const MARGIN: f64 = 1.25;

impl Experience {
    /// None yet.
    pub const fn new() -> Self {
        Self { per_byte: None }
    }

    pub fn need(&self, heap: Heap) -> Need {
        let small = heap.small as f64;
        let times = |factor: f64| (small * factor) as u64 + FIXED + heap.large / 4;
        match self.per_byte {
            Some(seen) => Need { least: times(seen), likely: times(seen * MARGIN) },
            None => Need { least: times(LEAST), likely: times(LIKELY) },
        }
    }

    /// After a capture that went well.
    pub fn learn(&mut self, heap: Heap, peak_private: u64) {
        let used = peak_private.saturating_sub(FIXED + heap.large / 4);
        if heap.small > 0 && peak_private > 0 {
            self.per_byte = Some(used as f64 / heap.small as f64);
        }
    }
}

/// What must stay free for the app while a child works: it goes on allocating, and memory is followed
/// only so many times a second.
pub fn reserve(limit: u64) -> u64 {
    (limit / 32).clamp(32 << 20, 512 << 20)
}

#[cfg(test)]
mod tests {
    use super::{Experience, Heap};

    const MB: u64 = 1 << 20;

    #[test]
    fn counts_on_many_tiny_objects_until_it_knows_better() {
        let heap = Heap { small: 100 * MB, large: 0 };
        let mut experience = Experience::default();
        let before = experience.need(heap);
        assert_eq!(before.least / MB, 270 + 24);
        assert_eq!(before.likely / MB, 900 + 24);
        experience.learn(heap, 424 * MB);
        let after = experience.need(Heap { small: 200 * MB, large: 0 });
        assert_eq!(after.least / MB, 800 + 24);
        assert!(after.likely > after.least);
    }

    #[test]
    fn large_objects_weigh_less() {
        let experience = Experience::default();
        let small = experience.need(Heap { small: 400 * MB, large: 0 });
        let large = experience.need(Heap { small: 0, large: 400 * MB });
        assert!(large.likely * 5 < small.likely);
    }

    #[test]
    fn learns_nothing_from_nothing() {
        let mut experience = Experience::default();
        experience.learn(Heap { small: 0, large: 0 }, 0);
        let heap = Heap { small: MB, large: 0 };
        assert_eq!(experience.need(heap), Experience::default().need(heap));
    }
}
