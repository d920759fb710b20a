//! The diagnosis on small heaps that a test builds: what grows, where, and that healthy heaps stay silent.

mod clusters;
#[path = "../graph/draft.rs"]
#[expect(dead_code, reason = "the graph's own tests need more of it")]
mod draft;
mod folding;
mod growth;
mod heap;
mod stack;
mod verdicts;
