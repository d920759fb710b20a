//! Questions to an opened snapshot, as somebody asks them who looks around in it: the classes, their objects, what an
//! object holds and who holds it, the dominator tree, texts, buffers, and what changed from one snapshot to another.
//!
//! A [`Snapshot`] is a graph with the indexes the questions need, each built by the first question that needs it. Each
//! noun has a file with its questions; answers are serde structs, and lists come in pages ([`page`]). A [`Shelf`]
//! holds the files, and as many opened snapshots as there is memory for.
//!
//! What is asked often has an index (class to objects, dominator to dominated, all objects by retained size); what
//! is asked about one object at a time has none, because reading one column from end to end is fast enough: of the
//! snapshot of 10 million nodes, who refers to an object is found by comparing 30 million numbers in 20 ms, and an
//! index of it would take 280 MB. docs/benchmarks has the figures.

pub mod buffers;
pub mod children;
pub mod classes;
pub mod compare;
pub mod detail;
pub mod diagnosis;
pub mod dominators;
pub mod file;
pub mod growth;
pub mod nodes;
pub mod opening;
pub mod page;
pub mod pair;
pub mod pairs;
pub mod retainers;
pub mod row;
pub mod search;
pub mod shelf;
pub mod snapshot;
pub mod strings;
pub mod summary;

mod groups;
mod preview;
mod texts;

pub use page::{Order, Page, Window};
pub use shelf::{Opened, Shelf};
pub use snapshot::{Index, Snapshot};
