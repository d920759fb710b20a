//! Which groups grow: the digests of all captures compared, group by group.
//!
//! In: one digest per capture. Out: the outermost growing groups, with their numbers over the captures. A
//! group inside a growing group grows because of it and belongs to it, unless it grows much faster.

use crate::analysis::digest::Digest;
use crate::analysis::moved::{Moved, settled};
use crate::analysis::trend::{Schedule, Shape, Trend, trend};
use rustc_hash::FxHashMap;

/// A group that grows, in number or in size.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub signature: u64,
    /// Signature of the group above.
    pub parent: u64,
    pub label: String,
    pub class_name: String,
    pub growth: Growth,
    /// Nodes in the group, per capture.
    pub counts: Vec<Option<u64>>,
    /// Bytes the group and everything below it holds, per capture.
    pub retained: Vec<Option<u64>>,
    /// Bytes of the group's own nodes, per capture.
    pub bytes: Vec<Option<u64>>,
    /// Elements of the member with most, per capture.
    pub elements: Vec<Option<u64>>,
    pub count: Trend,
    /// Growth of `retained`, for growth in size of `bytes`.
    pub size: Trend,
    /// Growth of the metadata below: shapes and code that live as long as the objects do.
    pub metadata: Trend,
    /// The growth was gone at the cool-down.
    pub backlog: bool,
    /// Groups below that grow along with this one.
    pub inner: u32,
    /// Another group of the same case is above this one, so that its bytes count there.
    pub inside: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    Number,
    /// The same objects got bigger.
    Size,
}

/// Growth below both is not looked at: fewer objects than this per round (whoever drives the rounds keeps a
/// note of each) …
const FEWEST_PER_ROUND: f64 = 1.5;
/// … and fewer bytes in all rounds together.
const FEWEST_BYTES: f64 = 8192.0;
/// Bytes an object list must gain at least, however many objects.
const LEAST_BYTES: f64 = 256.0;
/// Bytes that something which comes only now and then must gain.
const STEPWISE_BYTES: f64 = 65_536.0;
/// A group below a growing one stands for itself when it grows this many times faster than that explains.
const FASTER: f64 = 6.0;

/// The groups that grow over the captures of `schedule`; `digests[i]` is capture `i`.
pub fn candidates(digests: &[&Digest], schedule: &Schedule) -> Vec<Candidate> {
    let Some(last) = schedule.last_load().and_then(|at| digests.get(at)) else { return Vec::new() };
    let moved = Moved::of(digests, schedule);
    // For each row of the last capture under load: the growing row it belongs to, itself included.
    let mut owner: Vec<Option<u32>> = vec![None; last.len()];
    let mut found: FxHashMap<u32, Candidate> = FxHashMap::default();
    for row in 1..last.len() as u32 {
        let above = owner[last.row(row).parent as usize];
        let here: Vec<Option<u32>> = digests.iter().map(|digest| digest.find(last.signature(row))).collect();
        let mut series = Series::of(digests, &here);
        let [mut count, mut size] = series.trends(schedule);
        let mut grows = grows_in_number(schedule, series.first(), &count, &size);
        let may_have_moved = !grows && above.is_none();
        let elsewhere = moved.as_ref().filter(|_| may_have_moved).and_then(|moved| moved.rows(row, &here));
        if let Some(rows) = elsewhere {
            series = Series::of(digests, &rows);
            [count, size] = series.trends(schedule);
            grows = grows_in_number(schedule, series.first(), &count, &size);
        }
        if grows {
            if let Some(above) = above.filter(|above| explained(&found, *above, &series, &count)) {
                owner[row as usize] = Some(above);
                if let Some(outer) = found.get_mut(&above) {
                    outer.inner += 1;
                }
                continue;
            }
            owner[row as usize] = Some(row);
            let metadata = trend(schedule, &floats(&series.metadata));
            found.insert(row, Candidate::new(last, row, Growth::Number, series, [count, size, metadata]));
            continue;
        }
        owner[row as usize] = above;
        let bytes = trend(schedule, &floats(&series.bytes));
        if above.is_none() && grows_in_size(schedule, &series, &bytes) {
            found.insert(row, Candidate::new(last, row, Growth::Size, series, [count, bytes, Trend::FLAT]));
        }
    }
    let mut list: Vec<Candidate> = found.into_values().collect();
    list.iter_mut().for_each(|candidate| candidate.follow(digests, schedule));
    list.sort_by(|a, b| b.size.slope.total_cmp(&a.size.slope).then(a.signature.cmp(&b.signature)));
    list
}

impl Candidate {
    fn new(digest: &Digest, row: u32, growth: Growth, series: Series, trends: [Trend; 3]) -> Self {
        let [count, size, metadata] = trends;
        let backlog = match growth {
            Growth::Number => count.is_backlog(),
            Growth::Size => size.is_backlog(),
        };
        Self {
            signature: digest.signature(row),
            parent: digest.signature(digest.row(row).parent),
            label: digest.label(row).to_owned(),
            class_name: digest.class_name(row).to_owned(),
            growth,
            counts: series.counts,
            retained: series.retained,
            bytes: series.bytes,
            elements: series.elements,
            count,
            size,
            metadata,
            backlog,
            inner: 0,
            inside: false,
        }
    }
}

impl Candidate {
    /// What left its group when the load stopped, but only for another place, did not drain.
    fn follow(&mut self, digests: &[&Digest], schedule: &Schedule) {
        let (Some(last), Some(calm)) = (schedule.last_load(), schedule.cool_down()) else { return };
        if !self.backlog || self.growth != Growth::Number {
            return;
        }
        let Some(row) = settled(digests, schedule, &self.class_name, self.count.total) else { return };
        let digest = digests[calm];
        // The objects are those of the last capture under load; how many of them there are, it knew better.
        for numbers in [&mut self.counts, &mut self.retained, &mut self.bytes] {
            numbers[calm] = numbers[last];
        }
        self.signature = digest.signature(row);
        self.parent = digest.signature(digest.row(row).parent);
        self.label = digest.label(row).to_owned();
        self.count.drained = Some(0.0);
        self.size.drained = Some(0.0);
        self.backlog = false;
    }

    /// Bytes per iteration: of the program's objects, and of the metadata that comes and stays with them.
    pub fn bytes_per_iteration(&self) -> f64 {
        let metadata = if self.metadata.shape == Shape::Growing { self.metadata.slope } else { 0.0 };
        self.size.slope + metadata
    }
}

/// One group's numbers, per capture.
struct Series {
    counts: Vec<Option<u64>>,
    retained: Vec<Option<u64>>,
    bytes: Vec<Option<u64>>,
    metadata: Vec<Option<u64>>,
    elements: Vec<Option<u64>>,
}

impl Series {
    /// From the group's row in each digest. Where it has none, it had no members then, or too few to be kept.
    fn of(digests: &[&Digest], rows: &[Option<u32>]) -> Self {
        let rows: Vec<_> = digests.iter().zip(rows).map(|(d, row)| row.map(|row| d.row(row))).collect();
        let take = |field: fn(&crate::analysis::digest::Row) -> u64| {
            rows.iter().map(|row| Some(row.as_ref().map_or(0, field))).collect()
        };
        Self {
            counts: take(|row| row.count),
            retained: take(|row| row.retained),
            bytes: take(|row| row.bytes),
            metadata: take(|row| row.metadata),
            elements: take(|row| row.elements),
        }
    }

    fn first(&self) -> f64 {
        self.counts.first().copied().flatten().unwrap_or(0) as f64
    }

    /// Of the number of objects, and of the bytes they hold.
    fn trends(&self, schedule: &Schedule) -> [Trend; 2] {
        [trend(schedule, &floats(&self.counts)), trend(schedule, &floats(&self.retained))]
    }
}

pub fn floats(values: &[Option<u64>]) -> Vec<Option<f64>> {
    values.iter().map(|value| value.map(|v| v as f64)).collect()
}

fn grows_in_number(schedule: &Schedule, first: f64, count: &Trend, size: &Trend) -> bool {
    let rounds = schedule.captures().saturating_sub(1) as f64;
    // A big group that gains a little now and then is alive, not leaking.
    let noise = count.total < 0.02 * first.max(1.0) && count.r2 < 0.999 && size.total < 65_536.0;
    let steady = count.shape == Shape::Growing;
    let stepwise = count.shape == Shape::Stepwise && size.total >= STEPWISE_BYTES;
    (steady || stepwise)
        && !noise
        && size.total >= LEAST_BYTES
        && (count.total >= FEWEST_PER_ROUND * rounds || size.total >= FEWEST_BYTES)
}

/// Backing stores grow by doubling, so not in every round: it is enough that they never shrink, grew in two
/// rounds, and by half. One that stood still lately must have grown manifold before.
fn grows_in_size(schedule: &Schedule, series: &Series, bytes: &Trend) -> bool {
    let existed = series.counts.first().copied().flatten().is_some_and(|count| count > 0);
    if bytes.total < FEWEST_BYTES / 4.0 || schedule.captures() < 2 || !existed {
        return false;
    }
    // A backing store is larger than what is in it, and follows it by leaps. What is in it says more.
    if trend(schedule, &floats(&series.elements)).shape == Shape::Saturating {
        return false;
    }
    let end = schedule.last_load().map_or(0, |last| last + 1);
    let load: Vec<u64> = series.bytes.iter().take(end).flatten().copied().collect();
    let steps = load.windows(2).filter(|w| w[1] > w[0]).count();
    let shrinks = load.windows(2).any(|w| w[1] < w[0]);
    // Per object, so that more objects are not taken for bigger ones.
    let each = |at: usize| {
        let count = series.counts.get(at).copied().flatten().unwrap_or(0).max(1);
        load.get(at).map_or(0.0, |bytes| *bytes as f64 / count as f64)
    };
    let times = each(load.len().saturating_sub(1)) / each(0).max(1.0);
    let rounds = load.len().saturating_sub(1);
    let enough = if bytes.shape == Shape::Saturating { 3.0 } else { 1.5 };
    !shrinks && steps >= rounds.min(2) && times >= enough
        || bytes.shape == Shape::Growing && bytes.r2 > 0.9 && times >= 1.02
}

/// Whether a growing group inside a growing group grows only because of that one.
fn explained(found: &FxHashMap<u32, Candidate>, above: u32, series: &Series, count: &Trend) -> bool {
    let Some(outer) = found.get(&above) else { return true };
    let first = |values: &[Option<u64>]| values.iter().flatten().next().copied().unwrap_or(0) as f64;
    let (outer_first, inner_first) = (first(&outer.counts), first(&series.counts));
    if outer_first == 0.0 {
        return true;
    }
    let per_object = (inner_first / outer_first).max(1.0);
    count.total <= FASTER * outer.count.total * per_object
}
