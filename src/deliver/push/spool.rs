//! Summaries wait on disk until the server has confirmed them, so that neither a crash nor a server that is down for
//! hours loses one.
//!
//! One file per summary, named by its key and so in order of time; written beside its place, synced, then renamed,
//! so a file is either whole or absent. The directory is bounded: when full, the oldest go, and are counted. Several
//! processes may share it: a file that another one has sent meanwhile is simply gone, and one sent twice carries
//! the same key twice.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const SUFFIX: &str = ".json.gz";
const UNFINISHED: &str = ".tmp";
/// What a dead process left half-written is removed after this long.
const STALE: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
    max_bytes: u64,
    dropped: AtomicU64,
}

impl Spool {
    /// Makes the directory if need be, for its owner only.
    pub fn open(directory: &Path, max_bytes: u64) -> Result<Self> {
        let failed = |source| Error::Write { path: directory.to_owned(), source };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory).map_err(failed)?;
        let spool = Self { directory: directory.to_owned(), max_bytes, dropped: AtomicU64::new(0) };
        spool.sweep().map_err(failed)?;
        Ok(spool)
    }

    /// When this returns, the summary is on disk.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let unfinished = self.directory.join(format!("{key}{UNFINISHED}"));
        let path = self.path(key);
        let write = || -> io::Result<()> {
            let mut file = File::create(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            // The name is durable only once the directory is. Not every system can sync one.
            #[cfg(unix)]
            File::open(&self.directory)?.sync_all()?;
            Ok(())
        };
        write().map_err(|source| {
            let _ = fs::remove_file(&unfinished);
            Error::Write { path: path.clone(), source }
        })?;
        self.make_room(key)
    }

    /// Keys waiting, oldest first.
    pub fn keys(&self) -> Result<Vec<String>> {
        Ok(self.files()?.into_iter().map(|(key, _)| key).collect())
    }

    /// `None` if it is gone: sent by another process, or dropped.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path: self.path(key), source }),
        }
    }

    pub fn remove(&self, key: &str) -> Result<()> {
        match fs::remove_file(self.path(key)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Error::Write { path: self.path(key), source })
            }
            _ => Ok(()),
        }
    }

    /// Summaries this process has dropped for want of room.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The newest one stays even if it alone is larger than the bound.
    fn make_room(&self, newest: &str) -> Result<()> {
        let files = self.files()?;
        let mut total: u64 = files.iter().map(|(_, size)| size).sum();
        for (key, size) in files {
            if total <= self.max_bytes {
                break;
            }
            if key != newest {
                self.remove(&key)?;
                self.dropped.fetch_add(1, Ordering::Relaxed);
                total -= size;
            }
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<(String, u64)>> {
        let failed = |source| Error::Read { path: self.directory.clone(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let Some(key) = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)) else { continue };
            // It may be gone by now.
            if let Ok(meta) = entry.metadata() {
                files.push((key.to_owned(), meta.len()));
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    fn sweep(&self) -> io::Result<()> {
        let now = SystemTime::now();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
                continue;
            }
            let age = entry.metadata().and_then(|meta| meta.modified()).map(|at| now.duration_since(at));
            if let Ok(Ok(age)) = age
                && age > STALE
            {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.directory.join(format!("{key}{SUFFIX}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("leakguard-spool-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn keeps_order_and_content_across_openings() {
        let path = directory("order");
        let spool = Spool::open(&path, 1000).unwrap();
        spool.put("2", b"two").unwrap();
        spool.put("1", b"one").unwrap();
        drop(spool);
        let spool = Spool::open(&path, 1000).unwrap();
        assert_eq!(spool.keys().unwrap(), ["1", "2"]);
        assert_eq!(spool.get("2").unwrap().unwrap(), b"two");
        spool.remove("1").unwrap();
        spool.remove("1").unwrap();
        assert_eq!((spool.keys().unwrap(), spool.get("1").unwrap()), (vec!["2".to_owned()], None));
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn when_full_the_oldest_go_and_are_counted() {
        let path = directory("full");
        let spool = Spool::open(&path, 100).unwrap();
        for i in 0..9 {
            spool.put(&i.to_string(), &[0; 30]).unwrap();
        }
        assert_eq!((spool.keys().unwrap(), spool.dropped()), (vec!["6".into(), "7".into(), "8".into()], 6));
        spool.put("9", &[0; 500]).unwrap();
        assert_eq!((spool.keys().unwrap(), spool.dropped()), (vec!["9".to_owned()], 9));
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_half_written_file_is_not_a_summary() {
        let path = directory("half");
        let spool = Spool::open(&path, 100).unwrap();
        fs::write(path.join("7.tmp"), b"ha").unwrap();
        assert!(spool.keys().unwrap().is_empty());
        assert!(Spool::open(&path.join("7.tmp"), 1).is_err(), "not a directory");
        fs::remove_dir_all(path).unwrap();
    }
}
