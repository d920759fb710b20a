//! The OTLP exporter as JavaScript sees it: settings as JSON that `lib/otlp` has validated.

use crate::deliver::otlp::resource::About;
use crate::deliver::otlp::{Exporter, OtlpOptions, logs};
use crate::deliver::push::client::Network;
use crate::deliver::push::summary::Leak;
use crate::error::Error;
use crate::node::error::to_js;
use crate::node::monitor::Monitor;
use crate::report::diagnosis::Diagnosis;
use napi::Env;
use napi_derive::napi;
use serde::Deserialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    endpoint: String,
    headers: Vec<(String, String)>,
    network: Network,
    interval_ms: u64,
    timeout_ms: u64,
    service: String,
    hostname: String,
    node: String,
}

#[napi]
pub struct Otlp {
    exporter: Option<Exporter>,
}

fn internal(at: &'static str) -> impl Fn(serde_json::Error) -> Error {
    move |error| Error::Internal { at, what: error.to_string() }
}

#[napi]
impl Otlp {
    /// Starts the thread.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, settings: String, monitor: &Monitor) -> napi::Result<Self> {
        let start = || {
            let settings: Settings =
                serde_json::from_str(&settings).map_err(internal("the OTLP settings"))?;
            let options = OtlpOptions {
                endpoint: settings.endpoint,
                headers: settings.headers,
                network: settings.network,
                interval: Duration::from_millis(settings.interval_ms),
                timeout: Duration::from_millis(settings.timeout_ms),
                about: About { service: settings.service, hostname: settings.hostname, node: settings.node },
            };
            monitor.reader().map(|reader| Exporter::start(options, reader)).transpose()
        };
        Ok(Self { exporter: start().map_err(|error| to_js(env, &error))? })
    }

    /// Takes a diagnosis as JSON; of it, names and numbers are sent.
    #[napi(catch_unwind)]
    pub fn leak(&self, env: Env, diagnosis: String, known: bool) -> napi::Result<()> {
        let diagnosis: Diagnosis =
            serde_json::from_str(&diagnosis).map_err(|error| to_js(env, &internal("a diagnosis")(error)))?;
        if let Some(exporter) = &self.exporter {
            let now =
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
            exporter.log(logs::record(&Leak::from_diagnosis(&diagnosis, known), now));
        }
        Ok(())
    }

    /// Why the last attempt failed; null after one that did not.
    #[napi(getter, catch_unwind)]
    pub fn last_error(&self) -> Option<String> {
        self.exporter.as_ref().and_then(Exporter::last_error)
    }

    /// Does not wait for a request under way.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.exporter = None;
    }
}
