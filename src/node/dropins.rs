//! Snapshots for `lib/dropins/`, whose calls are synchronous because those of the packages they stand in for are.
//!
//! V8 serialises on the event loop's thread into a pipe, as in an inline capture; a thread reads at the same time,
//! so that little is left to wait for in `finish`. What is kept is outside the V8 heap.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use napi::Env;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::analysis::profiler_view;
use crate::analysis::tally::Tally;
use crate::capture::inline::Inline;
use crate::capture::{Analyst, Briefing, Intake};
use crate::error::{Error, Result};
use crate::node::error;
use crate::parse::Columns;
use crate::parse::source::{ReadOptions, read};

/// Bytes of a snapshot's text handed out at a time; what V8's own serialiser does is of this order.
const CHUNK: usize = 1 << 16;

type Make<T> = fn(&mut (dyn Read + Send)) -> Result<T>;

/// Makes a `T` of a snapshot's bytes and leaves it where the other thread finds it.
struct Maker<T> {
    make: Make<T>,
    made: Arc<Mutex<Option<T>>>,
}

impl<T: Send> Analyst for Maker<T> {
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), _briefing: &Briefing) -> Result<Vec<u8>> {
        let made = (self.make)(snapshot)?;
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(Vec::new())
    }
}

/// A snapshot on its way to being a `T`.
struct Reading<T> {
    /// `None` once finished.
    inline: Option<Inline>,
    made: Arc<Mutex<Option<T>>>,
}

impl<T: Send + 'static> Reading<T> {
    fn open(make: Make<T>, stream: bool) -> Result<Self> {
        let made = Arc::new(Mutex::new(None));
        let analyst = Box::new(Maker { make, made: Arc::clone(&made) });
        let intake = Intake { analyst, briefing: Briefing { threads: 1, ..Briefing::default() }, file: None };
        #[cfg(unix)]
        let inline = if stream { Inline::with_sink(intake) } else { Inline::with_path(intake) };
        #[cfg(not(unix))]
        let inline = {
            let _ = stream;
            Inline::with_sink(intake)
        };
        Ok(Self { inline: Some(inline?), made })
    }

    fn path(&self) -> Option<String> {
        self.inline.as_ref()?.path()
    }

    fn write(&self, chunk: &[u8]) -> Result<()> {
        self.inline.as_ref().ok_or_else(out_of_order)?.write(chunk.to_vec()).map(drop)
    }

    fn finish(&mut self) -> Result<T> {
        self.inline.take().ok_or_else(out_of_order)?.finish().wait()?;
        self.made.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(out_of_order)
    }
}

/// The objects of one snapshot as memwatch counts them.
#[napi]
pub struct HeapTally {
    reading: Reading<Tally>,
    tally: Option<Tally>,
}

/// Prepares one. `stream`: the bytes will come by `write`.
#[napi(catch_unwind)]
pub fn open_heap_tally(env: Env, stream: bool) -> napi::Result<HeapTally> {
    let make = |snapshot: &mut (dyn Read + Send)| {
        let columns = read(snapshot, &ReadOptions { threads: 1, ..ReadOptions::default() })?;
        Ok(Tally::of(&columns, &["HeapDiff", "HeapTally"]))
    };
    match Reading::open(make, stream) {
        Ok(reading) => Ok(HeapTally { reading, tally: None }),
        Err(failure) => Err(error::to_js(env, &failure)),
    }
}

#[napi]
impl HeapTally {
    /// Where `v8.writeHeapSnapshot` shall write; `null` when the bytes must come by `write`.
    #[napi(getter)]
    pub fn path(&self) -> Option<String> {
        self.reading.path()
    }

    #[napi(catch_unwind)]
    pub fn write(&self, env: Env, chunk: Buffer) -> napi::Result<()> {
        self.reading.write(&chunk).map_err(|failure| error::to_js(env, &failure))
    }

    /// V8 has written everything. Waits for the reader.
    #[napi(catch_unwind)]
    pub fn finish(&mut self, env: Env) -> napi::Result<()> {
        self.tally = Some(self.reading.finish().map_err(|failure| error::to_js(env, &failure))?);
        Ok(())
    }

    /// What changed until `after`, as JSON.
    #[napi(catch_unwind)]
    pub fn difference(&self, env: Env, after: &HeapTally) -> napi::Result<String> {
        let difference = match (&self.tally, &after.tally) {
            (Some(before), Some(after)) => to_json(&before.to(after)),
            _ => Err(out_of_order()),
        };
        difference.map_err(|failure| error::to_js(env, &failure))
    }
}

/// A snapshot's text, compressed; its columns are made when they are asked for.
struct Held {
    text: Arc<Vec<u8>>,
    nodes: u32,
    max_object_id: u32,
    columns: Option<Columns>,
}

impl Held {
    fn make(snapshot: &mut (dyn Read + Send)) -> Result<Self> {
        let mut tee = Tee { snapshot, encoder: GzEncoder::new(Vec::new(), Compression::fast()) };
        let columns = read(&mut tee, &ReadOptions { threads: 1, ..ReadOptions::default() })?;
        // The parser may stop at the last brace.
        io::copy(&mut tee, &mut io::sink()).map_err(unread)?;
        let mut text = tee.encoder.finish().map_err(unread)?;
        text.shrink_to_fit();
        // V8 numbers objects of JavaScript oddly, what an embedder adds evenly.
        let max_object_id = columns.nodes.id.iter().copied().filter(|id| id % 2 == 1).max().unwrap_or(0);
        Ok(Self { text: Arc::new(text), nodes: columns.nodes.len() as u32, max_object_id, columns: None })
    }

    fn columns(&mut self) -> Result<&Columns> {
        if self.columns.is_none() {
            let text = GzDecoder::new(self.text.as_slice());
            self.columns = Some(read(text, &ReadOptions { threads: 1, ..ReadOptions::default() })?);
        }
        self.columns.as_ref().ok_or_else(out_of_order)
    }
}

/// Compresses what is read through it.
struct Tee<'a> {
    snapshot: &'a mut (dyn Read + Send),
    encoder: GzEncoder<Vec<u8>>,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.snapshot.read(buffer)?;
        self.encoder.write_all(&buffer[..count])?;
        Ok(count)
    }
}

/// One snapshot, held in memory outside the V8 heap as long as this object is.
#[napi]
pub struct HeldSnapshot {
    reading: Reading<Held>,
    held: Option<Held>,
}

/// Prepares one. `stream`: the bytes will come by `write`.
#[napi(catch_unwind)]
pub fn open_held_snapshot(env: Env, stream: bool) -> napi::Result<HeldSnapshot> {
    match Reading::open(Held::make, stream) {
        Ok(reading) => Ok(HeldSnapshot { reading, held: None }),
        Err(failure) => Err(error::to_js(env, &failure)),
    }
}

#[napi]
impl HeldSnapshot {
    /// Where `v8.writeHeapSnapshot` shall write; `null` when the bytes must come by `write`.
    #[napi(getter)]
    pub fn path(&self) -> Option<String> {
        self.reading.path()
    }

    #[napi(catch_unwind)]
    pub fn write(&self, env: Env, chunk: Buffer) -> napi::Result<()> {
        self.reading.write(&chunk).map_err(|failure| error::to_js(env, &failure))
    }

    /// V8 has written everything. Waits for the reader.
    #[napi(catch_unwind)]
    pub fn finish(&mut self, env: Env) -> napi::Result<()> {
        self.held = Some(self.reading.finish().map_err(|failure| error::to_js(env, &failure))?);
        Ok(())
    }

    #[napi(getter)]
    pub fn node_count(&self) -> u32 {
        self.held.as_ref().map_or(0, |held| held.nodes)
    }

    /// The highest id of a JavaScript object.
    #[napi(getter)]
    pub fn max_object_id(&self) -> u32 {
        self.held.as_ref().map_or(0, |held| held.max_object_id)
    }

    /// Nodes by type, objects by name, as JSON.
    #[napi(catch_unwind)]
    pub fn histogram(&mut self, env: Env) -> napi::Result<String> {
        self.with_columns(env, |columns| to_json::<BTreeMap<_, _>>(&profiler_view::histogram(columns)))
    }

    /// The node in a row, as JSON; `null` when there is none.
    #[napi(catch_unwind)]
    pub fn node(&mut self, env: Env, row: u32) -> napi::Result<Option<String>> {
        self.with_columns(env, |columns| {
            profiler_view::node(columns, row).map(|view| to_json(&view)).transpose()
        })
    }

    /// The row of the node with V8's `id`; `null` when there is none.
    #[napi(catch_unwind)]
    pub fn row_of_id(&mut self, env: Env, id: u32) -> napi::Result<Option<u32>> {
        self.with_columns(env, |columns| {
            Ok(columns.nodes.id.iter().position(|&other| other == id).map(|row| row as u32))
        })
    }

    /// The row of the root.
    #[napi(catch_unwind)]
    pub fn root(&mut self, env: Env) -> napi::Result<u32> {
        self.with_columns(env, |columns| Ok(columns.root.0))
    }

    /// The text from its beginning.
    #[napi(catch_unwind)]
    pub fn text(&self, env: Env) -> napi::Result<HeldText> {
        match &self.held {
            Some(held) => {
                let shared = io::Cursor::new(Shared(Arc::clone(&held.text)));
                Ok(HeldText { decoder: GzDecoder::new(shared) })
            }
            None => Err(error::to_js(env, &out_of_order())),
        }
    }

    /// Gives back what was unpacked. The text goes with the object, since programs export what they have deleted.
    #[napi]
    pub fn release(&mut self) {
        if let Some(held) = &mut self.held {
            held.columns = None;
        }
    }

    fn with_columns<T>(&mut self, env: Env, with: impl FnOnce(&Columns) -> Result<T>) -> napi::Result<T> {
        let result = match &mut self.held {
            Some(held) => held.columns().and_then(with),
            None => Err(out_of_order()),
        };
        result.map_err(|failure| error::to_js(env, &failure))
    }
}

/// Bytes that a reader keeps alive.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Reads a held snapshot's text.
#[napi]
pub struct HeldText {
    decoder: GzDecoder<io::Cursor<Shared>>,
}

#[napi]
impl HeldText {
    /// The next chunk; `null` at the end.
    #[napi(catch_unwind)]
    pub fn next(&mut self, env: Env) -> napi::Result<Option<Buffer>> {
        let mut chunk = Vec::with_capacity(CHUNK);
        match self.decoder.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(chunk.into())),
            Err(failure) => Err(error::to_js(env, &unread(failure))),
        }
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal { at: "writing JSON", what: e.to_string() })
}

fn unread(error: io::Error) -> Error {
    Error::CaptureFailed { what: format!("reading the snapshot: {error}") }
}

fn out_of_order() -> Error {
    Error::Internal { at: "drop-in", what: "used before or after its time".to_owned() }
}
