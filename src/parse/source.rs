//! Where snapshots come from: files and pipes, plain or gzip (told apart by the first two bytes).
//!
//! In: a path or a reader. Out: [`Columns`]. Bytes are read straight into the parser's block, so the file
//! is never in memory as a whole. Offsets in errors count decompressed bytes.

use crate::error::{Error, Result};
use crate::parse::columns::Columns;
use crate::parse::parser::{ParseOptions, Parser};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How to read a snapshot.
#[derive(Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Threads to use, the caller's included; 0 counts as 1.
    pub threads: usize,
    /// Called now and then with bytes done and in all (of the file as it is stored; 0 in all: not known).
    pub progress: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    /// Set it to stop early, with [`Error::Cancelled`].
    pub cancel: Option<&'a AtomicBool>,
}

/// Reads and parses a file.
pub fn read_file(path: impl AsRef<Path>, options: &ReadOptions<'_>) -> Result<Columns> {
    let path = path.as_ref();
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if meta.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    parse(file, Some(meta.len()).filter(|&len| len > 0), path, options)
}

/// Reads and parses a stream.
pub fn read(reader: impl Read + Send, options: &ReadOptions<'_>) -> Result<Columns> {
    parse(reader, None, Path::new("the stream"), options)
}

fn parse(reader: impl Read, total: Option<u64>, path: &Path, options: &ReadOptions<'_>) -> Result<Columns> {
    let count = AtomicU64::new(0);
    let mut raw = Counting { inner: reader, count: &count };
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut magic = [0; 2];
    let mut have = 0;
    while have < magic.len() {
        match raw.read(&mut magic[have..]) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(failed(e)),
        }
    }
    let begin = &magic[..have];
    let pump = |reader: &mut dyn Read, known: Option<u64>| {
        let mut parser = Parser::new(ParseOptions {
            threads: options.threads,
            total_bytes: known,
            ..ParseOptions::default()
        });
        loop {
            if options.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(Error::Cancelled);
            }
            match reader.read(parser.space()) {
                Ok(0) => break,
                Ok(n) => parser.filled(n)?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(gzip_or_read(e, parser.offset(), path)),
            }
            if let Some(progress) = options.progress {
                progress(count.load(Ordering::Relaxed), total.unwrap_or(0));
            }
        }
        parser.finish()
    };
    if begin == [0x1f, 0x8b] {
        let mut unzipped = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, begin.chain(raw)));
        pump(&mut unzipped, None)
    } else {
        pump(&mut begin.chain(raw), total)
    }
}

/// The decompressor reports damage as an IO error of these kinds.
fn gzip_or_read(e: io::Error, offset: u64, path: &Path) -> Error {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => Error::ParseTruncated { what: "gzip data".to_owned(), offset },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::ParseInvalid { what: format!("damaged gzip data ({e})"), offset }
        }
        _ => Error::Read { path: path.to_owned(), source: e },
    }
}

/// Counts the bytes that come out of a reader.
struct Counting<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(to)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
