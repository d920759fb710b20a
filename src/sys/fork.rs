//! Forking a running Node.js process so that V8 still works in the child.
//!
//! In: the descriptors that the child keeps. Out: twice, once per process. Cost in the parent: one walk
//! over its mappings (under 1 ms) plus the kernel's copying of page tables (about 3 ms per 100 MB).
//!
//! Why each step is needed:
//! - V8 marks its heap `MADV_DONTFORK`; a child without it dies at its first instruction in JavaScript.
//! - `clone` is called directly, with no exit signal, so that the app gets no SIGCHLD for a child that is
//!   none of its own. glibc's `fork` has no such choice. What glibc would do besides is to take malloc's
//!   locks around the system call: without that, the child hangs when another thread was inside malloc's
//!   main arena at that instant. That is rare, looks like any other stuck child, and is cured alike, by
//!   trying again.
//! - The rest happens in the child: see `settle`.

use std::ffi::c_int;
use std::io::{self, BufRead, BufReader};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::OnceLock;
use std::{fs, mem, ptr};

use crate::sys::child::{Child, exit};
use crate::sys::got::{self, Slots};
use crate::sys::settle;

/// On which side of a fork we are.
#[derive(Debug)]
pub enum Side {
    Parent(Child),
    Child,
}

/// How much the child may disturb the app and its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Priority {
    /// It runs when nobody else wants to: nice 19, idle IO.
    #[default]
    Lowest,
    /// As the app itself, for when its result is what everybody waits for.
    Inherited,
}

/// The functions that wait, in vain, for threads which exist only in the parent.
const WAKERS: [&std::ffi::CStr; 2] = [c"pthread_cond_signal", c"pthread_cond_broadcast"];

/// At most this many descriptors can be kept.
const MAX_KEPT: usize = 4;

/// Whether this process can be forked, or why not. Harmless; asks the system, keeps nothing.
pub fn supported() -> Result<(), String> {
    if !got::SUPPORTED {
        return Err(format!("forking is not supported on {}", std::env::consts::ARCH));
    }
    for path in ["/proc/self/maps", "/proc/self/fd", "/proc/self/stat"] {
        fs::File::open(path).map_err(|error| format!("{path} is not available: {error}"))?;
    }
    if filtered() {
        PROBE.get_or_init(probe).clone()?;
    }
    if Slots::find(&WAKERS).len() == 0 {
        return Err("the program calls no condition variables through a table that can be patched".to_owned());
    }
    Ok(())
}

/// What a fork came to where system calls are filtered, tried once.
static PROBE: OnceLock<Result<(), String>> = OnceLock::new();

/// Whether the system calls of this process are filtered (`SECCOMP_MODE_FILTER`), as in most containers.
fn filtered() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status.lines().any(|line| line.strip_prefix("Seccomp:").is_some_and(|mode| mode.trim() == "2"))
    })
}

/// What a filter lets pass can only be found out by trying: a fork whose child ends at once, before V8's heap
/// is marked for copying, so that it costs next to nothing.
fn probe() -> Result<(), String> {
    let mask = block_signals();
    let mut pidfd: c_int = -1;
    let pid = clone_process(&mut pidfd);
    if pid == 0 {
        exit(0);
    }
    let error = io::Error::last_os_error();
    restore_signals(&mask);
    match pid {
        // Dropping it reaps it.
        1.. => Child::adopt(pid, pidfd).wait().map(|_exit| ()).map_err(|error| error.to_string()),
        _ => Err(format!("the sandbox forbids to fork: {error}")),
    }
}

/// Forks. In the child only `keep`, the calling thread and a copy of the memory remain, `/dev/null`
/// stands in for standard input and output, and it must end by [`crate::sys::child::exit`].
pub fn fork(keep: &[BorrowedFd<'_>], priority: Priority) -> io::Result<Side> {
    let mut kept = [0; MAX_KEPT];
    let kept = kept.get_mut(..keep.len()).ok_or(io::ErrorKind::InvalidInput)?;
    for (slot, fd) in kept.iter_mut().zip(keep) {
        *slot = fd.as_raw_fd();
    }
    kept.sort_unstable();
    let slots = Slots::find(&WAKERS);
    allow_inheritance()?;
    // SAFETY: always succeeds.
    let parent = unsafe { libc::getpid() };
    let mask = block_signals();
    let mut pidfd: c_int = -1;
    let pid = clone_process(&mut pidfd);
    if pid == 0 {
        enter(parent, kept, &slots, priority);
        return Ok(Side::Child);
    }
    let error = io::Error::last_os_error();
    restore_signals(&mask);
    match pid {
        1.. => Ok(Side::Parent(Child::adopt(pid, pidfd))),
        _ => Err(error),
    }
}

fn enter(parent: libc::pid_t, kept: &[RawFd], slots: &Slots, priority: Priority) {
    // SAFETY: called once, right after the fork, in the child; the slots were found before it.
    unsafe { settle::settle(parent, kept, slots, priority) };
}

/// `fork(2)` with no exit signal and, where the kernel can, a pidfd.
fn clone_process(pidfd: &mut c_int) -> libc::pid_t {
    let with_pidfd = raw_clone(libc::CLONE_PIDFD, pidfd);
    if with_pidfd >= 0 {
        return with_pidfd;
    }
    *pidfd = -1;
    raw_clone(0, pidfd)
}

fn raw_clone(flags: c_int, pidfd: &mut c_int) -> libc::pid_t {
    let none: *mut c_int = ptr::null_mut();
    // SAFETY: without CLONE_VM and with a null stack this is fork: the child returns here on a copy of
    // the same stack. The kernel writes the pidfd only when the flag asks for it.
    let pid =
        unsafe { libc::syscall(libc::SYS_clone, flags as usize, none, ptr::from_mut(pidfd), none, none) };
    pid as libc::pid_t
}

/// Undoes `MADV_DONTFORK` on the private anonymous mappings: V8's heap, its code and our stacks. It stays
/// undone, which costs nothing: libuv starts processes without copying page tables.
fn allow_inheritance() -> io::Result<()> {
    for line in BufReader::new(fs::File::open("/proc/self/maps")?).split(b'\n') {
        if let Some((start, end)) = private_anonymous(&line?) {
            // SAFETY: this advice changes what forks copy, never the memory. A mapping that vanished
            // meanwhile or cannot be inherited (a device's) is refused without effect.
            unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DOFORK) };
        }
    }
    Ok(())
}

/// The address range of a `/proc/self/maps` line such as
/// `3f1a00000000-3f1a00040000 rw-p 00000000 00:00 0`, when it is private and has no file behind it.
fn private_anonymous(line: &[u8]) -> Option<(usize, usize)> {
    let mut fields = line.split(|&byte| byte == b' ').filter(|field| !field.is_empty());
    let range = std::str::from_utf8(fields.next()?).ok()?;
    let permissions = fields.next()?;
    let (_offset, _device, inode) = (fields.next()?, fields.next()?, fields.next()?);
    if permissions.get(3) != Some(&b'p') || inode != b"0" {
        return None;
    }
    // The kernel's own pages: [vdso], [vvar], [vsyscall].
    if fields.next().is_some_and(|name| name.starts_with(b"[v")) {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    Some((usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?))
}

/// Until the child has settled, a signal would run the app's handlers there.
fn block_signals() -> libc::sigset_t {
    // SAFETY: all-zero is a valid set.
    let mut all: libc::sigset_t = unsafe { mem::zeroed() };
    let mut old = all;
    // SAFETY: `all` is valid for writing.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: both sets are valid.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut old) };
    old
}

fn restore_signals(mask: &libc::sigset_t) {
    // SAFETY: the mask came from `block_signals`; the current one is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, ptr::from_ref(mask), ptr::null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::{private_anonymous, probe};

    /// Refuses `clone` without CLONE_THREAD, and `fork`-like calls of the present thread, with EPERM.
    fn forbid_forks() {
        const LOAD_NUMBER: libc::sock_filter = libc::sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 };
        const LOAD_FLAGS: libc::sock_filter = libc::sock_filter { code: 0x20, jt: 0, jf: 0, k: 16 };
        let jump = |code, k, jt, jf| libc::sock_filter { code, jt, jf, k };
        let end = |k| libc::sock_filter { code: 0x06, jt: 0, jf: 0, k };
        let mut program = [
            LOAD_NUMBER,
            jump(0x15, libc::SYS_clone as u32, 0, 3),
            LOAD_FLAGS,
            jump(0x45, libc::CLONE_THREAD as u32, 1, 0),
            end(libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
            end(libc::SECCOMP_RET_ALLOW),
        ];
        let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
        // SAFETY: plain numbers.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }, 0);
        // SAFETY: the program outlives the call; the kernel copies it.
        let set = unsafe {
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, std::ptr::from_ref(&filter))
        };
        assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
    }

    #[test]
    fn a_filter_that_forbids_forks_is_noticed() {
        probe().unwrap();
        // A filter holds for the thread that sets it, and for good.
        let refused = std::thread::spawn(|| {
            forbid_forks();
            probe()
        });
        assert_eq!(
            refused.join().unwrap().unwrap_err(),
            "the sandbox forbids to fork: Operation not permitted (os error 1)"
        );
    }

    #[test]
    fn picks_private_memory_without_a_file() {
        let heap = private_anonymous(b"3f1a00000000-3f1a00040000 rw-p 00000000 00:00 0 ");
        assert_eq!(heap, Some((0x3f1a_0000_0000, 0x3f1a_0004_0000)));
        let named = private_anonymous(b"7ffc1000-7ffc2000 rw-p 00000000 00:00 0                  [stack]");
        assert_eq!(named, Some((0x7ffc_1000, 0x7ffc_2000)));
    }

    #[test]
    fn leaves_files_shared_memory_and_the_kernels_pages_alone() {
        for line in [
            "00400000-00746000 r--p 00000000 fe:00 131 /usr/bin/node",
            "7f0000000000-7f0000001000 rw-s 00000000 00:01 0 /dev/zero (deleted)",
            "7fff0000-7fff1000 r-xp 00000000 00:00 0 [vdso]",
            "7fff0000-7fff1000 r--p 00000000 00:00 0 [vvar_vclock]",
            "",
            "nonsense",
        ] {
            assert_eq!(private_anonymous(line.as_bytes()), None, "{line}");
        }
    }
}
