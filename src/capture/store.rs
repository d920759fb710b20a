//! The directory in which a guard keeps its snapshots: what is there, what must go.
//!
//! In: a directory, perhaps shared by several processes, and [`Bounds`]. Out: the snapshots, newest first.
//! Only files whose name begins with a time, as a guard names them, are ever listed or removed
//! (`2026-01-31T12-00-00-000Z-4711-w2-near-limit.heapsnapshot.gz`), so files that a user has put there stay.
//! Errors: `LG_READ`, `LG_WRITE`. A file that vanishes meanwhile is no error: another process tidies too.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};

const EXTENSION: &str = ".heapsnapshot.gz";
/// The time at the start of a name: a digit for each 0, anything else stands for itself.
const TIME: &[u8] = b"0000-00-00T00-00-00-000Z-";

/// One kept snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// The file's name without the extension.
    pub id: String,
    /// On disk.
    pub bytes: u64,
    pub modified: SystemTime,
}

/// What may stay. The newest snapshot always does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    pub count: Option<usize>,
    /// Of all of them together.
    pub bytes: Option<u64>,
    pub age: Option<Duration>,
}

/// The snapshots of a directory, newest first; none when it does not exist.
pub fn list(directory: &Path) -> Result<Vec<Stored>> {
    let failed = |source| Error::Read { path: directory.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut stored = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(id_of) else { continue };
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            stored.push(Stored { id: id.to_owned(), bytes: metadata.len(), modified });
        }
    }
    // Ids begin with the time, to the millisecond, in a form that sorts.
    stored.sort_by(|a, b| b.id.cmp(&a.id));
    Ok(stored)
}

/// Removes what exceeds the bounds, oldest first. Out: the ids removed.
pub fn prune(directory: &Path, bounds: &Bounds, now: SystemTime) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    let mut total = 0;
    for (place, stored) in list(directory)?.into_iter().enumerate() {
        total += stored.bytes;
        let age = now.duration_since(stored.modified).unwrap_or_default();
        let exceeds = bounds.count.is_some_and(|count| place >= count)
            || bounds.bytes.is_some_and(|bytes| total > bytes)
            || bounds.age.is_some_and(|limit| age > limit);
        if place > 0 && exceeds {
            remove(directory, &stored.id)?;
            total -= stored.bytes;
            removed.push(stored.id);
        }
    }
    Ok(removed)
}

/// Removes one snapshot. Out: whether it was there.
pub fn remove(directory: &Path, id: &str) -> Result<bool> {
    let path = path_of(directory, id)?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::Write { path, source }),
    }
}

/// Where a snapshot is. Refuses anything that is not an id, such as a path that leads elsewhere.
pub fn path_of(directory: &Path, id: &str) -> Result<PathBuf> {
    let name = format!("{id}{EXTENSION}");
    if id_of(&name).is_none() {
        return Err(Error::Read { path: id.into(), source: ErrorKind::NotFound.into() });
    }
    Ok(directory.join(name))
}

fn id_of(name: &str) -> Option<&str> {
    let id = name.strip_suffix(EXTENSION)?;
    let time = id.as_bytes().get(..TIME.len())?;
    let timed = time.iter().zip(TIME).all(|(&is, &shall)| match shall {
        b'0' => is.is_ascii_digit(),
        other => is == other,
    });
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (timed && plain).then_some(id)
}

#[cfg(test)]
mod tests;
