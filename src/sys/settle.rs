//! The first instants of a forked child: cut every tie to the parent that could be felt there.
//!
//! Only the forking thread exists now, and any lock may be held for ever by a thread that no longer does.
//! So this code allocates nothing, takes no lock and calls nothing but system calls; whatever fails and
//! matters ends the child at once, and the parent sees the exit status.

use std::ffi::{c_int, c_void};
use std::os::fd::RawFd;
use std::{mem, ptr};

use crate::sys::fork::Priority;
use crate::sys::got::Slots;

/// Exit statuses of a child that could not settle; the parent turns them into words.
pub(super) const LOST_PARENT: c_int = 81;
pub(super) const NO_PATCH: c_int = 82;
pub(super) const NO_CLOSE: c_int = 83;

/// Runs in the child, on its only thread, with all signals blocked.
///
/// # Safety
/// Only in a freshly forked child; `slots` was found in the parent.
pub(super) unsafe fn settle(parent: libc::pid_t, keep: &[RawFd], slots: &Slots, priority: Priority) {
    die_with(parent);
    // SAFETY: we are the only thread, and `no_waiters` has the searched functions' signature.
    let patched = unsafe { slots.point_at(no_waiters as *const () as usize) };
    if !patched {
        super::child::exit(NO_PATCH);
    }
    reset_signals();
    if !close_all_but(keep) {
        super::child::exit(NO_CLOSE);
    }
    if priority == Priority::Lowest {
        step_back();
    }
    die_first();
    unblock_signals();
}

/// In a one-threaded process nobody waits, so waking nobody is all there is to do. glibc's own functions
/// would wait for the waiters that the fork did not copy.
extern "C" fn no_waiters(_condition: *mut c_void) -> c_int {
    0
}

/// The child must not outlive the app. The parent may have died before the request was in place.
fn die_with(parent: libc::pid_t) {
    // SAFETY: a plain request, no pointers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    // SAFETY: always succeeds.
    let now = unsafe { libc::getppid() };
    // 0 stands for a parent in another pid namespace, whose id cannot be compared.
    if now != parent && now != 0 {
        super::child::exit(LOST_PARENT);
    }
}

/// The app's handlers must not run here: libuv's writes to a pipe that is shared with the parent. A
/// group of its own keeps signals away that were meant for the app's (Ctrl-C, a supervisor's restart).
fn reset_signals() {
    // SAFETY: all-zero is a valid `sigaction`: default handling, empty mask, no flags.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    for signal in 1..libc::SIGRTMAX() + 1 {
        // A pipe whose reader is gone and a file that may not grow shall be errors, not deaths.
        let error = matches!(signal, libc::SIGPIPE | libc::SIGXFSZ);
        action.sa_sigaction = if error { libc::SIG_IGN } else { libc::SIG_DFL };
        // SAFETY: `action` is valid; numbers that may not be changed are refused without effect.
        unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
    }
    // SAFETY: no pointers; at worst it is refused and the child stays in the app's group.
    unsafe { libc::setpgid(0, 0) };
}

fn unblock_signals() {
    // SAFETY: all-zero is the empty set on Linux.
    let none: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: `none` is valid, the old mask is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()) };
}

/// Closes every descriptor but `keep`, so that no client waits for an end of connection that the app has
/// long sent. The three standard ones become `/dev/null`, and so do eventfds: through them V8's platform
/// wakes the event loop, and libuv aborts when it cannot.
fn close_all_but(keep: &[RawFd]) -> bool {
    // SAFETY: the path is a C string.
    let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC) };
    // SAFETY: as above.
    let list = unsafe { libc::open(c"/proc/self/fd".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY) };
    if null < 0 || list < 0 {
        return false;
    }
    for standard in 0..3 {
        if !keep.contains(&standard) {
            replace(standard, null);
        }
    }
    let settled = for_each_entry(list, |fd| {
        if fd < 3 || fd == null || fd == list || keep.contains(&fd) {
            return;
        }
        if is_eventfd(list, fd) {
            replace(fd, null);
        } else {
            close(fd);
        }
    });
    close(list);
    if null > 2 {
        close(null);
    }
    settled
}

fn close(fd: RawFd) {
    // SAFETY: closing is all this does, and in the child nobody else uses the descriptor.
    unsafe { libc::close(fd) };
}

fn replace(fd: RawFd, with: RawFd) {
    if fd != with {
        // SAFETY: as for closing.
        unsafe { libc::dup2(with, fd) };
    }
}

/// Whether the entry of `/proc/self/fd` for `fd` says so. (The type of such files in `fstat` differs
/// between kernels.)
fn is_eventfd(list: RawFd, fd: RawFd) -> bool {
    const EVENTFD: &[u8] = b"anon_inode:[eventfd";
    let mut name = [0_u8; 12];
    let mut number = fd;
    for digit in (0..name.len() - 1).rev() {
        name[digit] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let first = name.iter().position(|&byte| byte != b'0').unwrap_or(0);
    let mut link = [0_u8; EVENTFD.len()];
    let name = name[first..].as_ptr().cast();
    // SAFETY: `name` ends with a zero byte; `link` is valid for writing its length.
    let length = unsafe { libc::readlinkat(list, name, link.as_mut_ptr().cast(), link.len()) };
    usize::try_from(length).is_ok_and(|length| &link[..length] == EVENTFD)
}

/// Calls back with every number in a directory such as `/proc/self/fd`, without allocating.
fn for_each_entry(directory: RawFd, mut visit: impl FnMut(RawFd)) -> bool {
    /// Where in `struct linux_dirent64` its own length and the name are.
    const LENGTH: usize = 16;
    const NAME: usize = 19;
    let mut buffer = [0_u8; 4096];
    loop {
        // SAFETY: the buffer is valid for writing its length.
        let count =
            unsafe { libc::syscall(libc::SYS_getdents64, directory, buffer.as_mut_ptr(), buffer.len()) };
        let Ok(count) = usize::try_from(count) else { return false };
        if count == 0 {
            return true;
        }
        let mut entries = &buffer[..count];
        while let Some(length) = entries.get(LENGTH..LENGTH + 2) {
            let length = usize::from(u16::from_ne_bytes([length[0], length[1]]));
            let Some((entry, rest)) = entries.split_at_checked(length.max(NAME)) else { return false };
            if let Some(number) = leading_number(&entry[NAME..]) {
                visit(number);
            }
            entries = rest;
        }
    }
}

/// A name's number, when digits are all it has before its zero byte.
fn leading_number(name: &[u8]) -> Option<RawFd> {
    let end = name.iter().position(|&byte| byte == 0)?;
    let digits = &name[..end];
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i32, |number, &byte| {
        let digit = byte.is_ascii_digit().then(|| i32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The app goes first: the child takes the processor and the disk when nobody else wants them.
fn step_back() {
    // SAFETY: no pointers.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) };
    const IOPRIO_WHO_PROCESS: c_int = 1;
    const IOPRIO_CLASS_IDLE: c_int = 3 << 13;
    // SAFETY: no pointers.
    unsafe { libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_IDLE) };
}

/// The child is the one to die when memory runs out, and leaves no core file full of the app's data.
fn die_first() {
    write_to(c"/proc/self/oom_score_adj", b"1000");
    write_to(c"/proc/self/coredump_filter", b"0");
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `none` is valid; lowering one's own limit is always allowed.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// Best effort: a hardened `/proc` may refuse, and the capture can go on without.
fn write_to(path: &std::ffi::CStr, text: &[u8]) {
    // SAFETY: the path is a C string.
    let fd = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    if fd < 0 {
        return;
    }
    // SAFETY: `text` is valid for reading its length.
    unsafe { libc::write(fd, text.as_ptr().cast(), text.len()) };
    // SAFETY: opened above, used nowhere else.
    unsafe { libc::close(fd) };
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

    use super::{for_each_entry, is_eventfd, leading_number};

    #[test]
    fn lists_open_descriptors_and_knows_eventfds() {
        // SAFETY: no pointers.
        let event = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
        assert!(event >= 0);
        // SAFETY: just opened.
        let event = unsafe { OwnedFd::from_raw_fd(event) };
        let list = File::open("/proc/self/fd").unwrap();
        let mut seen = Vec::new();
        assert!(for_each_entry(list.as_raw_fd(), |fd| seen.push(fd)));
        assert!(seen.contains(&event.as_raw_fd()) && seen.contains(&0));
        assert!(is_eventfd(list.as_raw_fd(), event.as_raw_fd()));
        assert!(!is_eventfd(list.as_raw_fd(), list.as_raw_fd()));
        assert!(!is_eventfd(list.as_raw_fd(), i32::MAX));
    }

    #[test]
    fn reads_numbers() {
        assert_eq!(leading_number(b"120\0junk"), Some(120));
        assert_eq!(leading_number(b"0\0"), Some(0));
        for other in [&b".\0"[..], b"..\0", b"\0", b"12", b"9999999999\0"] {
            assert_eq!(leading_number(other), None);
        }
    }
}
