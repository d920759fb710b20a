//! How far a suspect's numbers can be trusted.

use crate::analysis::candidates::{Candidate, Growth as Grown, floats};
use crate::analysis::trend::{Schedule, Shape, Trend, median, trend};
use crate::report::{Bound, Evidence, Expiry, GrowthKind, Strength};

/// What may end the growth: a number of entries, or time.
#[derive(Default)]
pub struct End {
    pub bound: Option<Bound>,
    pub expiry: Option<Expiry>,
}

/// The numbers of the main candidate and of those that are elements of the growth point like it.
pub fn evidence(
    main: &Candidate,
    siblings: &[&Candidate],
    schedule: &Schedule,
    kind: GrowthKind,
    end: End,
) -> Evidence {
    let in_place = main.growth == Grown::Size;
    let sum = |of: fn(&Candidate) -> &Vec<Option<u64>>| -> Vec<Option<u64>> {
        (0..of(main).len()).map(|i| siblings.iter().map(|c| of(c).get(i).copied().flatten()).sum()).collect()
    };
    let (counts, bytes) =
        (sum(|c| &c.counts), if in_place { main.bytes.clone() } else { sum(|c| &c.retained) });
    let trend = trend(schedule, &floats(if in_place { &bytes } else { &counts }));
    // What only roots hold must be much to be believed.
    let little = kind == GrowthKind::Root && bytes_gained(&bytes) < 65_536;
    let doubtful = match in_place {
        true => is_bookkeeping(&main.class_name) || !same_number(&main.counts, schedule),
        false => slows_down(&schedule.rates(&counts), trend.total),
    };
    let weak = little || end.bound.is_some() || end.expiry.is_some() || doubtful;
    let ceiling = if weak { Strength::Weak } else { Strength::Strong };
    Evidence {
        r2: round(trend.r2),
        strength: strength(&trend, in_place, bytes_gained(&bytes), rises(&counts), schedule).min(ceiling),
        in_place,
        drained: trend.drained.map(round),
        counts,
        bytes,
        bound: end.bound,
        expiry: end.expiry,
    }
}

/// Of objects whose own size says how many others live, or have not been told dead yet: those others tell. Weak tables, and
/// lists that Node keeps outside the heap.
pub fn is_bookkeeping(class: &str) -> bool {
    matches!(class, "FinalizationRegistry" | "WeakMap" | "WeakSet") || class.starts_with("Node / ")
}

/// In the last of so many rounds, growth of less than this part of the others'. Of fewer objects a round, chance has more
/// to say.
const FEWEST_ROUNDS: usize = 3;
const SLOW: f64 = 0.75;
const ENOUGH_PER_ROUND: f64 = 20.0;

/// Whether less came in the last round than in those before: something may just have become full.
fn slows_down(rates: &[f64], total: f64) -> bool {
    let Some((last, before)) = rates.split_last() else { return false };
    let enough = rates.len() >= FEWEST_ROUNDS && total >= ENOUGH_PER_ROUND * rates.len() as f64;
    enough && median(&mut before.to_vec()).is_some_and(|usual| *last < SLOW * usual)
}

/// Whether, once warmed up, there were always as many: that the same ones grew is a guess where some come and go.
fn same_number(counts: &[Option<u64>], schedule: &Schedule) -> bool {
    let end = schedule.last_load().map_or(0, |last| last + 1);
    counts.get(1..end).is_none_or(|load| load.windows(2).all(|pair| pair[0] == pair[1]))
}

/// In how many rounds the number rose.
fn rises(counts: &[Option<u64>]) -> usize {
    let known: Vec<u64> = counts.iter().flatten().copied().collect();
    known.windows(2).filter(|pair| pair[1] > pair[0]).count()
}

fn bytes_gained(bytes: &[Option<u64>]) -> u64 {
    let known: Vec<u64> = bytes.iter().flatten().copied().collect();
    known.iter().max().copied().unwrap_or(0).saturating_sub(known.first().copied().unwrap_or(0))
}

/// What comes only now and then must have come in so many rounds.
const FEWEST_RISES: usize = 4;

/// How far growth can be trusted: three captures at least, a straight line, and enough of it that a handful of
/// late objects could not make it.
fn strength(trend: &Trend, in_place: bool, gained: u64, rises: usize, schedule: &Schedule) -> Strength {
    let captures = schedule.captures();
    // A backing store that doubles makes stairs.
    let steady = trend.shape == Shape::Growing || trend.shape == Shape::Stepwise && rises >= FEWEST_RISES;
    let straight = if in_place { trend.r2 >= 0.8 } else { trend.r2 >= 0.9 && steady };
    // A backing store gets bigger for a while whatever becomes of it, so that a long series is no excuse for little.
    let much =
        if in_place { gained >= 8192 } else { trend.total >= 8.0 || gained >= 65_536 || captures >= 5 };
    if captures >= 3 && straight && much { Strength::Strong } else { Strength::Weak }
}

/// Enough digits, and no more.
pub fn round(value: f64) -> f64 {
    if value.abs() >= 100.0 { value.round() } else { (value * 1e4).round() / 1e4 }
}
