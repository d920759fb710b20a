//! Asks the processor to fetch a cache line it will need soon. Walking a heap graph is waiting for memory,
//! and the walks know some steps ahead where they will look next.

/// Fetches `slice[index]` into the cache, without waiting for it. Does nothing past the end, nor on a
/// processor for which there is no stable intrinsic.
#[inline(always)]
pub fn prefetch<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = slice.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing the program can see, and every x86-64 has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}
