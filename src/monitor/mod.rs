//! Watches a running process and says whether its memory leaks.
//!
//! In: samples of the heap after major collections, of the process from the kernel, of how busy it is. Out: an
//! [`Assessment`] with a verdict, bytes per hour, confidence and the time left until the limit. Bytes and
//! milliseconds throughout. All state is bounded ([`history`]: 74 KB); nothing here blocks or allocates on the event
//! loop's thread beyond a handful of numbers per sample.
//!
//! ```text
//! sample ─► history (ring ─► four tiers) ─► window (Theil–Sen, Mann–Kendall, bend, load) ─► watcher ─► assessment
//! ```

pub mod assessment;
pub mod history;
pub mod mann_kendall;
pub mod pulse;
pub mod ring;
mod rise;
pub mod sample;
pub mod sampler;
pub mod theil_sen;
pub mod watcher;
pub mod window;

pub use assessment::{Assessment, Verdict};
pub use sample::{ActivitySample, Area, HeapSample, ProcessSample};
pub use sampler::{Sampler, SamplerOptions, State};
pub use watcher::{Watcher, WatcherOptions};
