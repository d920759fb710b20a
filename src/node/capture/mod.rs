//! Captures for JavaScript. `lib/capture/*.js` drives these classes: it calls V8, they own the bytes.
//!
//! Who wants the snapshot is a [`Client`]: the seam through which a series of snapshots brings its analyst
//! and takes the result back. Without one, a capture only keeps a file.

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod fork;
pub mod inline;

use std::path::PathBuf;

use napi_derive::napi;

use crate::capture::analyst::{NoAnalysis, Progress};
#[cfg(target_os = "linux")]
use crate::capture::need;
use crate::capture::need::Heap;
use crate::capture::{Analyst, Briefing, Intake, Outcome, Script};
use crate::error::Result;
#[cfg(target_os = "linux")]
use crate::sys::memory::Limits;

/// Who wants a snapshot.
pub trait Client: Send + Sync {
    /// One for each try; it runs on another thread or in a forked child.
    fn analyst(&self) -> Box<dyn Analyst>;

    /// Whether that takes memory of the order of the snapshot.
    fn analyses(&self) -> bool {
        true
    }

    /// Takes what the analyst made, off the event loop. Out: what JavaScript shall see of it (JSON).
    fn accept(&self, analysis: Vec<u8>) -> Result<Option<String>>;
}

/// Wants nothing but the file.
pub struct FileOnly;

impl Client for FileOnly {
    fn analyst(&self) -> Box<dyn Analyst> {
        Box::new(NoAnalysis)
    }

    fn analyses(&self) -> bool {
        false
    }

    fn accept(&self, _analysis: Vec<u8>) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Used bytes of the heap, by kind of space; see `lib/capture/heap-shape.js`.
#[napi(object)]
#[derive(Clone, Copy, Debug)]
pub struct HeapShape {
    pub small: f64,
    pub large: f64,
}

impl From<HeapShape> for Heap {
    fn from(shape: HeapShape) -> Self {
        Self { small: shape.small.max(0.0) as u64, large: shape.large.max(0.0) as u64 }
    }
}

/// Options of every capture.
#[napi(object)]
#[derive(Clone, Debug, Default)]
pub struct CaptureOptions {
    /// Keep the snapshot, gzipped, under this name. Its directory is created if missing.
    pub file: Option<String>,
    /// Threads for the analysis; default 1.
    pub threads: Option<u32>,
    /// For everything together; default ten minutes. (Inline captures end by themselves.)
    pub timeout_ms: Option<u32>,
    /// Whether a forked child gets the processor only when nobody else wants it; default true.
    pub low_priority: Option<bool>,
    /// Percent of one processor that a forked child is held to; 0: not held. Default: a quarter of what the
    /// container may use, when that is less than two processors.
    pub cpu_percent: Option<u32>,
    /// For captures inside the app: its heap, so that what cannot fit is refused.
    pub heap: Option<HeapShape>,
    /// What an `AllocationProfile` has sampled, for inline captures.
    pub allocations: Option<String>,
}

/// One script of the captured isolate.
#[napi(object)]
#[derive(Clone, Debug)]
pub struct LoadedScript {
    pub id: u32,
    pub url: String,
    pub source_map_url: String,
}

/// What a capture leaves behind.
#[napi(object)]
#[derive(Clone, Debug)]
pub struct Captured {
    /// Size of the snapshot as V8 wrote it.
    pub bytes: f64,
    pub file: Option<String>,
    /// Size of the file on disk.
    pub file_bytes: f64,
    /// What the analysis found (JSON), if there was one.
    pub analysis: Option<String>,
}

impl CaptureOptions {
    fn intake(&self, analyst: Box<dyn Analyst>, scripts: Vec<LoadedScript>) -> Intake {
        let scripts = scripts.into_iter().map(Script::from).collect();
        let threads = self.threads.unwrap_or(1).max(1) as usize;
        Intake {
            analyst,
            briefing: Briefing {
                scripts,
                allocations: self.allocations.clone(),
                threads,
                progress: Progress::default(),
            },
            file: self.file.as_ref().map(PathBuf::from),
        }
    }
}

/// A container that may use less than this many processors at a time is rationed: what a child takes is felt.
#[cfg(target_os = "linux")]
const RATIONED: f64 = 2.0;
/// The child's part of the ration.
#[cfg(target_os = "linux")]
const CHILDS_PART: f64 = 0.25;

#[cfg(target_os = "linux")]
impl CaptureOptions {
    /// The share of one processor that a child shall be held to.
    fn percent(&self) -> Option<u32> {
        match self.cpu_percent {
            Some(0) => None,
            Some(percent) => Some(percent),
            None => {
                let processors = Limits::processors().filter(|&processors| processors < RATIONED)?;
                Some((processors * CHILDS_PART * 100.0).round() as u32)
            }
        }
    }

    /// Refuses a capture inside the app that cannot fit in memory, where that can be known.
    fn check_room(&self, analysed: bool) -> Result<()> {
        let (Some(heap), Ok(room)) = (self.heap, Limits::find().room()) else { return Ok(()) };
        need::check_inline(heap.into(), analysed, room)
    }
}

#[cfg(not(target_os = "linux"))]
impl CaptureOptions {
    fn check_room(&self, _analysed: bool) -> Result<()> {
        Ok(())
    }
}

impl From<LoadedScript> for Script {
    fn from(script: LoadedScript) -> Self {
        Self { id: script.id, url: script.url, source_map_url: script.source_map_url }
    }
}

impl Captured {
    /// Hands the analysis to the client; off the event loop.
    fn accept(outcome: Outcome, client: &dyn Client) -> Result<Self> {
        Ok(Self {
            bytes: outcome.bytes as f64,
            file: outcome.file.map(|path| path.to_string_lossy().into_owned()),
            file_bytes: outcome.file_bytes as f64,
            analysis: client.accept(outcome.analysis)?,
        })
    }
}
