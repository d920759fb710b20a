//! A window over the text being read, with its byte offset for error messages.

use crate::error::{Error, Result};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const WINDOW: usize = 1 << 18;

pub struct Scanner<'a> {
    reader: Box<dyn Read + 'a>,
    path: PathBuf,
    cancel: Option<&'a AtomicBool>,
    window: Box<[u8]>,
    /// `window[start..end]` is read and not yet consumed.
    start: usize,
    end: usize,
    /// Offset in the text of `window[0]`.
    base: u64,
}

impl<'a> Scanner<'a> {
    pub fn new(reader: Box<dyn Read + 'a>, path: &Path, cancel: Option<&'a AtomicBool>) -> Self {
        let window = vec![0; WINDOW].into_boxed_slice();
        Self { reader, path: path.to_owned(), cancel, window, start: 0, end: 0, base: 0 }
    }

    /// The bytes at hand, at least one unless the text has ended.
    pub fn fill(&mut self) -> Result<&[u8]> {
        if self.start == self.end {
            self.refill()?;
        }
        Ok(&self.window[self.start..self.end])
    }

    fn refill(&mut self) -> Result<()> {
        if self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Error::Cancelled);
        }
        self.base += self.end as u64;
        (self.start, self.end) = (0, 0);
        loop {
            match self.reader.read(&mut self.window) {
                Ok(read) => {
                    self.end = read;
                    return Ok(());
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Err(self.truncated("gzip data")),
                Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                    return Err(self.syntax(format!("damaged gzip data ({e})")));
                }
                Err(source) => return Err(Error::Read { path: self.path.clone(), source }),
            }
        }
    }

    pub fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        debug_assert!(self.start <= self.end);
    }

    /// Offset in the text of the next byte.
    pub fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    pub fn syntax(&self, what: String) -> Error {
        Error::ParseSyntax { what, offset: self.offset() }
    }

    pub fn invalid(&self, what: impl Into<String>) -> Error {
        Error::ParseInvalid { what: what.into(), offset: self.offset() }
    }

    pub fn truncated(&self, what: &str) -> Error {
        Error::ParseTruncated { what: what.to_owned(), offset: self.offset() }
    }
}
