//! The monitor as JavaScript sees it: numbers in, JSON text out. Nothing here takes longer than copying them.

use crate::deliver::metrics::{self, About};
use crate::error::Error;
use crate::monitor::sampler::Reader;
use crate::monitor::{Assessment, HeapSample, Sampler, SamplerOptions};
use crate::node::error::to_js;
use napi::Env;
use napi_derive::napi;
use serde::Serialize;
use std::time::Duration;

/// Milliseconds.
#[napi(object)]
pub struct MonitorOptions {
    pub interval: u32,
    pub warmup: u32,
}

/// Bytes, from right after a major collection.
#[napi(object)]
pub struct HeapNumbers {
    pub old_used: f64,
    pub used: f64,
    pub total: f64,
    pub physical: f64,
    pub limit: f64,
    pub external: f64,
    pub array_buffers: f64,
    pub rss: f64,
}

#[napi]
pub struct Monitor {
    sampler: Option<Sampler>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateJson<'a> {
    started_unix_ms: u64,
    #[serde(flatten)]
    assessment: &'a Assessment,
    looks: u64,
    /// Time the sampling thread worked, milliseconds.
    busy_ms: f64,
    failed: Option<&'a str>,
}

#[napi]
impl Monitor {
    /// Starts the sampling thread.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, options: MonitorOptions) -> napi::Result<Self> {
        let sampler = Sampler::start(SamplerOptions {
            interval: Duration::from_millis(options.interval.into()),
            warmup: Duration::from_millis(options.warmup.into()),
        })
        .map_err(|error| to_js(env, &error))?;
        Ok(Self { sampler: Some(sampler) })
    }

    #[napi(catch_unwind)]
    pub fn heap(&self, numbers: HeapNumbers) {
        if let Some(sampler) = &self.sampler {
            sampler.heap(HeapSample {
                at_ms: 0,
                old_used: numbers.old_used,
                used: numbers.used,
                total: numbers.total,
                physical: numbers.physical,
                limit: numbers.limit,
                external: numbers.external,
                array_buffers: numbers.array_buffers,
                rss: numbers.rss,
            });
        }
    }

    /// Takes the pulse as JSON; returns how often the verdict has changed so far.
    #[napi(catch_unwind)]
    pub fn pulse(&self, json: String) -> f64 {
        self.sampler.as_ref().map_or(0.0, |sampler| sampler.pulse(json) as f64)
    }

    /// The verdict with its figures, as JSON; `null` after `stop`.
    #[napi(catch_unwind)]
    pub fn state(&self, env: Env) -> napi::Result<Option<String>> {
        let Some(sampler) = &self.sampler else { return Ok(None) };
        let state = sampler.state();
        let json = StateJson {
            started_unix_ms: state.started_unix_ms,
            assessment: &state.assessment,
            looks: state.looks,
            busy_ms: state.busy.as_secs_f64() * 1000.0,
            failed: state.failed.as_deref(),
        };
        serde_json::to_string(&json)
            .map(Some)
            .map_err(|e| to_js(env, &Error::Internal { at: "writing JSON", what: e.to_string() }))
    }

    /// Text for Prometheus; empty after `stop`.
    #[napi(catch_unwind)]
    pub fn metrics(
        &self,
        env: Env,
        node_version: String,
        captures: Option<u32>,
        captures_failed: Option<u32>,
    ) -> napi::Result<String> {
        let Some(sampler) = &self.sampler else { return Ok(String::new()) };
        let about = About {
            node_version,
            push: None,
            captures: captures.map(|n| (u64::from(n), u64::from(captures_failed.unwrap_or(0)))),
        };
        metrics::text(sampler.state(), about)
            .map_err(|e| to_js(env, &Error::Internal { at: "writing metrics", what: e.to_string() }))
    }

    /// What to send as `Content-Type` with `metrics()`.
    #[napi(getter)]
    pub fn metrics_content_type(&self) -> &'static str {
        metrics::CONTENT_TYPE
    }

    /// Ends the thread. Calling it again does nothing.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.sampler = None;
    }
}

impl Monitor {
    /// For other rooms of the addon that report what the monitor knows.
    pub fn reader(&self) -> Option<Reader> {
        self.sampler.as_ref().map(Sampler::reader)
    }
}
