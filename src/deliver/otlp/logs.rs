//! A finding as one OTLP log record. Of the diagnosis, only what a summary may carry: names and numbers.

use super::resource::{About, integer, number, scope, text};
use crate::deliver::push::summary::Leak;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};

/// `at_unix_ms`: when the leak was found.
pub fn record(leak: &Leak, at_unix_ms: u64) -> LogRecord {
    let worst = leak.suspects.first();
    let mut attributes = vec![];
    if let Some(s) = worst {
        attributes.extend([
            text("leakguard.fingerprint", &s.fingerprint),
            text("leakguard.category", &s.category),
            text("leakguard.class", &s.class_name),
            number("leakguard.bytes_per_snapshot", s.bytes_per_snapshot),
            integer("leakguard.retained_bytes", i64::try_from(s.retained_bytes).unwrap_or(i64::MAX)),
        ]);
        if let Some(name) = &s.grows_at.name {
            attributes.push(text("leakguard.grows_at", name));
        }
        if let Some(site) = s.grows_at.at.as_ref().or(s.defined_at.as_ref()) {
            attributes.push(text("code.file.path", &site.file));
            attributes.extend(site.line.map(|line| integer("code.line.number", line.into())));
        }
    }
    let body = match worst {
        Some(s) => format!("memory leak: {} piles up ({} bytes held)", s.class_name, s.retained_bytes),
        None => "memory leak".to_owned(),
    };
    let severity = if leak.known { SeverityNumber::Warn } else { SeverityNumber::Error };
    LogRecord {
        time_unix_nano: at_unix_ms * 1_000_000,
        observed_time_unix_nano: at_unix_ms * 1_000_000,
        severity_number: severity.into(),
        severity_text: if leak.known { "WARN" } else { "ERROR" }.to_owned(),
        body: Some(AnyValue { value: Some(Value::StringValue(body)) }),
        attributes,
        event_name: "leakguard.leak".to_owned(),
        ..LogRecord::default()
    }
}

pub fn request(log_records: Vec<LogRecord>, about: &About) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(about.resource()),
            scope_logs: vec![ScopeLogs { scope: Some(scope()), log_records, schema_url: String::new() }],
            schema_url: String::new(),
        }],
    }
}
