//! What goes away by itself, later than anybody has watched: entries that a timer will remove, timers that will run. While the
//! captures are closer together than that, it grows like a leak.
//!
//! In: a growth point, its container's name in the code, the timers that are pending, and how long the captures took.
//! Out: [`Expiry`]. The code of the timers' callbacks is read as text, as [`bound`](crate::analysis::bound) does.

use crate::analysis::bound::{NEAREST, numbers, numbers_near};
use crate::analysis::function_text::reachable;
use crate::analysis::locator::Code;
use crate::analysis::path::{Step, last_named};
use crate::analysis::pending_timers::{PendingTimer, pending_timer, pending_timers};
use crate::analysis::places::{Places, number_value, property};
use crate::analysis::removal::{removal, reset};
use crate::analysis::source_text::{assigned, is_part, is_readable, number, plain};
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::report::{Expiry, Round};
use memchr::memmem;
use std::cell::OnceCell;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who watched for longer than this many times the delay has seen what it does.
const TIMES: f64 = 2.0;
/// Later than this is never.
const LONGEST_MS: f64 = 86_400_000.0;
/// Smaller numbers are of seconds.
const LEAST_MS: f64 = 1000.0;
/// What the name of a time to live has in it.
const KEEPS: [&str; 12] = [
    "ttl",
    "maxage",
    "expir",
    "timeout",
    "lifetime",
    "idle",
    "stale",
    "window",
    "keep",
    "retention",
    "duration",
    "seconds",
];
/// What starts a timer anew.
const STARTS: [&[u8]; 4] = [b"setTimeout(", b"setInterval(", b"setImmediate(", b".refresh("];

/// How long the captures took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watched {
    /// From the first capture to the last under load; where that is not known, nothing is known to expire.
    pub load_ms: Option<f64>,
    /// From there to the cool-down: all that was due in that time has gone, or will not.
    pub idle_ms: f64,
}

impl Watched {
    pub fn of(rounds: &[Round]) -> Self {
        let ms = |round: &Round| round.seconds.map(|seconds| seconds * 1000.0);
        let (idle, load): (Vec<&Round>, Vec<&Round>) =
            rounds.iter().skip(1).partition(|round| round.cool_down);
        Self { load_ms: load.into_iter().map(ms).sum(), idle_ms: idle.into_iter().filter_map(ms).sum() }
    }
}

/// One for each diagnosis.
pub struct Expiries<'a> {
    graph: &'a Graph,
    watched: Watched,
    runs: OnceCell<Vec<Run>>,
}

/// What a pending timer will run.
struct Run {
    timer: PendingTimer,
    code: Code,
    functions: Vec<Range<usize>>,
}

impl Run {
    /// `None` where the text is not known, or not for people.
    fn of(places: &Places<'_>, timer: PendingTimer) -> Option<Self> {
        let (code, at) = places.code_of(timer.callback)?;
        let functions = is_readable(&code.text).then(|| reachable(&code.text, at))?;
        Some(Self { timer, code, functions })
    }

    fn starts_again(&self) -> bool {
        let starts = |range: &Range<usize>| {
            STARTS.iter().any(|start| memmem::find(&self.code.text[range.clone()], start).is_some())
        };
        self.functions.iter().any(starts)
    }
}

impl<'a> Expiries<'a> {
    pub fn new(graph: &'a Graph, watched: Watched) -> Self {
        Self { graph, watched, runs: OnceCell::new() }
    }

    /// Of a container whose path is `growth_steps`, with `member` in it.
    pub fn of_container(
        &self,
        places: &Places<'_>,
        growth_steps: &[Step],
        member: NodeIdx,
    ) -> Option<Expiry> {
        self.watched.load_ms?;
        let (name, is_property) = last_named(growth_steps)?;
        let codes = places.codes(growth_steps, NEAREST);
        let runs = self.runs.get_or_init(|| self.runs(places));
        runs.iter().filter(|run| codes.iter().any(|code| code.is(&run.code))).find_map(|run| {
            let text = run.functions.iter().find_map(|range| {
                let text = &run.code.text[range.clone()];
                let taken = removal(text, name, is_property).map(|found| found.text);
                taken.or_else(|| reset(text, name, is_property))
            })?;
            let kept = match run.timer.repeats || run.starts_again() {
                true => self.times_to_live(run, growth_steps, member),
                false => Vec::new(),
            };
            // What is kept for a time is found by the run after that.
            let delay = run.timer.delay_ms;
            let due = match kept.is_empty() {
                true => self.later(delay),
                false => kept.iter().filter_map(|ms| self.later(delay + ms)).min_by(f64::total_cmp),
            }?;
            Some(Expiry { text, after_ms: due as u64, place: places.known(run.timer.callback) })
        })
    }

    fn runs(&self, places: &Places<'_>) -> Vec<Run> {
        pending_timers(self.graph).into_iter().filter_map(|timer| Run::of(places, timer)).collect()
    }

    /// Of timers that pile up, each of which will run once.
    pub fn of_timer(&self, places: &Places<'_>, member: NodeIdx) -> Option<Expiry> {
        let timer = [Some(member), property(self.graph, member, b"_idleNext")].into_iter().flatten();
        let timer = timer.filter_map(|node| pending_timer(self.graph, node)).find(|timer| !timer.repeats)?;
        let due = self.later(timer.delay_ms)?;
        let is_nodes = places.of(timer.callback).is_some_and(|place| place.file.starts_with("node:"));
        let runs_once = || Run::of(places, timer).is_some_and(|run| !run.starts_again());
        (is_nodes || runs_once()).then(|| Expiry {
            text: "setTimeout(…)".to_owned(),
            after_ms: due as u64,
            place: places.known(timer.callback).filter(|_| !is_nodes),
        })
    }

    /// The delay if nobody has watched for so long.
    fn later(&self, ms: f64) -> Option<f64> {
        let Watched { load_ms, idle_ms } = self.watched;
        (ms <= LONGEST_MS && ms * TIMES > load_ms? && ms > idle_ms).then_some(ms)
    }

    /// Milliseconds that an entry may be kept, as far as the code, the objects above it and the entry say.
    fn times_to_live(&self, run: &Run, above: &[Step], member: NodeIdx) -> Vec<f64> {
        let near = numbers_near(self.graph, above).into_iter();
        let mut found: Vec<f64> = near.filter(|(name, _)| keeps(name)).map(|(_, value)| value).collect();
        for range in &run.functions {
            for word in words(&run.code.text[range.clone()]) {
                match number(word.as_bytes()) {
                    Some((value, _)) if value >= LEAST_MS => found.push(value),
                    Some(_) => {}
                    None if keeps(word) => found.extend(assigned(&run.code.text, word)),
                    None => {}
                }
            }
        }
        found.iter_mut().filter(|value| **value < LEAST_MS).for_each(|value| *value *= 1000.0);
        found.extend(self.still_valid(member));
        found
    }

    /// How long until the time that the entry itself has in it: `{ expires: 1767225600000 }`.
    fn still_valid(&self, member: NodeIdx) -> Option<f64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis() as f64;
        let own = number_value(self.graph, member);
        let fields = numbers(self.graph, member).into_iter().map(|(_, value)| value);
        fields.chain(own).map(|at| at - now).find(|left| (0.0..=LONGEST_MS).contains(left))
    }
}

fn keeps(name: &str) -> bool {
    let plain = plain(name);
    KEEPS.iter().any(|word| plain.contains(word))
}

/// Names and numbers, products of numbers as one; without factors, `ttl * 1000`.
fn words(text: &[u8]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (is_number, length) = match number(&text[at..]) {
            Some((_, length)) => (true, length),
            None => (false, text[at..].iter().take_while(|&&b| is_part(b) || b == b'#').count()),
        };
        let is_factor = is_number && matches!(text[..at].trim_ascii_end().last(), Some(b'*' | b'/'));
        let word = std::str::from_utf8(&text[at..at + length]).ok();
        found.extend(word.filter(|word| !word.is_empty() && !is_factor));
        at += length.max(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{keeps, words};

    #[test]
    fn words_are_names_and_numbers() {
        assert_eq!(
            words(b"if (now - e.at > 60 * 1_000) drop(#ttl * 1e3, k2)"),
            ["if", "now", "e", "at", "60 * 1_000", "drop", "#ttl", "k2"]
        );
        assert!(["maxAge", "#ttl", "SESSION_TIMEOUT", "expiresIn", "windowMs"].into_iter().all(keeps));
        assert!(!["max", "size", "limit", "period"].into_iter().any(keeps));
    }
}
