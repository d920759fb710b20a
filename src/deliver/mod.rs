//! Gets results out of the process, each way off by default: summaries to a server ([`push`]), figures and findings to
//! an OpenTelemetry collector ([`otlp`]), text for Prometheus ([`metrics`]), all of it
//! to whoever asks ([`admin`]).
//!
//! In: states of the monitor and reports. Out: bytes for others' protocols. Nothing leaves the process unless it
//! is configured to.

pub mod admin;
pub mod explore;
pub mod http;
pub mod metrics;
pub mod otlp;
pub mod push;
