//! The recent past in bounded memory: four tiers of buckets, each coarser and longer than the one before. Every
//! sample goes into all tiers, so no tier has to be rebuilt from another.
//!
//! | tier | bucket | kept |
//! |---|---|---|
//! | 0 | 10 s | 30 minutes |
//! | 1 | 1 min | 3 hours |
//! | 2 | 10 min | 25 hours |
//! | 3 | 1 h | 14 days |
//!
//! 846 buckets of 88 bytes: 74 KB, taken once at the start.

use super::ring::Ring;
use super::sample::{ActivitySample, Area, HeapSample};

/// (bucket length in ms, number of buckets)
const TIERS: [(u64, usize); 4] = [(10_000, 180), (60_000, 180), (600_000, 150), (3_600_000, 336)];

/// The lowest value an area had in a bucket, and when.
#[derive(Debug, Clone, Copy)]
struct Floor {
    at_ms: u64,
    bytes: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    start_ms: u64,
    /// For each area, its floor; NaN bytes while no collection ended in this bucket.
    floors: [Floor; 4],
    load_sum: f64,
    loads: u32,
}

/// One point of a floor series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at_ms: u64,
    /// The floor: the lowest value after a collection within the bucket.
    pub bytes: f64,
    /// Mean load over the bucket; NaN if nothing was measured.
    pub load: f64,
}

#[derive(Debug, Clone)]
pub struct History {
    tiers: Vec<(u64, Ring<Bucket>)>,
}

impl Default for History {
    fn default() -> Self {
        Self::new()
    }
}

impl History {
    pub fn new() -> Self {
        Self { tiers: TIERS.iter().map(|&(length, count)| (length, Ring::new(count))).collect() }
    }

    pub fn add_heap(&mut self, sample: &HeapSample) {
        for (length, ring) in &mut self.tiers {
            let bucket = bucket_at(ring, *length, sample.at_ms);
            for area in Area::ALL {
                let floor = &mut bucket.floors[area.index()];
                let bytes = area.bytes(sample);
                // `!(a >= b)` is true for the NaN of an empty floor as well.
                if floor.bytes.is_nan() || bytes < floor.bytes {
                    *floor = Floor { at_ms: sample.at_ms, bytes };
                }
            }
        }
    }

    pub fn add_activity(&mut self, sample: &ActivitySample) {
        let load = sample.load();
        if !load.is_finite() {
            return;
        }
        for (length, ring) in &mut self.tiers {
            let bucket = bucket_at(ring, *length, sample.at_ms);
            bucket.load_sum += load;
            bucket.loads += 1;
        }
    }

    /// The floors of `area` from `from_ms` on, oldest first, at most `most` of them: taken from the finest tier
    /// that reaches back that far, neighbours merged to their lower one if there are too many.
    pub fn points(&self, area: Area, from_ms: u64, now_ms: u64, most: usize) -> Vec<Point> {
        let span = now_ms.saturating_sub(from_ms);
        let tier = self
            .tiers
            .iter()
            .position(|(length, ring)| length * ring.capacity() as u64 >= span)
            .unwrap_or(self.tiers.len() - 1);
        let points: Vec<Point> = self.tiers[tier]
            .1
            .iter()
            .map(|bucket| {
                let floor = bucket.floors[area.index()];
                let load =
                    if bucket.loads > 0 { bucket.load_sum / f64::from(bucket.loads) } else { f64::NAN };
                Point { at_ms: floor.at_ms, bytes: floor.bytes, load }
            })
            .filter(|point| !point.bytes.is_nan() && point.at_ms >= from_ms)
            .collect();
        merge(points, most.max(1))
    }

    /// The highest ten-minute floor of the last day that ended before `before_ms`, among those under a load of at
    /// most `most_load`. What was reached before, and given back, is no sign of a leak.
    pub fn highest_before(&self, area: Area, before_ms: u64, most_load: f64) -> Option<f64> {
        let (length, ring) = &self.tiers[2];
        ring.iter()
            .filter(|b| b.start_ms + length <= before_ms)
            .filter(|b| b.loads == 0 || b.load_sum / f64::from(b.loads) <= most_load)
            .map(|b| b.floors[area.index()].bytes)
            .filter(|bytes| bytes.is_finite())
            .reduce(f64::max)
    }

    /// The highest mean load of any bucket, from the coarsest tier that has data.
    pub fn peak_load(&self) -> f64 {
        self.tiers[1]
            .1
            .iter()
            .filter(|bucket| bucket.loads > 0)
            .map(|bucket| bucket.load_sum / f64::from(bucket.loads))
            .fold(0.0, f64::max)
    }

    pub fn clear(&mut self) {
        for (_, ring) in &mut self.tiers {
            ring.clear();
        }
    }
}

/// The bucket that `at_ms` falls into. A sample older than the newest bucket (clocks of two threads may differ by
/// a little) goes into the newest.
fn bucket_at(ring: &mut Ring<Bucket>, length: u64, at_ms: u64) -> &mut Bucket {
    let start_ms = at_ms - at_ms % length;
    if ring.last().is_none_or(|bucket| bucket.start_ms < start_ms) {
        let empty = Floor { at_ms: 0, bytes: f64::NAN };
        ring.push(Bucket { start_ms, floors: [empty; 4], load_sum: 0.0, loads: 0 });
    }
    match ring.last_mut() {
        Some(bucket) => bucket,
        None => unreachable!("a bucket was pushed if there was none"),
    }
}

fn merge(points: Vec<Point>, most: usize) -> Vec<Point> {
    if points.len() <= most {
        return points;
    }
    let step = points.len().div_ceil(most);
    points
        .chunks(step)
        .map(|chunk| {
            let lowest = chunk.iter().copied().min_by(|a, b| a.bytes.total_cmp(&b.bytes)).unwrap_or(chunk[0]);
            let (sum, count) = chunk
                .iter()
                .filter(|p| p.load.is_finite())
                .fold((0.0, 0u32), |(sum, count), p| (sum + p.load, count + 1));
            Point { load: if count > 0 { sum / f64::from(count) } else { f64::NAN }, ..lowest }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heap(at_ms: u64, old_used: f64) -> HeapSample {
        HeapSample { at_ms, old_used, ..HeapSample::default() }
    }

    #[test]
    fn a_bucket_keeps_its_lowest_floor_and_mean_load() {
        let mut history = History::new();
        for (at_ms, requests) in [(1_000, 10.0), (2_000, 20.0)] {
            history.add_activity(&ActivitySample { at_ms, requests_per_s: Some(requests), busy: 0.1 });
        }
        for (at_ms, bytes) in [(2_500, 9.0), (3_000, 5.0), (9_999, 7.0), (10_000, 8.0)] {
            history.add_heap(&heap(at_ms, bytes));
        }
        let points = history.points(Area::JsHeap, 0, 20_000, 100);
        assert_eq!(points.len(), 2);
        assert_eq!((points[0].at_ms, points[0].bytes, points[0].load), (3_000, 5.0, 15.0));
        assert_eq!((points[1].at_ms, points[1].bytes), (10_000, 8.0));
        assert!(points[1].load.is_nan());
    }

    #[test]
    fn a_month_of_samples_stays_bounded_and_two_weeks_stay_visible() {
        let mut history = History::new();
        let month = 30 * 24 * 3_600_000u64;
        for at_ms in (0..month).step_by(30_000) {
            history.add_heap(&heap(at_ms, at_ms as f64));
        }
        let held: usize = history.tiers.iter().map(|(_, ring)| ring.len()).sum();
        assert_eq!(held, 846);
        assert!(std::mem::size_of::<Bucket>() * held < 80_000);
        let two_weeks = history.points(Area::JsHeap, month - 13 * 24 * 3_600_000, month, 64);
        assert!(two_weeks.len() > 32 && two_weeks.len() <= 64);
        assert!(two_weeks.windows(2).all(|w| w[0].at_ms < w[1].at_ms && w[0].bytes < w[1].bytes));
        let hour = history.points(Area::JsHeap, month - 3_600_000, month, 64);
        assert!(hour.len() >= 58, "{}", hour.len());
    }

    #[test]
    fn a_late_sample_goes_to_the_newest_bucket() {
        let mut history = History::new();
        history.add_heap(&heap(25_000, 4.0));
        history.add_heap(&heap(19_999, 3.0));
        assert_eq!(history.points(Area::JsHeap, 0, 30_000, 9).len(), 1);
    }
}
