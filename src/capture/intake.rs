//! The receiving end of every capture: bytes from a pipe go to the analyst and, if asked, into a file.
//!
//! The file is compressed on a thread of its own, so that V8, the parser and the compressor work at the
//! same time. A file that cannot be written fails the capture at once: whoever asked for it is not served
//! by less. A whole file stays when only the analysis failed: it is what there is to find out why.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::capture::analyst::{Analyst, Briefing, Progress};
use crate::capture::keep::Keep;
use crate::capture::script_header;
use crate::error::{Error, Result};

/// Bytes read from the pipe at a time.
const CHUNK: usize = 1 << 18;
/// Chunks the compressor may lag behind before it slows V8 down.
const LAG: usize = 16;

/// What a capture leaves.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Size of the snapshot as V8 wrote it.
    pub bytes: u64,
    /// The file kept and its size on disk, when one was asked for.
    pub file: Option<PathBuf>,
    pub file_bytes: u64,
    /// The analyst's result, for its author to read.
    #[serde(skip)]
    pub analysis: Vec<u8>,
}

/// What to do with the bytes.
pub struct Intake {
    pub analyst: Box<dyn Analyst>,
    pub briefing: Briefing,
    /// Where to keep the snapshot, if anywhere.
    pub file: Option<PathBuf>,
}

/// Set by the writing side when V8 has written everything; an end of the pipe without it is a cut.
#[derive(Clone, Debug, Default)]
pub struct Complete(Arc<AtomicBool>);

impl Complete {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Intake {
    /// Opens the file, so that a directory that cannot be written is known before V8 starts.
    pub fn prepare(self) -> Result<Prepared> {
        let scripts = || script_header::pack(&self.briefing.scripts);
        let keep = self.file.as_deref().map(|file| Keep::create(file, scripts())).transpose()?;
        Ok(Prepared { intake: self, keep })
    }
}

/// An [`Intake`] with its file open.
pub struct Prepared {
    intake: Intake,
    keep: Option<Keep>,
}

impl Prepared {
    /// Reads to the end of the pipe, on the calling thread; `None` when the writer gave up. Stops reading
    /// at the first failure, which the writer notices as a broken pipe. A panic of the analyst becomes an
    /// error.
    pub fn run(self, source: impl Read + Send, complete: &Complete) -> Result<Option<Outcome>> {
        let Self { intake: Intake { analyst, briefing, file }, keep } = self;
        let (analysed, kept, bytes) = thread::scope(|scope| {
            let (tee, compressor) = match keep {
                Some(keep) => {
                    let (chunks, incoming) = sync_channel(LAG);
                    let spawned = thread::Builder::new()
                        .name("leakguard-gzip".to_owned())
                        .spawn_scoped(scope, move || compress(keep, &incoming, complete));
                    (Some(chunks), Some(spawned.map_err(no_thread)?))
                }
                None => (None, None),
            };
            let mut source = Tee { source, tee, progress: briefing.progress.clone() };
            let analysed = catch_unwind(AssertUnwindSafe(|| analyst.analyse(&mut source, &briefing)))
                .unwrap_or_else(|panic| Err(panicked(&*panic)))
                // An analyst may stop at the last brace, with white space left to read.
                .and_then(|analysis| {
                    io::copy(&mut source, &mut io::sink()).map(|_| analysis).map_err(unread)
                });
            let bytes = source.progress.bytes();
            drop(source);
            let kept = match compressor {
                Some(handle) => handle.join().unwrap_or_else(|panic| Err(panicked(&*panic))),
                None => Ok(0),
            };
            Ok((analysed, kept, bytes))
        })?;
        // A file that could not be written is why the reading failed too, so it speaks first.
        let file_bytes = kept?;
        match analysed {
            _ if !complete.is_set() => Ok(None),
            Ok(analysis) => Ok(Some(Outcome { bytes, file, file_bytes, analysis })),
            Err(error) => Err(error),
        }
    }
}

fn compress(mut keep: Keep, incoming: &Receiver<Vec<u8>>, complete: &Complete) -> Result<u64> {
    // After a failure the receiver goes away, which the reading side notices.
    for chunk in incoming {
        keep.write(&chunk)?;
    }
    if complete.is_set() { keep.finish() } else { Ok(0) }
}

/// Hands every chunk that is read to the compressor too.
struct Tee<R> {
    source: R,
    tee: Option<SyncSender<Vec<u8>>>,
    progress: Progress,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(CHUNK);
        let count = self.source.read(&mut buffer[..room])?;
        self.progress.add(count);
        if count > 0
            && let Some(tee) = &self.tee
            && tee.send(buffer[..count].to_vec()).is_err()
        {
            return Err(io::Error::other("the file could not be written"));
        }
        Ok(count)
    }
}

fn unread(error: io::Error) -> Error {
    Error::CaptureFailed { what: format!("reading the snapshot: {error}") }
}

fn no_thread(error: io::Error) -> Error {
    Error::CaptureFailed { what: format!("no thread could be started: {error}") }
}

/// A panic's message, as an error.
pub(super) fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic".to_owned());
    Error::Internal { at: "capture", what }
}
