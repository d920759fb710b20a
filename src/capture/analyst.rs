//! Who makes sense of a snapshot: the seam between getting the bytes and understanding them.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Reads one snapshot and leaves behind what shall remain of it.
///
/// Made in the app before the capture, run where the bytes arrive: on a thread of a forked child, or of
/// the app. Everything it needs (earlier digests, options) must be plain data that it owns or shares
/// immutably: in a child, a lock or a thread pool from before the fork may never be released or answer.
pub trait Analyst: Send {
    /// `snapshot` ends where the snapshot ends. The result crosses to the app as it is.
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), briefing: &Briefing) -> Result<Vec<u8>>;
}

/// What an analyst is told besides the bytes.
#[derive(Clone, Debug, Default)]
pub struct Briefing {
    /// The scripts loaded in the captured isolate; empty when the inspector is not available.
    pub scripts: Vec<Script>,
    /// The call tree of what was sampled and is alive, as `lib/hunt/allocation-profile.js` writes it.
    pub allocations: Option<String>,
    /// How many threads it may use.
    pub threads: usize,
    /// Bytes of the snapshot read so far.
    pub progress: Progress,
}

/// Gives the snapshot's `locations` their files: a `script_id` there is the `id` here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Script {
    pub id: u32,
    pub url: String,
    /// `//# sourceMappingURL`, when the script has one.
    #[serde(default, rename = "sourceMapUrl", skip_serializing_if = "String::is_empty")]
    pub source_map_url: String,
}

/// A count of bytes that may be read from any thread.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Reads to the end and keeps nothing: for captures that are only wanted as a file.
#[derive(Clone, Copy, Debug)]
pub struct NoAnalysis;

impl Analyst for NoAnalysis {
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), _briefing: &Briefing) -> Result<Vec<u8>> {
        skip(snapshot)?;
        Ok(Vec::new())
    }
}

/// Reads to the end, so that the file is whole, and fails with the reason why it did no more.
#[derive(Debug)]
pub struct Unanalysed(pub Error);

impl Analyst for Unanalysed {
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), _briefing: &Briefing) -> Result<Vec<u8>> {
        skip(snapshot)?;
        Err(self.0)
    }
}

fn skip(snapshot: &mut (dyn Read + Send)) -> Result<()> {
    std::io::copy(snapshot, &mut std::io::sink())
        .map(|_bytes| ())
        .map_err(|error| Error::CaptureFailed { what: format!("reading: {error}") })
}
