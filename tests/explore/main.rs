//! Questions to a snapshot against naive oracles, on random heaps and on the fixtures.
//!
//! - `heap`: random heaps
//! - `questions`: lists, paging, trees, search, each beside the plain way to find the same
//! - `pairs`: two snapshots beside each other
//! - `fixtures`: real snapshots, beside what the command line prints about them
//! - `http`: the addresses
//! - `shelf`: which files are opened, and for how long

#[path = "../graph/draft.rs"]
#[expect(dead_code, reason = "shared with the tests of the graph, which use more of it")]
mod draft;
mod fixtures;
mod heap;
mod http;
mod pairs;
mod questions;
mod shelf;
