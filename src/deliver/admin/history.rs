//! The recent past for the page's chart: every second for ten minutes, coarser the further back. About 200 KB, taken
//! as it fills; nothing is ever recomputed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use crate::deliver::http::Params;
use crate::monitor::ring::Ring;

/// Seconds per bucket, and buckets: ten minutes, two hours, a day and a half, a week. 1,852 in all.
const TIERS: [(u64, usize); 4] = [(1, 600), (15, 480), (180, 500), (2400, 272)];
/// Marks remembered.
const MARKS: usize = 200;

/// One moment: bytes, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Since 1970.
    pub at: u64,
    pub rss: f64,
    pub heap_used: f64,
    /// What the last major collection left in the old generation.
    pub floor: Option<f64>,
    pub external: f64,
    pub heap_limit: f64,
    /// Spent collecting garbage since the sample before.
    pub gc_ms: f64,
    /// The longest that the event loop stood still since then.
    pub loop_delay_ms: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    pub at: u64,
    pub kind: &'static str,
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

#[derive(Debug)]
pub struct History {
    tiers: [Ring<Sample>; 4],
    marks: Ring<Mark>,
}

impl Default for History {
    fn default() -> Self {
        Self { tiers: TIERS.map(|(_, count)| Ring::new(count)), marks: Ring::new(MARKS) }
    }
}

impl History {
    pub fn add(&mut self, sample: Sample) {
        for (ring, (seconds, _)) in self.tiers.iter_mut().zip(TIERS) {
            let bucket = |at: u64| at / (seconds * 1000);
            match ring.last_mut() {
                Some(last) if bucket(last.at) == bucket(sample.at) => last.merge(&sample),
                _ => {
                    ring.push(sample);
                }
            }
        }
    }

    pub fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// From `since` on, oldest first: each stretch from the finest tier that reaches it.
    pub fn samples(&self, since: u64) -> Vec<Sample> {
        let mut pieces: Vec<Vec<Sample>> = Vec::with_capacity(TIERS.len());
        let mut until = u64::MAX;
        for ring in &self.tiers {
            let piece: Vec<Sample> =
                ring.iter().filter(|sample| sample.at >= since && sample.at < until).copied().collect();
            until = ring.iter().next().map_or(until, |first| first.at.min(until));
            pieces.push(piece);
        }
        pieces.into_iter().rev().flatten().collect()
    }
}

impl Sample {
    /// Peaks stay visible, and the lowest floor.
    fn merge(&mut self, later: &Self) {
        self.rss = self.rss.max(later.rss);
        self.heap_used = self.heap_used.max(later.heap_used);
        self.floor = match (self.floor, later.floor) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.external = self.external.max(later.external);
        self.heap_limit = later.heap_limit;
        self.gc_ms += later.gc_ms;
        self.loop_delay_ms = self.loop_delay_ms.max(later.loop_delay_ms);
    }
}

#[derive(Deserialize)]
pub struct Query {
    since: Option<f64>,
}

#[derive(Serialize)]
pub struct Past {
    samples: Vec<Sample>,
    marks: Vec<Mark>,
}

pub async fn get(State(desk): State<Arc<Desk>>, Params(query): Params<Query>) -> Json<Past> {
    let since = query.since.unwrap_or(0.0).max(0.0) as u64;
    let history = desk.history.lock();
    let marks = history.marks.iter().filter(|mark| mark.at >= since).cloned().collect();
    Json(Past { samples: history.samples(since), marks })
}

#[cfg(test)]
mod tests {
    use super::{History, Sample};

    fn sample(at: u64) -> Sample {
        Sample { at, rss: at as f64, floor: Some(at as f64), gc_ms: 1.0, ..Sample::default() }
    }

    #[test]
    fn two_weeks_stay_bounded_in_order_and_fine_at_the_end() {
        let mut history = History::default();
        let weeks = 14 * 86_400;
        for second in 0..weeks {
            history.add(sample(second * 1000));
        }
        let all = history.samples(0);
        assert!(all.len() > 1500 && all.len() <= 2000, "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(all[0].at < (weeks - 6 * 86_400) * 1000);
        let fine = history.samples((weeks - 100) * 1000);
        assert_eq!(fine.len(), 100);
    }

    #[test]
    fn a_merged_sample_keeps_peaks_and_the_lowest_floor() {
        let mut history = History::default();
        for second in 0..615 {
            history.add(sample(second * 1000));
        }
        let first = history.samples(0)[0];
        assert_eq!((first.at, first.rss, first.floor, first.gc_ms), (0, 14_000.0, Some(0.0), 15.0));
    }
}
