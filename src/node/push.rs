//! The pusher as JavaScript sees it. Settings come as JSON that `lib/push` has validated; what takes disk or network
//! runs on a thread and is a promise.

use crate::deliver::push::client::{Answer, Client, Network};
use crate::deliver::push::summary::{Content, Leak, Sender};
use crate::deliver::push::{PushOptions, Pusher as Inner, backoff};
use crate::error::Error;
use crate::node::error::to_js;
use crate::node::monitor::Monitor;
use crate::node::task;
use crate::report::diagnosis::Diagnosis;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// Milliseconds and bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    server: String,
    appid: String,
    secret: Option<String>,
    headers: Vec<(String, String)>,
    network: Network,
    spool: PathBuf,
    spool_bytes: u64,
    heartbeat_ms: Option<u64>,
    report_ms: Option<u64>,
    reconnect_ms: u64,
    most_delay_ms: u64,
    timeout_ms: u64,
    hostname: String,
    platform: String,
    node: String,
}

impl Settings {
    fn split(self) -> (PushOptions, Sender) {
        let sender = Sender {
            appid: self.appid,
            instance: format!("{:016x}", backoff::random()),
            pid: std::process::id(),
            hostname: self.hostname,
            platform: self.platform,
            node: self.node,
            leakguard: env!("CARGO_PKG_VERSION"),
        };
        let options = PushOptions {
            server: self.server,
            secret: self.secret,
            headers: self.headers,
            network: self.network,
            spool: self.spool,
            spool_bytes: self.spool_bytes,
            heartbeat: self.heartbeat_ms.map(Duration::from_millis),
            report: self.report_ms.map(Duration::from_millis),
            reconnect_delay: Duration::from_millis(self.reconnect_ms),
            most_delay: Duration::from_millis(self.most_delay_ms),
            timeout: Duration::from_millis(self.timeout_ms),
        };
        (options, sender)
    }
}

#[napi]
pub struct Pusher {
    inner: Option<Inner>,
}

fn internal(at: &'static str) -> impl Fn(serde_json::Error) -> Error {
    move |error| Error::Internal { at, what: error.to_string() }
}

#[napi]
impl Pusher {
    /// Starts the thread. Throws when the spool or the certificates cannot be used.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, settings: String, monitor: &Monitor) -> napi::Result<Self> {
        let start = || {
            let settings: Settings =
                serde_json::from_str(&settings).map_err(internal("the push settings"))?;
            let (options, sender) = settings.split();
            Inner::start(options, sender, monitor.reader())
        };
        Ok(Self { inner: Some(start().map_err(|error| to_js(env, &error))?) })
    }

    /// Resolves to the key once the report is on disk; to null when nothing is monitored.
    #[napi(catch_unwind, ts_return_type = "Promise<string | null>")]
    pub fn emit_report<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let emitter = self.inner.as_ref().map(Inner::emitter);
        task::spawn(env, "leakguard-spool", move || match emitter {
            Some(emitter) => emitter.emit(|memory| Some(Content::Report { state: memory? })),
            None => Ok(None),
        })
    }

    /// Takes a diagnosis as JSON, as `report()` has it; of it, names and numbers are sent.
    #[napi(catch_unwind, ts_return_type = "Promise<string | null>")]
    pub fn emit_leak<'env>(
        &self,
        env: &'env Env,
        diagnosis: String,
        known: bool,
    ) -> napi::Result<Object<'env>> {
        let emitter = self.inner.as_ref().map(Inner::emitter);
        task::spawn(env, "leakguard-spool", move || {
            let diagnosis: Diagnosis = serde_json::from_str(&diagnosis).map_err(internal("a diagnosis"))?;
            let leak = Leak::from_diagnosis(&diagnosis, known);
            match emitter {
                Some(emitter) => emitter.emit(|memory| Some(Content::Leak { state: memory?, leak })),
                None => Ok(None),
            }
        })
    }

    /// What was emitted, delivered, dropped …, as JSON; null after `stop`. Reads the spool's directory.
    #[napi(catch_unwind)]
    pub fn counts(&self, env: Env) -> napi::Result<Option<String>> {
        let Some(inner) = &self.inner else { return Ok(None) };
        serde_json::to_string(&inner.counts())
            .map(Some)
            .map_err(|error| to_js(env, &internal("writing JSON")(error)))
    }

    /// Does not wait: what was not confirmed stays in the spool for the next process.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.inner = None;
    }
}

/// PUTs a file to a presigned URL, as it is; resolves to null, or to why the server did not take it. `network`: JSON.
#[napi(catch_unwind, ts_return_type = "Promise<string | null>")]
pub fn upload_file<'env>(
    env: &'env Env,
    url: String,
    file: String,
    timeout_ms: u32,
    network: String,
) -> napi::Result<Object<'env>> {
    task::spawn(env, "leakguard-upload", move || {
        let network: Network = serde_json::from_str(&network).map_err(internal("the network settings"))?;
        let client = Client::new(Duration::from_millis(timeout_ms.into()), &network, Vec::new())?;
        let headers = [("content-type", "application/gzip")];
        Ok(match client.put_file(&url, &headers, &PathBuf::from(file))? {
            Answer::Accepted => None,
            Answer::Refused(why) | Answer::Later { why, .. } => Some(why),
        })
    })
}
