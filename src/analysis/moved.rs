//! Groups that move: what only a chain of awaits holds hangs below another handle at each capture, so that its
//! signature is another one and its own numbers begin anew.
//!
//! In: the digests. Out: [`Moved`], which gives such a group, in each earlier capture, the numbers of the largest
//! group that was reached by the same last two steps (label, class, class above) and has gone since; and where a
//! group went at the cool-down ([`settled`]).

use crate::analysis::digest::Digest;
use crate::analysis::fold::signature;
use crate::analysis::trend::Schedule;
use rustc_hash::FxHashMap;

pub struct Moved<'a> {
    /// The last capture under load, whose groups are looked up, and its index.
    current: &'a Digest,
    last: usize,
    /// For each capture, its groups that are not in the last one any more, by their last two steps.
    gone: Vec<FxHashMap<u64, u32>>,
}

impl<'a> Moved<'a> {
    pub fn of(digests: &'a [&'a Digest], schedule: &Schedule) -> Option<Self> {
        let last = schedule.last_load()?;
        let current = digests.get(last)?;
        let gone = digests.iter().enumerate().map(|(at, digest)| match at == last {
            true => FxHashMap::default(),
            false => largest(digest, |signature| current.find(signature).is_none()),
        });
        Some(Self { current, last, gone: gone.collect() })
    }

    /// For each capture, the row of the group at `row` of the last one, wherever it was then. `None` when it has
    /// not moved: it was there, or something else is there still.
    ///
    /// `here`: for each capture, the group's row where it stayed at its place.
    pub fn rows(&self, row: u32, here: &[Option<u32>]) -> Option<Vec<Option<u32>>> {
        let key = last_steps(self.current, row);
        let mut moved = false;
        let rows: Vec<Option<u32>> = here
            .iter()
            .enumerate()
            .map(|(at, stayed)| {
                stayed.or_else(|| {
                    let before = self.gone[at].get(&key).copied();
                    moved |= before.is_some() && at < self.last;
                    before
                })
            })
            .collect();
        moved.then_some(rows)
    }
}

/// Where a group's objects went when the load stopped: what was held in several ways while it was worked on hangs in
/// one place afterwards. The row in the cool-down's digest of a new group that is made of the same class and is
/// at least half as many as the growth, when the class as a whole did not shrink as the group did.
pub fn settled(digests: &[&Digest], schedule: &Schedule, class: &str, grown: f64) -> Option<u32> {
    let load = digests.get(schedule.last_load()?)?;
    let calm = digests.get(schedule.cool_down()?)?;
    let total = |digest: &Digest| {
        let class = digest.classes.iter().find(|row| row.name == class);
        class.map_or(0, |class| class.count) as f64
    };
    if total(load) - total(calm) >= grown / 2.0 {
        return None;
    }
    (1..calm.len() as u32)
        .filter(|&row| calm.class_name(row) == class && load.find(calm.signature(row)).is_none())
        .filter(|&row| calm.row(row).count as f64 >= grown / 2.0)
        .max_by_key(|&row| (calm.row(row).count, std::cmp::Reverse(row)))
}

/// The groups that `wanted` admits, of those with the same last two steps the one with most objects.
fn largest(digest: &Digest, wanted: impl Fn(u64) -> bool) -> FxHashMap<u64, u32> {
    let mut found: FxHashMap<u64, u32> = FxHashMap::default();
    for row in 1..digest.len() as u32 {
        if !wanted(digest.signature(row)) {
            continue;
        }
        let at = found.entry(last_steps(digest, row)).or_insert(row);
        if digest.row(row).count > digest.row(*at).count {
            *at = row;
        }
    }
    found
}

fn last_steps(digest: &Digest, row: u32) -> u64 {
    let above = signature(0, "", digest.class_name(digest.row(row).parent));
    signature(above, digest.label(row), digest.class_name(row))
}
