//! The state of the monitor and its findings for an OpenTelemetry collector: OTLP over HTTP, protobuf, gzip; off by
//! default. Names follow the semantic conventions 1.44 (`v8js.*`, `nodejs.eventloop.*`, `process.*`), the rest
//! is `leakguard.*`. Messages are those of the `opentelemetry-proto` crate.

mod exporter;
pub mod logs;
pub mod metrics;
pub mod resource;

pub use exporter::{Exporter, OtlpOptions};
