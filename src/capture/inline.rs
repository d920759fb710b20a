//! A capture inside the app: V8 serialises on the app's thread, which stands still meanwhile, and a
//! thread of ours reads at the same time. No file and no string of the snapshot is ever built.
//!
//! In: an [`Intake`]. Out: a path that `v8.writeHeapSnapshot` can write to, or a sink for chunks where
//! pipes have no path (Windows) or the snapshot comes as a stream (`worker.getHeapSnapshot`).

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use crate::capture::intake::{Complete, panicked};
use crate::capture::{Intake, Outcome};
use crate::error::{Error, Result};

/// The pipe's size in bytes: what V8 may write before it must wait for the reader.
#[cfg(unix)]
const PIPE: usize = 1 << 20;

/// A capture that waits for bytes. Dropping it unfinished cuts the snapshot off.
pub struct Inline {
    writer: Writer,
    reader: JoinHandle<Result<Option<Outcome>>>,
    complete: Complete,
}

enum Writer {
    #[cfg(unix)]
    Pipe(io::PipeWriter),
    Chunks(Sender<Vec<u8>>, Arc<AtomicUsize>),
}

impl Inline {
    /// For a writer that opens [`Inline::path`].
    #[cfg(unix)]
    pub fn with_path(intake: Intake) -> Result<Self> {
        let (source, writer) = io::pipe().map_err(not_ready)?;
        crate::sys::pipe::widen(std::os::fd::AsFd::as_fd(&writer), PIPE);
        Self::start(intake, source, Writer::Pipe(writer))
    }

    /// For a writer that calls [`Inline::write`].
    pub fn with_sink(intake: Intake) -> Result<Self> {
        let (sender, receiver) = channel();
        let pending = Arc::new(AtomicUsize::new(0));
        let source = Chunks { receiver, chunk: Vec::new(), read: 0, pending: Arc::clone(&pending) };
        Self::start(intake, source, Writer::Chunks(sender, pending))
    }

    fn start(intake: Intake, source: impl Read + Send + 'static, writer: Writer) -> Result<Self> {
        let prepared = intake.prepare()?;
        let complete = Complete::default();
        let seen = complete.clone();
        let reader = thread::Builder::new()
            .name("leakguard-read".to_owned())
            .spawn(move || prepared.run(source, &seen))
            .map_err(not_ready)?;
        Ok(Self { writer, reader, complete })
    }

    /// A path that leads to the pipe within this process.
    pub fn path(&self) -> Option<String> {
        match &self.writer {
            #[cfg(unix)]
            Writer::Pipe(pipe) => Some(super::pipe_path(pipe)),
            Writer::Chunks(..) => None,
        }
    }

    /// Takes one chunk without waiting. Out: how many bytes are not read yet; a writer should pause while
    /// they are many.
    pub fn write(&self, chunk: Vec<u8>) -> Result<usize> {
        let Writer::Chunks(sender, pending) = &self.writer else {
            return Err(Error::Internal { at: "capture", what: "a chunk for a pipe".to_owned() });
        };
        let bytes = chunk.len();
        let before = pending.fetch_add(bytes, Ordering::Relaxed);
        // The reader reads to the end whatever happens, so it can only be gone after a panic.
        sender.send(chunk).map_err(|_| Error::CaptureFailed { what: "the reader has ended".to_owned() })?;
        Ok(before + bytes)
    }

    /// Bytes written but not read yet.
    pub fn pending(&self) -> usize {
        match &self.writer {
            #[cfg(unix)]
            Writer::Pipe(_) => 0,
            Writer::Chunks(_, pending) => pending.load(Ordering::Relaxed),
        }
    }

    /// V8 has written everything: what is left is the analyst's work.
    pub fn finish(self) -> Pending {
        self.complete.set();
        Pending(self.reader)
    }

    /// V8 could not write, perhaps because the reading side had failed.
    pub fn abandon(self) -> Pending {
        Pending(self.reader)
    }
}

/// An analysis that goes on by itself.
pub struct Pending(JoinHandle<Result<Option<Outcome>>>);

impl Pending {
    /// Waits for it; not for an event loop's thread. `None` after [`Inline::abandon`], unless the reading
    /// side has something to say.
    pub fn wait(self) -> Result<Option<Outcome>> {
        self.0.join().unwrap_or_else(|panic| Err(panicked(&*panic)))
    }
}

/// Chunks from a channel, read as one stream.
struct Chunks {
    receiver: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    read: usize,
    pending: Arc<AtomicUsize>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.chunk.len() {
            match self.receiver.recv() {
                Ok(chunk) => self.chunk = chunk,
                Err(_) => return Ok(0),
            }
            self.read = 0;
        }
        let count = (&self.chunk[self.read..]).read(buffer)?;
        self.read += count;
        self.pending.fetch_sub(count, Ordering::Relaxed);
        Ok(count)
    }
}

fn not_ready(error: io::Error) -> Error {
    Error::CaptureFailed { what: format!("preparing: {error}") }
}
