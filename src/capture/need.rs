//! How much memory a capture will need in the child, beyond the copy it shares with the app.
//!
//! In: the heap's shape and what earlier captures of this process needed. Out: bytes. V8 keeps several
//! words for each object and reference while it serialises, so what counts is the number of objects; a
//! process knows only bytes, hence a range: measured, 2.7 times the small objects' bytes for a real
//! program's heap, 9 times for nothing but tiny objects. Large objects (long strings and arrays, each on
//! pages of its own) add little but their own text.

#[cfg(target_os = "linux")]
use crate::error::{Error, Result};
#[cfg(target_os = "linux")]
use crate::sys::memory::Room;

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

/// What parsing and diagnosing the snapshot of a heap takes at the least, besides what V8 takes to make it: about
/// the snapshot's size, which is twice the heap's for programs of small objects.
pub fn analysis(heap: Heap) -> u64 {
    2 * heap.small + FIXED
}

/// Whether a capture inside the app fits: V8's part, and if `analysed` ours, with [`reserve`] left over.
#[cfg(target_os = "linux")]
pub fn check_inline(heap: Heap, analysed: bool, room: Room) -> Result<()> {
    let v8 = Experience::new().need(heap).least;
    let need = v8 + reserve(room.limit) + if analysed { analysis(heap) } else { 0 };
    if need <= room.available {
        return Ok(());
    }
    let (need, available, limit) = ((need >> 20) + 1, room.available >> 20, room.limit >> 20);
    let when = if room.container { "in the container" } else { "on the machine" };
    Err(if v8 + reserve(room.limit) > room.available {
        Error::CaptureMemory { need, available, limit, when }
    } else {
        Error::AnalysisMemory { need, available, limit, when }
    })
}

/// What must stay free for the app while a child works: it goes on allocating, and memory is followed
/// only so many times a second.
pub fn reserve(limit: u64) -> u64 {
    (limit / 32).clamp(32 << 20, 512 << 20)
}

#[cfg(test)]
mod tests {
    use super::{Experience, Heap, check_inline};
    use crate::sys::memory::Room;

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
    fn an_inline_capture_must_fit_with_its_analysis() {
        let heap = Heap { small: 100 * MB, large: 0 };
        let code = |available: u64, analysed| {
            let room = Room { available: available * MB, limit: 1024 * MB, container: true };
            check_inline(heap, analysed, room).map_err(|error| error.code().to_owned())
        };
        assert_eq!(code(700, true), Ok(()));
        assert_eq!(code(400, true), Err("LG_ANALYSIS_MEMORY".to_owned()));
        assert_eq!(code(400, false), Ok(()));
        assert_eq!(code(200, false), Err("LG_CAPTURE_MEMORY".to_owned()));
        assert_eq!(code(200, true), Err("LG_CAPTURE_MEMORY".to_owned()));
    }

    #[test]
    fn learns_nothing_from_nothing() {
        let mut experience = Experience::default();
        experience.learn(Heap { small: 0, large: 0 }, 0);
        let heap = Heap { small: MB, large: 0 };
        assert_eq!(experience.need(heap), Experience::default().need(heap));
    }
}
