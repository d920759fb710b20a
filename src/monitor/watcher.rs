//! Samples in, verdict out. Owns the history; does no I/O and reads no clock, so a day of samples can be replayed
//! in milliseconds.
//!
//! For each area (JavaScript heap, external, native, fragmentation) the floor after collections is examined
//! over windows from three minutes to a week. A window says *growing* when the rise is significant, steady, larger
//! than its noise and not explained by load. It says *leaking* when, on top of that, growth has lasted for a
//! quarter of the time left until the limit (at least 4, at most 40 minutes), and does not bend towards a
//! plateau within the limit. So a cache that fills within 40 minutes and takes less than about a fifth of the room
//! is never called a leak, and a leak that would end the process in an hour is named after a quarter of it.

use super::assessment::{Assessment, Verdict};
use super::history::{History, Point};
use super::rise;
use super::sample::{ActivitySample, Area, HeapSample, ProcessSample};
use super::window::{self, Evidence};

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const MIB: f64 = 1_048_576.0;

/// Lengths of the windows, minutes.
const WINDOWS: [f64; 11] = [3.0, 6.0, 12.0, 20.0, 30.0, 42.0, 54.0, 120.0, 360.0, 1440.0, 10_080.0];
/// Points per window: 48 make 1128 pairs, which is microseconds.
const MOST_POINTS: usize = 48;

/// Growth has to last this share of the time left until the limit …
const PERSISTENCE: f64 = 0.25;
/// … but at least and at most this long.
const PERSIST_AT_LEAST: f64 = 4.0 * MINUTE;
const PERSIST_AT_MOST: f64 = 40.0 * MINUTE;

/// How long a foreseen plateau counts.
const PLATEAU_KNOWN_FOR: f64 = 3.0 * HOUR;

#[derive(Debug, Clone, Copy)]
pub struct WatcherOptions {
    /// Samples younger than this are not judged: modules load, code compiles, pools fill.
    pub warmup_ms: u64,
    /// Memory of the machine, bytes: the limit for everything outside the heap when no control group sets a
    /// tighter one.
    pub machine_memory: f64,
}

impl Default for WatcherOptions {
    fn default() -> Self {
        Self { warmup_ms: 60_000, machine_memory: f64::INFINITY }
    }
}

#[derive(Debug, Clone)]
pub struct Watcher {
    options: WatcherOptions,
    history: History,
    started_ms: u64,
    heap: Option<HeapSample>,
    process: ProcessSample,
    /// For each area, when it was last seen to approach a plateau, and which.
    plateaus: [Option<(u64, f64)>; 4],
    current: Assessment,
}

impl Watcher {
    pub fn new(options: WatcherOptions) -> Self {
        Self {
            options,
            history: History::new(),
            started_ms: 0,
            heap: None,
            process: ProcessSample::default(),
            plateaus: [None; 4],
            current: Assessment::quiet(0, Verdict::WarmingUp),
        }
    }

    /// A sample from right after a major collection.
    pub fn heap(&mut self, sample: &HeapSample) {
        self.heap = Some(*sample);
        if sample.at_ms >= self.started_ms + self.options.warmup_ms {
            self.history.add_heap(sample);
        }
    }

    pub fn activity(&mut self, sample: &ActivitySample) {
        if sample.at_ms >= self.started_ms + self.options.warmup_ms {
            self.history.add_activity(sample);
        }
    }

    pub fn process(&mut self, sample: &ProcessSample) {
        self.process = *sample;
    }

    /// The watched process was replaced by a new one: its floor has nothing to do with the old one.
    pub fn restart(&mut self, at_ms: u64) {
        self.history.clear();
        self.started_ms = at_ms;
        self.heap = None;
        self.plateaus = [None; 4];
        self.current = Assessment::quiet(at_ms, Verdict::WarmingUp);
    }

    pub fn current(&self) -> &Assessment {
        &self.current
    }

    pub fn last_heap(&self) -> Option<&HeapSample> {
        self.heap.as_ref()
    }

    pub fn last_process(&self) -> &ProcessSample {
        &self.process
    }

    /// Judges everything seen so far. A millisecond or so of work: call it every few seconds, off the event loop.
    pub fn assess(&mut self, now_ms: u64) -> &Assessment {
        let mut best: Option<Assessment> = None;
        let mut judged = false;
        let peak_load = self.history.peak_load();
        for area in Area::ALL {
            let evidence = self.evidence(now_ms, area, peak_load, &mut judged);
            for (i, (e, record)) in evidence.iter().enumerate() {
                let lasting = *record && !self.settles(now_ms, area, &evidence, i);
                if let Some(found) = self.judge(now_ms, area, e, lasting)
                    && best.as_ref().is_none_or(|b| rank(&found) > rank(b))
                {
                    best = Some(found);
                }
            }
        }
        let quiet = if judged { Verdict::Flat } else { Verdict::WarmingUp };
        let mut next = best.unwrap_or_else(|| Assessment::quiet(now_ms, quiet));
        // Once a leak, growth stays a leak: it does not become harmless by pausing for a moment.
        if self.current.verdict == Verdict::Leaking
            && next.verdict == Verdict::Growing
            && next.area == self.current.area
        {
            next.verdict = Verdict::Leaking;
        }
        self.current = next;
        &self.current
    }

    /// What each window shows, shortest first, and whether its end is a new record.
    fn evidence(&self, now_ms: u64, area: Area, peak_load: f64, judged: &mut bool) -> Vec<(Evidence, bool)> {
        let mut all: Vec<(Evidence, bool)> = Vec::with_capacity(WINDOWS.len());
        for minutes in WINDOWS {
            let from = now_ms.saturating_sub((minutes * MINUTE) as u64);
            let points = self.history.points(area, from, now_ms, MOST_POINTS);
            *judged |= points.len() >= window::MIN_POINTS;
            if window::moved(&points) < 0.5 * least_growth(area, self.limit(area)) {
                continue;
            }
            // Growth is as old as itself, not as the window it is seen in.
            let points = &points[rise::onset(&points)..];
            let Some(evidence) = window::examine(points, peak_load) else { continue };
            // A window that reaches back further than the history says nothing new.
            if all.last().is_none_or(|(shorter, _)| evidence.span_ms > shorter.span_ms * 1.2) {
                let record = self.is_record(area, points, &evidence, peak_load);
                all.push((evidence, record));
            }
        }
        all
    }

    /// Is the growth in window `i` the tail of an approach to a plateau within the limit? Some longer window bends
    /// towards one, and no shorter one rises beyond doubt faster than it should on the way there. What was
    /// foreseen is kept: the last, slow part of the approach would else look like a slow leak.
    fn settles(&mut self, now_ms: u64, area: Area, evidence: &[(Evidence, bool)], i: usize) -> bool {
        let limit = self.limit(area);
        let e = &evidence[i].0;
        for (longer, _) in &evidence[i..] {
            let bends = longer.bend + 1.645 * longer.bend_error < 0.95 && longer.plateau < 0.8 * limit;
            let as_foreseen = |shorter: &Evidence| {
                shorter.slope - 2.5 * shorter.slope_error < 1.2 * longer.slope_ahead(shorter.span_ms)
            };
            let telling = evidence[..=i].iter().filter(|(shorter, _)| shorter.span_ms > 10.0 * MINUTE);
            if bends && telling.map(|(shorter, _)| shorter).all(as_foreseen) {
                if longer.span_ms > 30.0 * MINUTE && longer.bend + 4.0 * longer.bend_error < 0.9 {
                    self.plateaus[area.index()] = Some((now_ms, longer.plateau));
                }
                return true;
            }
        }
        self.plateaus[area.index()].is_some_and(|(at_ms, plateau)| {
            (now_ms - at_ms) as f64 <= PLATEAU_KNOWN_FOR && e.level < plateau + 2.0 * e.noise
        })
    }

    fn judge(&self, now_ms: u64, area: Area, e: &Evidence, lasting: bool) -> Option<Assessment> {
        let limit = self.limit(area);
        let least = least_growth(area, limit);
        let assessment = |verdict, p: f64| {
            let growth = e.slope * e.span_ms;
            let snr = growth.abs() / e.noise.max(growth.abs() * 1e-3);
            Assessment {
                at_ms: now_ms,
                verdict,
                area: Some(area),
                bytes_per_hour: e.slope * HOUR,
                confidence: (1.0 - p) * (snr / (snr + 1.0)),
                time_left_ms: self.time_left(area, e.slope),
                window_ms: e.span_ms,
                growth,
                plateau: e.plateau.is_finite().then_some(e.plateau),
            }
        };
        if e.p_falling < 0.001 && -e.slope * e.span_ms > least.max(3.0 * e.noise) && e.span_ms <= HOUR {
            return Some(assessment(Verdict::Draining, e.p_falling));
        }
        let rising = e.p_rising < 0.01
            && e.excess > least.max(2.5 * e.noise)
            && e.steadiness > 0.2
            && e.bend > 0.25
            && e.load_change < 1.6;
        if !rising {
            return None;
        }
        let left = self.time_left(area, e.slope).unwrap_or(f64::INFINITY);
        let persistence = (PERSISTENCE * left).clamp(PERSIST_AT_LEAST, PERSIST_AT_MOST);
        let leaking = e.p_rising < 0.001
            && e.lasted_ms >= 0.9 * persistence
            && e.excess > (0.004 * limit).max(least)
            && e.bend > 0.5
            && !e.stalled
            && lasting;
        Some(assessment(if leaking { Verdict::Leaking } else { Verdict::Growing }, e.p_rising))
    }

    /// Is the level reached higher than all before the window, as far as load was not higher then? A saw-tooth
    /// with long teeth rises like a leak, but not beyond its last peak.
    fn is_record(&self, area: Area, points: &[Point], e: &Evidence, peak_load: f64) -> bool {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return false };
        let most_load = if last.load.is_finite() { 1.3 * last.load + 0.1 * peak_load } else { f64::INFINITY };
        self.history.highest_before(area, first.at_ms, most_load).is_none_or(|peak| e.level > peak + e.noise)
    }

    /// What this area must not exceed, bytes.
    fn limit(&self, area: Area) -> f64 {
        let heap_limit = self.heap.map_or(f64::INFINITY, |h| h.limit);
        match area {
            Area::JsHeap => heap_limit.min(self.memory_limit()),
            _ => self.memory_limit(),
        }
    }

    fn memory_limit(&self) -> f64 {
        self.process.cgroup_limit.unwrap_or(f64::INFINITY).min(self.options.machine_memory)
    }

    /// Milliseconds until growth at `slope` bytes per millisecond meets a limit.
    fn time_left(&self, area: Area, slope: f64) -> Option<f64> {
        if slope <= 0.0 {
            return None;
        }
        let heap = self.heap.as_ref()?;
        let resident = self.process.cgroup_usage.or(self.process.rss).unwrap_or(heap.rss);
        let mut room = self.memory_limit() - resident;
        if area == Area::JsHeap {
            room = room.min(heap.limit - heap.used);
        }
        let left = room.max(0.0) / slope;
        left.is_finite().then_some(left)
    }
}

/// Growth below this is never reported. The resident set moves in large steps for reasons of the allocator, so
/// what is derived from it needs more.
fn least_growth(area: Area, limit: f64) -> f64 {
    let limit = if limit.is_finite() { limit } else { 0.0 };
    match area {
        Area::JsHeap | Area::External => MIB.max(0.0005 * limit),
        Area::Native | Area::Fragmentation => (8.0 * MIB).max(0.002 * limit),
    }
}

/// Leaks before growth before draining; among equals the faster.
fn rank(a: &Assessment) -> (u8, f64) {
    let class = match a.verdict {
        Verdict::Leaking => 3,
        Verdict::Growing => 2,
        Verdict::Draining => 1,
        Verdict::Flat | Verdict::WarmingUp => 0,
    };
    (class, a.bytes_per_hour.abs())
}
