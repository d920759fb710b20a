//! Diagnosis: from graphs to "this grows, this keeps it, here is the line".
//!
//! One snapshot's [`Graph`](crate::graph::Graph) becomes a [`Digest`]: the dominator tree folded by path
//! signature. Digests of several rounds and the last graph become a [`Diagnosis`].
//!
//! ```text
//! Graph ─► fold ─► Digest ─┐
//!                          ├─► candidates ─► suspects (growth points) ─► paths, places, detectors ─► Diagnosis
//! earlier Digests ─────────┘
//! ```

pub mod allocated;
pub mod allocation;
pub mod bound;
pub mod candidates;
pub mod clusters;
pub mod comparison;
pub mod container;
pub mod declaration;
pub mod detectors;
pub mod diagnose;
pub mod diff;
pub mod digest;
pub mod drained;
pub mod evidence;
pub mod expiry;
pub mod expression;
pub mod fold;
pub mod function_text;
pub mod growth_point;
pub mod keepers;
pub mod label;
pub mod length_check;
pub mod locator;
pub mod members;
pub mod moved;
pub mod packages;
pub mod path;
pub mod pending_timers;
pub mod places;
pub mod profiler_view;
pub mod reach;
pub mod removal;
pub mod retaining;
pub mod role;
pub mod scripts;
pub mod series;
pub mod source_map;
pub mod source_text;
pub mod stack;
pub mod suspect;
pub mod suspects;
pub mod tally;
pub mod trend;
pub mod wording;

pub use crate::report::Diagnosis;
pub use diagnose::{Options, diagnose};
pub use digest::Digest;
pub use scripts::{Script, ScriptTable};
pub use series::Series;
