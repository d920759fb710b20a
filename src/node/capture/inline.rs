//! A capture inside the app, for `lib/capture/inline.js` and `lib/capture/worker.js`.

use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Buffer, Object};
use napi_derive::napi;

use crate::capture::analyst::Unanalysed;
use crate::capture::inline::Inline;
use crate::error::{Error, Result};
use crate::node::capture::{CaptureOptions, Captured, Client, FileOnly, LoadedScript};
use crate::node::{error, task};

/// Waits for one snapshot's bytes. Forgotten unfinished, it leaves nothing behind.
#[napi]
pub struct InlineCapture {
    /// `None` once finished.
    inline: Option<Inline>,
    client: Arc<dyn Client>,
}

/// Prepares a capture of which nothing but a file is wanted. `stream`: the bytes will come by `write`.
#[napi(catch_unwind)]
pub fn open_inline_capture(
    env: Env,
    options: CaptureOptions,
    scripts: Vec<LoadedScript>,
    stream: bool,
) -> napi::Result<InlineCapture> {
    InlineCapture::open(Arc::new(FileOnly), &options, scripts, stream)
        .map_err(|failure| error::to_js(env, &failure))
}

impl InlineCapture {
    /// For any client; a path is offered unless `stream` is set or the platform has none.
    pub fn open(
        client: Arc<dyn Client>,
        options: &CaptureOptions,
        scripts: Vec<LoadedScript>,
        stream: bool,
    ) -> Result<Self> {
        let analyst = match options.check_room(client.analyses()) {
            Ok(()) => client.analyst(),
            // The file can still be had.
            Err(error @ Error::AnalysisMemory { .. }) if options.file.is_some() => {
                Box::new(Unanalysed(error))
            }
            Err(error) => return Err(error),
        };
        let intake = options.intake(analyst, scripts);
        #[cfg(unix)]
        let inline = if stream { Inline::with_sink(intake) } else { Inline::with_path(intake) };
        #[cfg(not(unix))]
        let inline = {
            let _ = stream;
            Inline::with_sink(intake)
        };
        Ok(Self { inline: Some(inline?), client })
    }

    fn open_one(&self) -> Result<&Inline> {
        self.inline.as_ref().ok_or_else(finished)
    }
}

#[napi]
impl InlineCapture {
    /// Where `v8.writeHeapSnapshot` shall write; `null` when the bytes must come by `write`.
    #[napi(getter)]
    pub fn path(&self) -> Option<String> {
        self.inline.as_ref()?.path()
    }

    /// One chunk. Returns how many bytes are not read yet; pause while they are many.
    #[napi(catch_unwind)]
    pub fn write(&self, env: Env, chunk: Buffer) -> napi::Result<f64> {
        let pending = self.open_one().and_then(|inline| inline.write(chunk.to_vec()));
        pending.map(|bytes| bytes as f64).map_err(|failure| error::to_js(env, &failure))
    }

    /// Bytes written but not read yet.
    #[napi(getter)]
    pub fn pending(&self) -> f64 {
        self.inline.as_ref().map_or(0.0, |inline| inline.pending() as f64)
    }

    /// V8 has written everything. Resolves when the analysis is done.
    #[napi(catch_unwind, ts_return_type = "Promise<Captured>")]
    pub fn finish<'env>(&mut self, env: &'env Env) -> napi::Result<Object<'env>> {
        let inline =
            self.inline.take().ok_or_else(finished).map_err(|failure| error::to_js(*env, &failure))?;
        let client = Arc::clone(&self.client);
        let pending = inline.finish();
        task::spawn(env, "leakguard-finish", move || {
            let outcome = pending.wait()?.ok_or_else(finished)?;
            Captured::accept(outcome, &*client)
        })
    }

    /// V8 could not write. Rejects with the reason when it lies on our side, else resolves.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn abandon<'env>(&mut self, env: &'env Env) -> napi::Result<Object<'env>> {
        let pending = self.inline.take().map(Inline::abandon);
        task::spawn(env, "leakguard-finish", move || match pending {
            Some(pending) => pending.wait().map(|_cut| ()),
            None => Ok(()),
        })
    }
}

fn finished() -> Error {
    Error::Internal { at: "inline capture", what: "used after its end".to_owned() }
}
