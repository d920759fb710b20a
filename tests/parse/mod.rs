//! What the parser's tests share: a writer of small snapshots, the naive parser they are compared with,
//! and ways to run the real one.
#![allow(dead_code, reason = "each test file is a crate of its own and may use a part of this")]

pub mod oracle;
pub mod runs;
pub mod writer;
