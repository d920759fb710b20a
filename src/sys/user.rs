//! Who this process acts as.

/// The effective user's number; 0 where there are none, and nobody asks.
pub fn effective() -> u32 {
    #[cfg(unix)]
    // SAFETY: reads a number of the process; cannot fail.
    return unsafe { libc::geteuid() };
    #[cfg(not(unix))]
    return 0;
}
