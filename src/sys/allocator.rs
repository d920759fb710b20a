//! The C library's allocator, told what kind of process this is.

/// From this size on, blocks get a mapping of their own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: std::ffi::c_int = 1 << 20;

/// Makes freed columns go back to the system at once. glibc raises the size from which a block gets a mapping
/// of its own to that of the largest one freed, 32 MiB at most; smaller columns then stay with the process,
/// a tenth of the file. It holds for the whole process, so only a process of our own may say it.
pub fn return_freed_columns() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes two integers, and is safe to call while other threads allocate. A refusal changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
    }
}
