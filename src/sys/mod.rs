//! What Rust's standard library has no safe word for: forking a multi-threaded process and following its
//! child, vector instructions. The only room where `unsafe` is allowed; everything it exports is safe to call.
//!
//! In: descriptors and process ids. Out: `io::Result`s and plain numbers (bytes, milliseconds, clock
//! ticks). Nothing here knows what a heap snapshot is.
//!
//! Forking works on 64-bit Linux. Elsewhere [`fork::supported`] says why not, and the rest of the crate
//! compiles and works without it.
#![expect(unsafe_code, reason = "the one room for it: system calls, the loader's tables, intrinsics")]

pub mod allocator;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod child;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod fork;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod got;
pub mod mask;
#[cfg(target_os = "linux")]
pub mod memory;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod pace;
#[cfg(unix)]
pub mod pipe;
pub mod prefetch;
#[cfg(target_os = "linux")]
pub mod process;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod settle;
#[cfg(target_os = "linux")]
pub mod threads;
#[cfg(target_os = "linux")]
pub mod usage;
pub mod user;
