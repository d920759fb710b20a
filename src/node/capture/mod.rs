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
use crate::capture::{Analyst, Briefing, Intake, Outcome, Script};
use crate::error::Result;

/// Who wants a snapshot.
pub trait Client: Send + Sync {
    /// One for each try; it runs on another thread or in a forked child.
    fn analyst(&self) -> Box<dyn Analyst>;

    /// Takes what the analyst made, off the event loop. Out: what JavaScript shall see of it (JSON).
    fn accept(&self, analysis: Vec<u8>) -> Result<Option<String>>;
}

/// Wants nothing but the file.
pub struct FileOnly;

impl Client for FileOnly {
    fn analyst(&self) -> Box<dyn Analyst> {
        Box::new(NoAnalysis)
    }

    fn accept(&self, _analysis: Vec<u8>) -> Result<Option<String>> {
        Ok(None)
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
            briefing: Briefing { scripts, threads, progress: Progress::default() },
            file: self.file.as_ref().map(PathBuf::from),
        }
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
