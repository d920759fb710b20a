//! A snapshot kept on disk: gzip, readable by the owner only, under its name only when whole.
//!
//! In: chunks. Out: the file's size in bytes. While it grows it has a name of its own beside the final
//! one and its writer holds a lock on it, by which a later start can tell a crashed writer's remains from
//! a file still being written ([`sweep`]). Dropping it unfinished removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use crate::error::{Error, Result};

/// What names of unfinished files end with.
const PARTIAL: &str = ".partial";

/// An unfinished file.
pub struct Keep {
    /// `None` once finished.
    encoder: Option<GzEncoder<BufWriter<File>>>,
    temporary: PathBuf,
    target: PathBuf,
}

impl Keep {
    /// Starts a file that will be called `target`; its directory is created (0700) if missing. `extra` goes into
    /// the header.
    pub fn create(target: &Path, extra: Option<Vec<u8>>) -> Result<Self> {
        Self::open(target, extra).map_err(|source| Error::Write { path: target.to_owned(), source })
    }

    fn open(target: &Path, extra: Option<Vec<u8>>) -> io::Result<Self> {
        let directory = target.parent().unwrap_or(Path::new(""));
        if !directory.as_os_str().is_empty() {
            create_private_directory(directory)?;
        }
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut temporary = temporary_prefix(name, std::process::id());
        // Containers that share the directory may have equal process numbers.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        temporary.push(format!("{now:x}{PARTIAL}"));
        let temporary = directory.join(temporary);
        let file = open_private(&temporary)?;
        // Only a sweeper asks for this lock. Where a file system has no locks the sweeper has none either.
        let _ = file.try_lock();
        let buffered = BufWriter::with_capacity(1 << 16, file);
        // Level 1: the child shares two cores with the app, and text this repetitive shrinks 8-fold anyway.
        let header = extra.into_iter().fold(GzBuilder::new(), GzBuilder::extra);
        let encoder = Some(header.write(buffered, Compression::fast()));
        Ok(Self { encoder, temporary, target: target.to_owned() })
    }

    pub fn write(&mut self, chunk: &[u8]) -> Result<()> {
        let written = match &mut self.encoder {
            Some(encoder) => encoder.write_all(chunk),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        written.map_err(|source| self.error(source))
    }

    /// Makes the file visible under its name. Out: its size in bytes.
    pub fn finish(mut self) -> Result<u64> {
        self.publish().map_err(|source| self.error(source))
    }

    fn publish(&mut self) -> io::Result<u64> {
        let encoder = self.encoder.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let file = encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        let bytes = file.metadata()?.len();
        fs::rename(&self.temporary, &self.target)?;
        self.temporary.clear();
        Ok(bytes)
    }

    fn error(&self, source: io::Error) -> Error {
        Error::Write { path: self.target.clone(), source }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Removes what a process that has ended, and is known to have written `target`, left unfinished.
pub fn discard(target: &Path, pid: u32) {
    let (Some(directory), Some(name)) = (target.parent(), target.file_name()) else { return };
    let prefix = temporary_prefix(name, pid);
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    for entry in fs::read_dir(here).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(PARTIAL.as_bytes()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What a process's unfinished files for `name` begin with.
fn temporary_prefix(name: &OsStr, pid: u32) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(format!(".{pid}-"));
    prefix
}

/// Removes what crashed writers left in a directory. Out: how many files. A file whose writer lives, in
/// this or another container that shares the directory, is locked and stays.
pub fn sweep(directory: &Path) -> usize {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with('.') && name.ends_with(PARTIAL) && name.contains(".heapsnapshot")
        })
        .filter(|entry| {
            let Ok(file) = OpenOptions::new().write(true).open(entry.path()) else { return false };
            file.try_lock().is_ok() && fs::remove_file(entry.path()).is_ok()
        })
        .count()
}

/// Creates it, and what is missing above it, for its owner only.
pub fn create_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Creates a file that must not exist yet, for its owner only.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
