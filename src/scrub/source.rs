//! The input file: opened once per pass, decompressed when it is gzip, reporting how far it was read.

use super::ScrubOptions;
use super::scanner::Scanner;
use crate::error::{Error, Result};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The most that deflate can shrink anything, so that a file's size bounds what it unpacks to.
const DEFLATE_LIMIT: u64 = 1032;

pub struct Source<'a> {
    path: PathBuf,
    /// The file's size.
    bytes: u64,
    gzip: bool,
    /// Bytes of the file read so far, over both passes.
    read: AtomicU64,
    options: ScrubOptions<'a>,
}

impl<'a> Source<'a> {
    pub fn new(path: &Path, options: ScrubOptions<'a>) -> Result<Self> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let mut magic = Vec::new();
        file.by_ref().take(2).read_to_end(&mut magic).map_err(failed)?;
        let gzip = magic == GZIP_MAGIC;
        Ok(Self { path: path.to_owned(), bytes, gzip, read: AtomicU64::new(0), options })
    }

    /// A scanner at the first byte of the (decompressed) text.
    pub fn open(&self) -> Result<Scanner<'_>> {
        let file =
            File::open(&self.path).map_err(|source| Error::Read { path: self.path.clone(), source })?;
        let counted = Counted { file, source: self };
        let reader: Box<dyn Read + '_> = if self.gzip {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted)))
        } else {
            Box::new(counted)
        };
        Ok(Scanner::new(reader, &self.path, self.options.cancel))
    }

    /// No honest file has more strings than bytes: the bound on memory spent for a dishonest one.
    pub fn most_strings(&self) -> u64 {
        if self.gzip { self.bytes.saturating_mul(DEFLATE_LIMIT) } else { self.bytes }
    }
}

struct Counted<'a> {
    file: File,
    source: &'a Source<'a>,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        let done = self.source.read.fetch_add(read as u64, Ordering::Relaxed) + read as u64;
        if let Some(progress) = self.source.options.progress {
            progress(done, self.source.bytes * 2);
        }
        Ok(read)
    }
}
