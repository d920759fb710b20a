//! The opening of one file: how far it has come, and whether anybody still wants it.

use crate::error::{Error, Result};
use crate::explore::Snapshot;
use crate::explore::snapshot::OpenOptions;
use parking_lot::Mutex;
use serde::Serialize;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// `wait`, `read` or `analyze`.
    pub phase: &'static str,
    pub done: u64,
    /// 0 if not known.
    pub total: u64,
}

pub struct Opening {
    path: PathBuf,
    progress: Mutex<Progress>,
    cancelled: AtomicBool,
}

impl Opening {
    /// Of a file whose turn has not come yet.
    pub fn new(path: &Path) -> Self {
        let progress = Mutex::new(Progress { phase: "wait", done: 0, total: 0 });
        Self { path: path.to_owned(), progress, cancelled: AtomicBool::new(false) }
    }

    pub fn progress(&self) -> Progress {
        *self.progress.lock()
    }

    /// Nobody wants it any more.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Takes as long as it takes. A panic becomes an error here, since its thread ends with this.
    pub fn run(&self, threads: usize) -> Result<Snapshot> {
        let progress = |phase: &'static str, done: u64, total: u64| {
            *self.progress.lock() = Progress { phase, done, total };
        };
        let options = OpenOptions { threads, progress: Some(&progress), cancel: Some(&self.cancelled) };
        let open = AssertUnwindSafe(|| Snapshot::open(&self.path, &options));
        catch_unwind(open).unwrap_or_else(|_| {
            let what = format!("a panic while {} was opened", self.path.display());
            Err(Error::Internal { at: "opening a snapshot", what })
        })
    }

    /// Bytes that the opened file will probably take: gzipped snapshots inflate eight times.
    pub fn expected_weight(&self) -> u64 {
        let bytes = fs::metadata(&self.path).map_or(0, |meta| meta.len());
        let gzipped = self.path.extension().is_some_and(|extension| extension == "gz");
        if gzipped { bytes * 9 } else { bytes + bytes / 8 }
    }
}
