//! The monitor's answer: one verdict with its figures.

use super::sample::Area;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Too early to say: the process is young, or has not collected garbage often enough.
    WarmingUp,
    Flat,
    /// The floor rises beyond chance and load, but a cache that fills or a backlog would look the same so far.
    Growing,
    /// The floor rises, steadily, for longer than healthy growth does, and heads for the limit.
    Leaking,
    /// The floor falls after having been higher: a backlog or a burst drains.
    Draining,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::WarmingUp => "warming-up",
            Verdict::Flat => "flat",
            Verdict::Growing => "growing",
            Verdict::Leaking => "leaking",
            Verdict::Draining => "draining",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Milliseconds since the monitor started.
    pub at_ms: u64,
    pub verdict: Verdict,
    /// Where memory grows (or shrinks); `None` while nothing does.
    pub area: Option<Area>,
    pub bytes_per_hour: f64,
    /// 0 to 1: one minus the chance that a trendless series looks like this, damped when the growth is small
    /// beside the noise.
    pub confidence: f64,
    /// Milliseconds until the heap limit or the memory limit is met at this rate, whichever comes first.
    pub time_left_ms: Option<f64>,
    /// The stretch of time the figures rest on.
    pub window_ms: f64,
    /// Growth within it, bytes.
    pub growth: f64,
    /// Where the growth seems to end by itself, bytes.
    pub plateau: Option<f64>,
}

impl Assessment {
    /// Nothing to report.
    pub fn quiet(at_ms: u64, verdict: Verdict) -> Self {
        Self {
            at_ms,
            verdict,
            area: None,
            bytes_per_hour: 0.0,
            confidence: 0.0,
            time_left_ms: None,
            window_ms: 0.0,
            growth: 0.0,
            plateau: None,
        }
    }
}
