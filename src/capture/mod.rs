//! Getting a heap snapshot's bytes out of V8 and to an [`Analyst`], without harm to the app.
//!
//! In: an analyst, perhaps a file to keep. Out: an [`Outcome`], whose analysis is bytes that only the
//! caller understands. Three ways lead there, and the plumbing after the pipe is the same for all:
//!
//! ```text
//! fork    a forked child serialises its copy of the heap and analyses it there;
//!         the app is stopped for the milliseconds of the fork              (fork, watch, machine)
//! inline  V8 serialises in the app, which stands still meanwhile;
//!         threads of the app analyse                                      (inline)
//! sink    the same, from a stream of chunks: other platforms, workers     (inline)
//! ```
//!
//! Errors: `LG_CAPTURE_*`, and whatever the analyst says.

pub mod analyst;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod fork;
pub mod inline;
mod intake;
pub mod keep;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod machine;
#[cfg(unix)]
mod message;
pub mod need;
pub mod script_header;
pub mod store;
#[cfg(test)]
mod test_directory;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod watch;

pub use analyst::{Analyst, Briefing, Script};
pub use intake::{Complete, Intake, Outcome};

/// A path under which the calling process, and only it, can open a pipe's writing end.
#[cfg(unix)]
fn pipe_path(pipe: &std::io::PipeWriter) -> String {
    use std::os::fd::AsRawFd;
    let directory = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    format!("{directory}/{}", pipe.as_raw_fd())
}
