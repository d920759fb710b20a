//! leakguard: finds memory leaks in Node.js processes and names them.
//!
//! Data flows one way, and a module imports only from modules before it (plus `ids` and `error`):
//!
//! ```text
//! capture ─► parse ─► graph ─► analysis ─► report ─► deliver
//! (bytes)   (columns) (CSR +    (classes,   (versioned  (HTTP, push,
//!                     dominators) diff,      serde       CLI text,
//!                               suspects)    types)      test messages)
//! ```
//!
//! `sys` sits under `capture` and is the only module where `unsafe` is allowed; `node` sits on top of
//! everything and is the only module that knows Node-API exists.

pub mod error;
pub mod ids;

pub mod sys;

pub mod capture;
pub mod graph;
pub mod parse;
pub mod scrub;

pub mod analysis;
pub mod report;

pub mod explore;

pub mod deliver;
pub mod monitor;

#[cfg(feature = "node")]
pub mod node;
