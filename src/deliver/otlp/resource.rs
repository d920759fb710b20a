//! Who the figures are about, and the small words of OTLP that metrics and logs share.

use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;

#[derive(Debug, Clone)]
pub struct About {
    /// `service.name`.
    pub service: String,
    pub hostname: String,
    /// `process.version`.
    pub node: String,
}

impl About {
    pub fn resource(&self) -> Resource {
        Resource {
            attributes: vec![
                text("service.name", &self.service),
                text("host.name", &self.hostname),
                integer("process.pid", std::process::id().into()),
                text("process.runtime.name", "nodejs"),
                text("process.runtime.version", self.node.trim_start_matches('v')),
            ],
            ..Resource::default()
        }
    }
}

pub fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "leakguard".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}

pub fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

pub fn integer(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

pub fn number(key: &str, value: f64) -> KeyValue {
    attribute(key, Value::DoubleValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
