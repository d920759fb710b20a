//! Sends summaries to a server, off by default. A summary is on disk before it counts as emitted, and stays there until
//! the server has confirmed it: at least once, with an idempotency key.
//!
//! In: contents. Out: gzip JSON by POST, one thread, one request at a time. Every failure is waited out
//! ([`backoff`]); nothing here ever blocks the event loop or ends the process.

pub mod backoff;
pub mod client;
pub mod signature;
pub mod spool;
pub mod summary;
mod worker;

pub use worker::{Counts, PushOptions, Pusher};
