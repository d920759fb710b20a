//! Pipes: larger ones, and waiting for several descriptors at a time. (Making one is `std::io::pipe`.)

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

/// Asks for room for `bytes` in a pipe, so that its two ends hand over less often. A refusal (the
/// user's quota, another system than Linux) leaves the pipe as it was.
pub fn widen(fd: BorrowedFd<'_>, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
        // SAFETY: no pointers; the descriptor is borrowed, so it is open.
        unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETPIPE_SZ, bytes) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (fd, bytes);
}

/// Waits until one of the descriptors can be read without waiting, or is at its end, or `timeout` has
/// passed. Out: for each descriptor, whether it is ready.
pub fn wait_readable<const N: usize>(
    fds: [Option<BorrowedFd<'_>>; N],
    timeout: Duration,
) -> io::Result<[bool; N]> {
    let mut polled = fds.map(|fd| libc::pollfd {
        // Negative descriptors are skipped by the kernel.
        fd: fd.map_or(-1, |fd| fd.as_raw_fd()),
        events: libc::POLLIN,
        revents: 0,
    });
    let timeout = libc::c_int::try_from(timeout.as_millis()).unwrap_or(libc::c_int::MAX);
    // SAFETY: `polled` holds N valid entries.
    let status = unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, timeout) };
    if status < 0 {
        let error = io::Error::last_os_error();
        // An interrupted wait is a wait that ended early.
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
        return Ok([false; N]);
    }
    Ok(polled.map(|entry| entry.revents != 0))
}
