//! The process's standard streams, used from a thread while JavaScript owns the event loop.
//!
//! A pipe may be in non-blocking mode because another process that shares it (a shell's other jobs, a parent
//! Node) set it so; then a read or write that has to wait fails with `WouldBlock`, and is tried again here.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

/// Long enough to cost nothing, short enough not to be felt.
const PAUSE: Duration = Duration::from_millis(1);

/// A stream whose reads and writes wait.
pub struct Patient(File);

#[cfg(unix)]
fn own(stream: impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own(stream: impl std::os::windows::io::AsHandle) -> io::Result<File> {
    Ok(File::from(stream.as_handle().try_clone_to_owned()?))
}

pub fn input() -> io::Result<Patient> {
    own(io::stdin()).map(Patient)
}

/// Not buffered, unlike `std::io::stdout`: callers write large pieces.
pub fn output() -> io::Result<Patient> {
    own(io::stdout()).map(Patient)
}

fn wait<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            other => return other,
        }
    }
}

impl Read for Patient {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        wait(|| self.0.read(into))
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        wait(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
