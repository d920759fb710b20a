//! The state of the monitor as text for Prometheus (OpenMetrics 1.0), written by the `prometheus-client` crate.
//!
//! Names are those of prom-client's default metrics where these exist, so that dashboards made for them work
//! unchanged; the rest is `leakguard_*`. Bytes and seconds.

use crate::monitor::pulse::GC_BUCKETS;
use crate::monitor::{State, Verdict};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;

/// What to send as `Content-Type` with [`text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Facts about the process that the monitor does not know.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// `process.version`, as `v22.1.0`.
    pub node_version: String,
    /// Summaries waiting in the spool, delivered, and dropped for want of room.
    pub push: Option<PushCounts>,
    /// Captures taken and failed since the start.
    pub captures: Option<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct PushCounts {
    pub waiting: u64,
    pub delivered: u64,
    pub dropped: u64,
}

/// Fails only if writing to a `String` does.
pub fn text(state: State, about: About) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Metrics { state, about }));
    let mut out = String::with_capacity(8 << 10);
    prometheus_client::encoding::text::encode(&mut out, &registry)?;
    Ok(out)
}

#[derive(Debug)]
struct Metrics {
    state: State,
    about: About,
}

impl Collector for Metrics {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut out = Writer(encoder);
        self.process(&mut out)?;
        self.heap(&mut out)?;
        self.event_loop(&mut out)?;
        self.collections(&mut out)?;
        self.leakguard(&mut out)
    }
}

impl Metrics {
    fn process(&self, out: &mut Writer) -> fmt::Result {
        let process = &self.state.process;
        let rss = process.rss.or(self.state.heap.map(|heap| heap.rss));
        out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", rss)?;
        out.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", process.virtual_size)?;
        out.gauge("process_heap_bytes", "Process heap size in bytes.", process.data_size)?;
        if let (Some(user), Some(system)) = (process.cpu_user_s, process.cpu_system_s) {
            out.counter("process_cpu_user_seconds", "Total user CPU time spent in seconds.", user)?;
            out.counter("process_cpu_system_seconds", "Total system CPU time spent in seconds.", system)?;
            out.counter(
                "process_cpu_seconds",
                "Total user and system CPU time spent in seconds.",
                user + system,
            )?;
        }
        let (open, limit) = self.state.open_files.unzip();
        out.gauge("process_open_fds", "Number of open file descriptors.", open.map(|n| n as f64))?;
        out.gauge("process_max_fds", "Maximum number of open file descriptors.", limit.map(|n| n as f64))?;
        let by_kind = [
            ("anonymous", process.rss_anonymous),
            ("file", process.rss_file),
            ("shared", process.rss_shared),
        ];
        let by_kind: Vec<_> =
            by_kind.iter().filter_map(|(kind, n)| Some(([("kind", *kind)], (*n)?))).collect();
        out.gauges("leakguard_resident_bytes", "Resident memory by kind.", &by_kind)?;
        out.gauge(
            "leakguard_cgroup_used_bytes",
            "Memory of the control group in use.",
            process.cgroup_usage,
        )?;
        out.gauge("leakguard_cgroup_limit_bytes", "Memory limit of the control group.", process.cgroup_limit)
    }

    fn heap(&self, out: &mut Writer) -> fmt::Result {
        let heap = &self.state.pulse.heap;
        out.gauge(
            "nodejs_heap_size_total_bytes",
            "Process heap size from Node.js in bytes.",
            Some(heap.total),
        )?;
        out.gauge(
            "nodejs_heap_size_used_bytes",
            "Process heap size used from Node.js in bytes.",
            Some(heap.used),
        )?;
        out.gauge(
            "nodejs_external_memory_bytes",
            "Node.js external memory size in bytes.",
            Some(heap.external),
        )?;
        type Of = fn(&crate::monitor::pulse::Space) -> f64;
        let columns: [(&str, &str, Of); 3] = [
            ("total", "Process heap space size total from Node.js in bytes.", |s| s.size),
            ("used", "Process heap space size used from Node.js in bytes.", |s| s.used),
            ("available", "Process heap space size available from Node.js in bytes.", |s| s.available),
        ];
        for (what, help, of) in columns {
            let rows: Vec<_> = self
                .state
                .pulse
                .spaces
                .iter()
                .map(|space| ([("space", space.name.as_str())], of(space)))
                .collect();
            out.gauges(&format!("nodejs_heap_space_size_{what}_bytes"), help, &rows)?;
        }
        out.gauge("leakguard_heap_limit_bytes", "The heap may not grow past this.", Some(heap.limit))?;
        let array_buffers = Some(heap.array_buffers);
        out.gauge("leakguard_array_buffers_bytes", "Memory of array buffers.", array_buffers)?;
        let floor = self.state.heap.map(|heap| heap.old_used);
        out.gauge(
            "leakguard_heap_floor_bytes",
            "What the last major collection left in the old generation.",
            floor,
        )
    }

    fn event_loop(&self, out: &mut Writer) -> fmt::Result {
        let delay = &self.state.pulse.delay;
        let figures = [
            ("", "Lag of event loop in seconds.", delay.mean),
            ("min_", "The minimum recorded event loop delay.", delay.min),
            ("max_", "The maximum recorded event loop delay.", delay.max),
            ("mean_", "The mean of the recorded event loop delays.", delay.mean),
            ("stddev_", "The standard deviation of the recorded event loop delays.", delay.stddev),
            ("p50_", "The 50th percentile of the recorded event loop delays.", delay.p50),
            ("p90_", "The 90th percentile of the recorded event loop delays.", delay.p90),
            ("p99_", "The 99th percentile of the recorded event loop delays.", delay.p99),
        ];
        for (which, help, seconds) in figures {
            out.gauge(&format!("nodejs_eventloop_lag_{which}seconds"), help, Some(seconds))?;
        }
        let resources: Vec<_> = self
            .state
            .pulse
            .resources
            .iter()
            .map(|(kind, n)| ([("type", kind.as_str())], f64::from(*n)))
            .collect();
        let help = "Number of active resources that are currently keeping the event loop alive, grouped by async resource type.";
        out.gauges("nodejs_active_resources", help, &resources)?;
        let total: f64 = resources.iter().map(|(_, n)| n).sum();
        out.gauge("nodejs_active_resources_total", "Total number of active resources.", Some(total))?;
        let utilization = Some(self.state.pulse.utilization);
        out.gauge(
            "leakguard_eventloop_utilization_ratio",
            "Share of the time the event loop was busy.",
            utilization,
        )?;
        let mut numbers = self.about.node_version.trim_start_matches('v').split('.');
        let mut next = || numbers.next().unwrap_or("0");
        let labels = [
            ("version", self.about.node_version.as_str()),
            ("major", next()),
            ("minor", next()),
            ("patch", next()),
        ];
        out.gauges("nodejs_version_info", "Node.js version info.", &[(labels, 1.0)])
    }

    fn collections(&self, out: &mut Writer) -> fmt::Result {
        let help = "Garbage collection duration by kind, one of major, minor, incremental or weakcb.";
        let mut family =
            out.0.encode_descriptor("nodejs_gc_duration_seconds", help, None, MetricType::Histogram)?;
        for (kind, gc) in &self.state.pulse.gc {
            let bounds = GC_BUCKETS.into_iter().chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(gc.buckets).collect();
            let labels = [("kind", kind.as_str())];
            family
                .encode_family(&labels)?
                .encode_histogram::<NoLabelSet>(gc.seconds, gc.count, &buckets, None)?;
        }
        Ok(())
    }

    fn leakguard(&self, out: &mut Writer) -> fmt::Result {
        let assessment = &self.state.assessment;
        let verdicts =
            [Verdict::WarmingUp, Verdict::Flat, Verdict::Growing, Verdict::Leaking, Verdict::Draining];
        let rows =
            verdicts.map(|v| ([("verdict", v.as_str())], f64::from(u8::from(v == assessment.verdict))));
        out.gauges("leakguard_verdict", "1 for the verdict in force, 0 for the others.", &rows)?;
        let area = assessment.area.map_or("none", |area| area.as_str());
        let growth = [([("area", area)], assessment.bytes_per_hour)];
        out.gauges("leakguard_growth_bytes_per_hour", "Slope of the floor after collections.", &growth)?;
        let left = assessment.time_left_ms.map(|ms| ms / 1000.0);
        out.gauge(
            "leakguard_time_to_limit_seconds",
            "Until the limit is met, at this rate of growth.",
            left,
        )?;
        let busy = self.state.busy.as_secs_f64();
        out.counter("leakguard_sampling_seconds", "Time spent looking, on a thread of its own.", busy)?;
        if let Some((taken, failed)) = self.about.captures {
            out.counter("leakguard_captures", "Heap snapshots taken.", taken as f64)?;
            out.counter("leakguard_captures_failed", "Heap snapshots that failed.", failed as f64)?;
        }
        if let Some(push) = self.about.push {
            out.gauge("leakguard_push_waiting", "Summaries not delivered yet.", Some(push.waiting as f64))?;
            out.counter("leakguard_push_delivered", "Summaries delivered.", push.delivered as f64)?;
            out.counter(
                "leakguard_push_dropped",
                "Summaries dropped: the spool was full.",
                push.dropped as f64,
            )?;
        }
        Ok(())
    }
}

struct Writer<'a>(DescriptorEncoder<'a>);

impl Writer<'_> {
    /// Writes nothing where nothing is known.
    fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) -> fmt::Result {
        let Some(value) = value else { return Ok(()) };
        let gauge = ConstGauge::new(value);
        gauge.encode(self.0.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }

    /// The encoder appends `_total`.
    fn counter(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let counter = ConstCounter::new(value);
        counter.encode(self.0.encode_descriptor(name, help, None, MetricType::Counter)?)
    }

    fn gauges(&mut self, name: &str, help: &str, rows: &[(impl EncodeLabelSet, f64)]) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in rows {
            ConstGauge::new(*value).encode(family.encode_family(labels)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
