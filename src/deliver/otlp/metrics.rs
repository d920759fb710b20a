//! A state of the monitor as OTLP metrics. Bytes (`By`) and seconds (`s`); sums are cumulative since the start.

use super::resource::{About, scope, text};
use crate::monitor::State;
use crate::monitor::pulse::GC_BUCKETS;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum,
};

const NS_PER_MS: u64 = 1_000_000;

pub fn request(state: &State, about: &About) -> ExportMetricsServiceRequest {
    let times = Times {
        start: state.started_unix_ms * NS_PER_MS,
        now: (state.started_unix_ms + state.at_ms) * NS_PER_MS,
    };
    let mut metrics = vec![collections(state, times)];
    metrics.extend(heap(state, times));
    metrics.extend(event_loop(state, times));
    metrics.extend(process(state, times));
    metrics.extend(verdict(state, times));
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(about.resource()),
            scope_metrics: vec![ScopeMetrics { scope: Some(scope()), metrics, schema_url: String::new() }],
            schema_url: "https://opentelemetry.io/schemas/1.44.0".to_owned(),
        }],
    }
}

/// Nanoseconds since the Unix epoch.
#[derive(Clone, Copy)]
struct Times {
    start: u64,
    now: u64,
}

impl Times {
    fn point(self, value: f64, attributes: Vec<KeyValue>) -> NumberDataPoint {
        NumberDataPoint {
            attributes,
            start_time_unix_nano: self.start,
            time_unix_nano: self.now,
            value: Some(Value::AsDouble(value)),
            ..NumberDataPoint::default()
        }
    }

    /// The conventions count bytes in whole numbers.
    fn bytes(self, value: f64, attributes: Vec<KeyValue>) -> NumberDataPoint {
        NumberDataPoint { value: Some(Value::AsInt(value as i64)), ..self.point(0.0, attributes) }
    }
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

fn gauge(name: &str, unit: &str, data_points: Vec<NumberDataPoint>) -> Metric {
    metric(name, unit, Data::Gauge(Gauge { data_points }))
}

fn sum(name: &str, unit: &str, is_monotonic: bool, data_points: Vec<NumberDataPoint>) -> Metric {
    let aggregation_temporality = AggregationTemporality::Cumulative.into();
    metric(name, unit, Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic }))
}

fn collections(state: &State, times: Times) -> Metric {
    let data_points = state
        .pulse
        .gc
        .iter()
        .map(|(kind, gc)| HistogramDataPoint {
            attributes: vec![text("v8js.gc.type", kind)],
            start_time_unix_nano: times.start,
            time_unix_nano: times.now,
            count: gc.count,
            sum: Some(gc.seconds),
            bucket_counts: gc.buckets.to_vec(),
            explicit_bounds: GC_BUCKETS.to_vec(),
            ..HistogramDataPoint::default()
        })
        .collect();
    let aggregation_temporality = AggregationTemporality::Cumulative.into();
    metric("v8js.gc.duration", "s", Data::Histogram(Histogram { data_points, aggregation_temporality }))
}

fn heap(state: &State, times: Times) -> Vec<Metric> {
    type Of = fn(&crate::monitor::pulse::Space) -> f64;
    let columns: [(&str, Of); 4] = [
        ("v8js.memory.heap.used", |s| s.used),
        ("v8js.memory.heap.space.size", |s| s.size),
        ("v8js.memory.heap.space.available_size", |s| s.available),
        ("v8js.memory.heap.space.physical_size", |s| s.physical),
    ];
    let mut all: Vec<Metric> = columns
        .into_iter()
        .map(|(name, of)| {
            let rows = state.pulse.spaces.iter().map(|space| {
                times.bytes(of(space), vec![text("v8js.heap.space.name", &format!("{}_space", space.name))])
            });
            sum(name, "By", false, rows.collect())
        })
        .collect();
    let resources = state.pulse.resources.iter().map(|(kind, n)| {
        let attributes = vec![text("v8js.resource.type", kind)];
        NumberDataPoint { value: Some(Value::AsInt((*n).into())), ..times.point(0.0, attributes) }
    });
    all.push(gauge("v8js.resource.active", "{resource}", resources.collect()));
    all
}

fn event_loop(state: &State, times: Times) -> Vec<Metric> {
    let (pulse, delay) = (&state.pulse, &state.pulse.delay);
    let figures = [
        ("nodejs.eventloop.delay.min", delay.min),
        ("nodejs.eventloop.delay.max", delay.max),
        ("nodejs.eventloop.delay.mean", delay.mean),
        ("nodejs.eventloop.delay.stddev", delay.stddev),
        ("nodejs.eventloop.delay.p50", delay.p50),
        ("nodejs.eventloop.delay.p90", delay.p90),
        ("nodejs.eventloop.delay.p99", delay.p99),
    ];
    let mut all: Vec<Metric> = figures
        .into_iter()
        .map(|(name, seconds)| gauge(name, "s", vec![times.point(seconds, vec![])]))
        .collect();
    all.push(gauge("nodejs.eventloop.utilization", "1", vec![times.point(pulse.utilization, vec![])]));
    let by_state = [("active", pulse.loop_active_s), ("idle", pulse.loop_idle_s)];
    let points = by_state.map(|(name, s)| times.point(s, vec![text("nodejs.eventloop.state", name)]));
    all.push(sum("nodejs.eventloop.time", "s", true, points.to_vec()));
    all
}

fn process(state: &State, times: Times) -> Vec<Metric> {
    let process = &state.process;
    let mut all = Vec::new();
    let mut bytes = |name, value: Option<f64>| {
        all.extend(value.map(|value| sum(name, "By", false, vec![times.bytes(value, vec![])])));
    };
    bytes("process.memory.usage", process.rss.or(state.heap.map(|heap| heap.rss)));
    bytes("process.memory.virtual", process.virtual_size);
    if let (Some(user), Some(system)) = (process.cpu_user_s, process.cpu_system_s) {
        let by_mode = [("user", user), ("system", system)];
        let points = by_mode.map(|(mode, s)| times.point(s, vec![text("cpu.mode", mode)]));
        all.push(sum("process.cpu.time", "s", true, points.to_vec()));
    }
    all
}

fn verdict(state: &State, times: Times) -> Vec<Metric> {
    let assessment = &state.assessment;
    let area = text("leakguard.area", assessment.area.map_or("none", |area| area.as_str()));
    let verdict = text("leakguard.verdict", assessment.verdict.as_str());
    let growth = times.point(assessment.bytes_per_hour, vec![area, verdict]);
    let mut all = vec![gauge("leakguard.growth", "By/h", vec![growth])];
    all.extend(
        assessment
            .time_left_ms
            .map(|ms| gauge("leakguard.time_to_limit", "s", vec![times.point(ms / 1000.0, vec![])])),
    );
    all
}
