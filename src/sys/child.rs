//! The parent's handle on a forked child, and the child's way out.
//!
//! The child was made without an exit signal, so its end raises no SIGCHLD and no `waitpid(-1)` of the
//! app can see it: only [`Child::try_reap`], which asks for this one process, ever does.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::sys::settle;

/// How a child ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Code(i32),
    Signal(i32),
}

impl Exit {
    /// In words, for an error message.
    pub fn describe(self) -> String {
        match self {
            Self::Code(settle::LOST_PARENT) => "its parent was gone".to_owned(),
            Self::Code(settle::NO_PATCH) => "the function table could not be made writable".to_owned(),
            Self::Code(settle::NO_CLOSE) => "inherited descriptors could not be closed".to_owned(),
            Self::Code(code) => format!("it exited with status {code}"),
            Self::Signal(libc::SIGKILL) => "it was killed (SIGKILL: out of memory?)".to_owned(),
            Self::Signal(signal) => format!("it was ended by signal {signal}"),
        }
    }
}

/// A running or ended, not yet reaped, child. Dropping it kills and reaps it.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
    /// Becomes readable when the child ends. `None` before Linux 5.2 or where a sandbox forbids it.
    pidfd: Option<OwnedFd>,
    exit: Option<Exit>,
}

impl Child {
    /// Takes over a child that nobody else will wait for; `pidfd` is negative when there is none.
    pub(super) fn adopt(pid: libc::pid_t, pidfd: libc::c_int) -> Self {
        // SAFETY: the kernel has just made this descriptor for us.
        let pidfd = (pidfd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(pidfd) });
        Self { pid, pidfd, exit: None }
    }

    pub fn pid(&self) -> u32 {
        self.pid as u32
    }

    /// To be polled for readability, which means that the child has ended.
    pub fn ended(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    /// Ends the child. Until it is reaped its number belongs to nobody else, so the right one is hit.
    pub fn kill(&self) {
        if self.exit.is_none() {
            // SAFETY: no pointers; the pid is our unreaped child.
            unsafe { libc::kill(self.pid, libc::SIGKILL) };
        }
    }

    /// How the child ended, or `None` while it runs.
    pub fn try_reap(&mut self) -> io::Result<Option<Exit>> {
        self.reap(libc::WNOHANG)
    }

    /// Waits for the end of the child, which must be near: after [`Child::kill`] or its last message.
    pub fn wait(&mut self) -> io::Result<Exit> {
        loop {
            if let Some(exit) = self.reap(0)? {
                return Ok(exit);
            }
        }
    }

    fn reap(&mut self, flags: libc::c_int) -> io::Result<Option<Exit>> {
        if self.exit.is_some() {
            return Ok(self.exit);
        }
        let mut status = 0;
        loop {
            // `__WALL`: children without an exit signal are left out otherwise.
            // SAFETY: `status` is valid for writing.
            match unsafe { libc::waitpid(self.pid, &raw mut status, flags | libc::__WALL) } {
                0 => return Ok(None),
                pid if pid == self.pid => break,
                _ => {
                    let error = io::Error::last_os_error();
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
            }
        }
        self.exit = Some(if libc::WIFSIGNALED(status) {
            Exit::Signal(libc::WTERMSIG(status))
        } else {
            Exit::Code(libc::WEXITSTATUS(status))
        });
        Ok(self.exit)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
        // An error can only mean that someone else has reaped it, which leaves no zombie either.
        let _ = self.wait();
    }
}

/// Leaves a forked child: no destructors, no exit handlers, no flushing of buffers that the parent will
/// flush itself.
pub fn exit(status: i32) -> ! {
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(status) }
}
