//! Holding a forked child to a share of one processor.
//!
//! The lowest priority does not help where a container's processor time is rationed: what the child takes of the
//! ration is gone for the app, which then stands still until the next period. So the child is interrupted after
//! each slice of processor time, all threads together, and the thread that is interrupted sleeps until the clock has
//! caught up with the share. No SIGSTOP, which the app's parent could see; and no thread has to cooperate,
//! V8's neither.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::{mem, ptr};

/// Processor time between two interruptions, in microseconds.
const SLICE_US: libc::suseconds_t = 10_000;
/// The longest sleep in one go: a child that sleeps longer would look stuck (see `capture::watch`).
const LONGEST_NS: u64 = 150_000_000;
/// Less would take more sleep after a slice than that.
pub const LEAST_PERCENT: u32 = 10;

static PERCENT: AtomicU32 = AtomicU32::new(100);
static STARTED_NS: AtomicU64 = AtomicU64::new(0);

/// Holds this process to so many percent of one processor from now on. Only in a child, whose signals are its own.
pub fn hold(percent: u32) {
    PERCENT.store(percent.max(LEAST_PERCENT), Ordering::Relaxed);
    STARTED_NS.store(now(libc::CLOCK_MONOTONIC), Ordering::Relaxed);
    // SAFETY: all-zero is a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = pause as *const () as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler calls nothing that is not safe in one.
    unsafe { libc::sigaction(libc::SIGPROF, &raw const action, ptr::null_mut()) };
    let slice = libc::timeval { tv_sec: 0, tv_usec: SLICE_US };
    let timer = libc::itimerval { it_interval: slice, it_value: slice };
    // SAFETY: `timer` is valid. Where the call is refused the child goes on at full speed.
    unsafe { libc::syscall(libc::SYS_setitimer, ITIMER_PROF, &raw const timer, ptr::null_mut::<u8>()) };
}

/// `ITIMER_PROF` of setitimer(2): user and kernel time of all threads.
const ITIMER_PROF: c_int = 2;

/// The calling thread sleeps from here on for other reasons, so another one must be interrupted.
pub fn excuse_this_thread() {
    // SAFETY: all-zero is the empty set on Linux.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: `set` is valid for writing.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGPROF) };
    // SAFETY: `set` is valid; the old mask is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
}

extern "C" fn pause(_signal: c_int) {
    // SAFETY: always a valid pointer to this thread's own.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let used = now(libc::CLOCK_PROCESS_CPUTIME_ID);
    let passed = now(libc::CLOCK_MONOTONIC).saturating_sub(STARTED_NS.load(Ordering::Relaxed));
    let due = used / u64::from(PERCENT.load(Ordering::Relaxed).max(1)) * 100;
    let nap = due.saturating_sub(passed).min(LONGEST_NS);
    if nap > 0 {
        let time = libc::timespec { tv_sec: 0, tv_nsec: nap as libc::c_long };
        // SAFETY: `time` is valid; what is left is not asked for.
        unsafe { libc::nanosleep(&raw const time, ptr::null_mut()) };
    }
    // SAFETY: as above.
    unsafe { *errno = before };
}

fn now(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writing.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
