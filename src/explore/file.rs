//! A file on the shelf: where it is, what became of it, and how a list shows it.

use crate::analysis::Digest;
use crate::error::Error;
use crate::explore::Snapshot;
use crate::explore::opening::Opening;
use serde::Serialize;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// Names of snapshots end with one of these.
const EXTENSIONS: [&str; 2] = [".heapsnapshot", ".heapsnapshot.gz"];

/// The name without what snapshots' names end with.
pub fn snapshot_name(name: &str) -> Option<&str> {
    EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension)).filter(|id| !id.is_empty())
}

pub struct File {
    pub id: String,
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
    pub origin: Origin,
    pub state: State,
    /// When it was asked last, by the shelf's clock.
    pub asked: u64,
    /// Stays when the snapshot is given back.
    pub digest: Option<Arc<Digest>>,
}

/// Why a file is on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody named it.
    Named,
    /// It was made for the shelf, and goes with it.
    Owned,
    /// It is in the directory that the shelf shows.
    Listed,
}

pub enum State {
    Unloaded,
    Loading(Arc<Opening>),
    Ready(Arc<Snapshot>),
    Failed(Failure),
}

/// Why a file could not be opened. It is told again to everybody who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

/// A file, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRow {
    pub id: String,
    pub name: String,
    /// On disk.
    pub bytes: u64,
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

impl File {
    pub fn new(id: String, name: String, path: PathBuf, bytes: u64, origin: Origin) -> Self {
        Self { id, name, path, bytes, origin, state: State::Unloaded, asked: 0, digest: None }
    }

    pub fn row(&self) -> FileRow {
        let (state, error) = match &self.state {
            State::Unloaded => ("unloaded", None),
            State::Loading(_) => ("loading", None),
            State::Ready(_) => ("ready", None),
            State::Failed(failure) => ("failed", Some(failure.clone())),
        };
        FileRow { id: self.id.clone(), name: self.name.clone(), bytes: self.bytes, state, error }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if let State::Loading(opening) = &self.state {
            opening.cancel();
        }
        if self.origin == Origin::Owned {
            // It may be gone already, and nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Failure {
    pub fn of(error: &Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }

    pub fn error(&self) -> Error {
        Error::Remote { code: self.code.clone(), message: self.message.clone() }
    }
}
