//! A series of captures of this process, for `lib/hunt/recorder.js`.

use std::sync::Arc;

use napi::Env;
use napi_derive::napi;
use parking_lot::Mutex;

use crate::analysis::series::{self, Finding};
use crate::capture::Analyst;
use crate::error::{Error, Result};
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
use crate::node::capture::HeapShape;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
use crate::node::capture::fork::ForkCapture;
use crate::node::capture::inline::InlineCapture;
use crate::node::capture::{CaptureOptions, Client, LoadedScript};
use crate::node::error;
use crate::report::Round;

/// Captures compared with one another. What it remembers, the diagnosis too, is outside the V8 heap: there it
/// would itself be a thing that grows.
#[napi]
pub struct Series {
    inner: Arc<series::Series>,
    diagnosis: Arc<Mutex<Option<String>>>,
}

/// One capture's place in its series.
struct Turn {
    series: Arc<series::Series>,
    diagnosis: Arc<Mutex<Option<String>>>,
    round: Round,
}

impl Client for Turn {
    fn analyst(&self) -> Box<dyn Analyst> {
        self.series.analyst(self.round.clone())
    }

    fn accept(&self, analysis: Vec<u8>) -> Result<Option<String>> {
        let Finding { node_count, edge_count, classes, instances, diagnosis, .. } =
            self.series.accept(self.round.clone(), &analysis)?;
        let diagnosis = serde_json::to_string(&diagnosis).map_err(|failure| bad(&failure))?;
        *self.diagnosis.lock() = Some(diagnosis);
        let seen = serde_json::json!({
            "nodeCount": node_count,
            "edgeCount": edge_count,
            "classes": classes,
            "instances": instances,
        });
        Ok(Some(seen.to_string()))
    }
}

#[napi]
impl Series {
    /// `unit`: what the rounds' iterations are. `classes`: those whose instances each capture counts.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        #[napi(ts_arg_type = "'iteration' | 'request' | 'second' | 'snapshot'")] unit: String,
        classes: Option<Vec<String>>,
    ) -> napi::Result<Self> {
        let unit =
            serde_json::from_value(unit.into()).map_err(|failure| error::to_js(env, &bad(&failure)))?;
        let inner = series::Series::new(unit, classes.unwrap_or_default());
        Ok(Self { inner: Arc::new(inner), diagnosis: Arc::default() })
    }

    /// What is known after the last capture, as JSON; `null` before the first.
    #[napi]
    pub fn diagnosis(&self) -> Option<String> {
        self.diagnosis.lock().clone()
    }

    /// Prepares the capture after `round` (JSON: iterations, coolDown, heapUsed, …). Its `finish()` resolves
    /// with `analysis`: JSON of nodeCount, edgeCount, the classes that retain most, and instances.
    #[napi(catch_unwind)]
    pub fn open_inline_capture(
        &self,
        env: Env,
        round: String,
        options: CaptureOptions,
        scripts: Vec<LoadedScript>,
        stream: bool,
    ) -> napi::Result<InlineCapture> {
        let open = || InlineCapture::open(self.turn(&round)?, &options, scripts, stream);
        open().map_err(|failure| error::to_js(env, &failure))
    }
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[napi]
impl Series {
    /// The same in a forked child.
    #[napi(catch_unwind)]
    pub fn open_fork_capture(
        &self,
        env: Env,
        round: String,
        options: CaptureOptions,
        heap: HeapShape,
    ) -> napi::Result<ForkCapture> {
        let open = || ForkCapture::open(self.turn(&round)?, options, heap);
        open().map_err(|failure| error::to_js(env, &failure))
    }
}

impl Series {
    fn turn(&self, round: &str) -> Result<Arc<Turn>> {
        let round = serde_json::from_str(round).map_err(|failure| bad(&failure))?;
        Ok(Arc::new(Turn { series: Arc::clone(&self.inner), diagnosis: Arc::clone(&self.diagnosis), round }))
    }
}

fn bad(failure: &serde_json::Error) -> Error {
    Error::Internal { at: "series", what: failure.to_string() }
}
