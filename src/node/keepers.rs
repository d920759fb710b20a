//! A capture that looks for marked objects, for `lib/test/collected.js`.

use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use crate::analysis::keepers::Search;
use crate::capture::Analyst;
use crate::error::{Error, Result};
use crate::node::capture::inline::InlineCapture;
use crate::node::capture::{CaptureOptions, Client, LoadedScript};
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
use crate::node::capture::{HeapShape, fork::ForkCapture};
use crate::node::error;

/// Objects whose keepers are told, and paths told of each: more than a reader wants.
const MOST: usize = 10;
const PATHS: usize = 2;

/// Asks a capture who keeps the marked objects alive.
#[napi]
pub struct KeeperSearch {
    mark: String,
}

struct Question(String);

impl Client for Question {
    fn analyst(&self) -> Box<dyn Analyst> {
        Box::new(Search { mark: self.0.clone(), most: MOST, count: PATHS })
    }

    fn accept(&self, analysis: Vec<u8>) -> Result<Option<String>> {
        let text = String::from_utf8(analysis);
        text.map(Some).map_err(|e| Error::Internal { at: "keepers", what: e.to_string() })
    }
}

#[napi]
impl KeeperSearch {
    /// `mark`: objects are referred to by a `WeakRef` in a property of this name and a number.
    #[napi(constructor)]
    pub fn new(mark: String) -> Self {
        Self { mark }
    }

    /// Prepares a capture whose `finish()` resolves with `analysis`: JSON, one row for each object that is alive.
    #[napi(catch_unwind)]
    pub fn open_inline_capture(
        &self,
        env: Env,
        options: CaptureOptions,
        scripts: Vec<LoadedScript>,
        stream: bool,
    ) -> napi::Result<InlineCapture> {
        InlineCapture::open(self.question(), &options, scripts, stream)
            .map_err(|failure| error::to_js(env, &failure))
    }
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[napi]
impl KeeperSearch {
    /// The same in a forked child.
    #[napi(catch_unwind)]
    pub fn open_fork_capture(
        &self,
        env: Env,
        options: CaptureOptions,
        heap: HeapShape,
    ) -> napi::Result<ForkCapture> {
        ForkCapture::open(self.question(), options, heap).map_err(|failure| error::to_js(env, &failure))
    }
}

impl KeeperSearch {
    fn question(&self) -> Arc<Question> {
        Arc::new(Question(self.mark.clone()))
    }
}
