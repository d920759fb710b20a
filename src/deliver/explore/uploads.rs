//! Files that were dropped on the page: where they lie, and that they do not stay there.

use crate::capture::keep::{create_private_directory, open_private};
use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// In each directory of uploads.
const LOCK: &str = ".lock";
/// One that is younger may be between its creation and its lock.
const YOUNG: Duration = Duration::from_secs(10);

/// A private directory for files that were dropped on the page. It goes with the last of the server; one whose server was
/// killed goes when the next one starts.
pub struct Uploads {
    directory: PathBuf,
    limit: u64,
    count: AtomicU64,
    /// Locked as long as the process lives, however it ends.
    _lock: File,
}

impl Uploads {
    pub fn new(directory: PathBuf, limit: u64) -> Result<Self> {
        let open = || -> io::Result<File> {
            create_private_directory(&directory)?;
            let lock = open_private(&directory.join(LOCK))?;
            lock.lock()?;
            Ok(lock)
        };
        let lock = open().map_err(|source| Error::Write { path: directory.clone(), source })?;
        Ok(Self { directory, limit, count: AtomicU64::new(0), _lock: lock })
    }

    /// Bytes that an upload may have.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Writes what comes through the queue, as long as it is not too much. Nothing stays of an upload that fails.
    pub fn take(&self, mut pieces: mpsc::Receiver<Piece>) -> Result<PathBuf> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("{number}.heapsnapshot"));
        let mut write = || -> Result<()> {
            let failed = |source| Error::Write { path: path.clone(), source };
            let mut file = open_private(&path).map_err(failed)?;
            let mut bytes = 0u64;
            while let Some(piece) = pieces.blocking_recv() {
                let Piece::Bytes(piece) = piece else { return Ok(()) };
                bytes += piece.len() as u64;
                if bytes > self.limit {
                    return Err(Error::HttpTooLarge { limit: self.limit });
                }
                file.write_all(&piece).map_err(failed)?;
            }
            Err(Error::HttpArgument { what: "the upload ended in the middle".to_owned() })
        };
        write().map(|()| path.clone()).inspect_err(|_| {
            // It may never have been created.
            let _ = fs::remove_file(&path);
        })
    }

    /// Deletes the directory; uploads fail from now on.
    pub fn clear(&self) {
        // Nobody is left to be told.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Drop for Uploads {
    fn drop(&mut self) {
        self.clear();
    }
}

pub enum Piece {
    Bytes(axum::body::Bytes),
    /// The whole body has come. Without it, the client went away.
    End,
}

/// Deletes the directories in `parent` whose names begin with `prefix` and whose servers have ended without doing so. Out:
/// how many.
pub fn sweep(parent: &Path, prefix: &str) -> usize {
    let Ok(entries) = fs::read_dir(parent) else { return 0 };
    let left_behind = entries.flatten().filter(|entry| {
        entry.file_name().to_string_lossy().starts_with(prefix)
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
            && is_abandoned(&entry.path().join(LOCK))
    });
    left_behind.filter(|entry| fs::remove_dir_all(entry.path()).is_ok()).count()
}

fn is_abandoned(lock: &Path) -> bool {
    let age = fs::symlink_metadata(lock).and_then(|meta| meta.modified()).map(|at| at.elapsed());
    let Ok(Ok(age)) = age else { return false };
    let Ok(file) = OpenOptions::new().write(true).open(lock) else { return false };
    age > YOUNG && file.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{LOCK, Uploads, sweep};
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_a_killed_server_left_goes_and_what_lives_stays() {
        let parent = std::env::temp_dir().join(format!("leakguard-sweep-{}", std::process::id()));
        let [living, dead, young, other] = ["v-1", "v-2", "v-3", "other"].map(|name| parent.join(name));
        let server = Uploads::new(living.clone(), 1).unwrap();
        for directory in [&dead, &young, &other] {
            fs::create_dir_all(directory).unwrap();
            fs::write(directory.join(LOCK), "").unwrap();
            fs::write(directory.join("0.heapsnapshot"), "secret").unwrap();
        }
        let long_ago = SystemTime::now() - Duration::from_secs(60);
        for directory in [&living, &dead, &other] {
            File::options().write(true).open(directory.join(LOCK)).unwrap().set_modified(long_ago).unwrap();
        }
        assert_eq!(sweep(&parent, "v-"), 1);
        assert!(living.exists() && !dead.exists() && young.exists() && other.exists());
        drop(server);
        assert!(!living.exists());
        fs::remove_dir_all(&parent).unwrap();
    }
}
