//! The whole diagnosis: digests of all captures and the last graph in, verdict and suspects out.

use crate::analysis::candidates::{Candidate, candidates};
use crate::analysis::digest::Digest;
use crate::analysis::drained;
use crate::analysis::evidence::round;
use crate::analysis::expiry::{Expiries, Watched};
use crate::analysis::fold::Fold;
use crate::analysis::growth_point::Scene;
use crate::analysis::path::{Step, begin_at_module, fold_repeats};
use crate::analysis::places::Places;
use crate::analysis::reach::Reach;
use crate::analysis::scripts::ScriptTable;
use crate::analysis::suspect::{BACKLOG, NOISE, Series, case_trail};
use crate::analysis::suspects::{Case, cases};
use crate::analysis::trend::{Schedule, Trend, trend};
use crate::analysis::wording;
use crate::graph::Graph;
use crate::report::{
    Bound, Diagnosis, Expiry, Growth, GrowthKind, RateUnit, Round, SCHEMA, Strength, Suspect, Verdict, per,
    size,
};
use std::sync::Arc;

/// Growth of so many objects, or bytes, is enough to be told from chance (see [`evidence`]).
///
/// [`evidence`]: crate::analysis::evidence
const FEWEST_OBJECTS: f64 = 8.0;
const ENOUGH_BYTES: f64 = 65_536.0;
/// More rounds than this are no advice.
const MOST_ROUNDS: f64 = 50.0;
/// Fewer iterations than this leave slow leaks unseen.
const LITTLE_WORK: f64 = 1000.0;
/// Rates that differ by no more are of the same objects.
const SAME_RATE: f64 = 1.1;

/// How to diagnose.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most suspects to report in full.
    pub suspects: usize,
    pub unit: RateUnit,
    /// Growth of fewer bytes per iteration is no suspect.
    pub least_bytes_per_iteration: f64,
    /// The suspects of the diagnosis before: by them what has drained away since is named.
    pub remembered: Arc<Vec<Suspect>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            suspects: 10,
            unit: RateUnit::Iteration,
            least_bytes_per_iteration: 0.5,
            remembered: Arc::default(),
        }
    }
}

/// Diagnoses a series of captures of one program. `history` has the digests of all captures but the last,
/// `current` is the last capture's graph; `rounds` has one entry per capture.
///
/// Returns the diagnosis and the current capture's digest, to be the history of a later one.
pub fn diagnose(
    history: &[Digest],
    current: &Graph,
    rounds: &[Round],
    scripts: &ScriptTable,
    options: &Options,
) -> (Diagnosis, Digest) {
    let fold = Fold::of(current);
    let digest = Digest::from_fold(current, &fold);
    let digests: Vec<&Digest> = history.iter().chain(std::iter::once(&digest)).collect();
    let rounds = complete(rounds, &digests);
    let schedule = Schedule::new(&rounds.iter().map(|r| (r.iterations, r.cool_down)).collect::<Vec<_>>());
    let found = candidates(&digests, &schedule);
    let growth = growth(&digests, &schedule);
    let (suspects, drained) = if found.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let reach = Reach::of(current);
        let scene = Scene { graph: current, fold: &fold, reach: &reach };
        let expiries = Expiries::new(current, Watched::of(&rounds));
        suspects(scene, &digests, &schedule, found, scripts, options, &expiries)
    };
    (conclude(suspects, drained, rounds, &schedule, growth, options), digest)
}

/// One round per capture, with the sizes the captures say.
fn complete(rounds: &[Round], digests: &[&Digest]) -> Vec<Round> {
    digests
        .iter()
        .enumerate()
        .map(|(at, digest)| Round {
            program_bytes: Some(digest.program_bytes),
            metadata_bytes: Some(digest.metadata_bytes),
            ..rounds.get(at).cloned().unwrap_or_default()
        })
        .collect()
}

fn growth(digests: &[&Digest], schedule: &Schedule) -> Growth {
    let of = |field: fn(&Digest) -> u64| -> Trend {
        trend(schedule, &digests.iter().map(|d| Some(field(d) as f64)).collect::<Vec<_>>())
    };
    let (program, metadata) = (of(|d| d.program_bytes), of(|d| d.metadata_bytes));
    Growth {
        bytes_per_iteration: round(program.slope),
        r2: round(program.r2),
        metadata_bytes_per_iteration: round(metadata.slope),
    }
}

fn suspects(
    scene: Scene<'_>,
    digests: &[&Digest],
    schedule: &Schedule,
    found: Vec<Candidate>,
    scripts: &ScriptTable,
    options: &Options,
    expiries: &Expiries<'_>,
) -> (Vec<Suspect>, Vec<Candidate>) {
    let (mut cases, gone) = cases(scene, found);
    let gone = rejoin(scene, &mut cases, gone, &options.remembered);
    cases.retain(|case| case.bytes_per_iteration() >= options.least_bytes_per_iteration);
    cases.truncate(options.suspects.max(1) * 2);
    let trails: Vec<Vec<Step>> = cases.iter_mut().map(|case| case_trail(scene, case)).collect();
    let places = Places::new(scene.graph, scripts, trails.iter().map(Vec::as_slice));
    let is_module = |node| places.module_file(node).is_some();
    let trails: Vec<Vec<Step>> = trails
        .into_iter()
        .map(|steps| fold_repeats(scene.graph, begin_at_module(steps, is_module)))
        .collect();
    let series = Series { scene, digests, schedule, unit: options.unit, expiries };
    let mut list: Vec<Suspect> =
        cases.iter().zip(&trails).map(|(case, steps)| series.suspect(&places, case, steps)).collect();
    expire_with(&mut list);
    list.extend(drained::suspects(&gone, &options.remembered, schedule));
    // What the program leaks first, then what drained, then V8's own.
    list.sort_by(|a, b| {
        order(a).cmp(&order(b)).then(b.bytes_per_iteration.total_cmp(&a.bytes_per_iteration))
    });
    list.truncate(options.suspects);
    for (at, suspect) in list.iter_mut().enumerate() {
        suspect.rank = at as u32 + 1;
    }
    (list, gone)
}

/// What several hold, so that only roots are above it, expires with what comes as often: the text that is both a Map's key
/// and a variable of the timer's function.
fn expire_with(list: &mut [Suspect]) {
    let expiring: Vec<(f64, Expiry)> = list
        .iter()
        .filter_map(|s| Some((s.count_per_iteration * SAME_RATE, s.evidence.expiry.clone()?)))
        .collect();
    for suspect in list.iter_mut().filter(|s| s.grows_at.kind == GrowthKind::Root && !s.evidence.in_place) {
        let with = expiring.iter().find(|(rate, _)| suspect.count_per_iteration <= *rate);
        if let Some((_, expiry)) = with {
            suspect.evidence.expiry = Some(expiry.clone());
            suspect.evidence.strength = Strength::Weak;
        }
    }
}

/// What has drained away has no members left, but where it grew may still be known: the object that kept it got
/// smaller with it. What was seen while it grew says more than that object.
fn rejoin(
    scene: Scene<'_>,
    cases: &mut Vec<Case>,
    gone: Vec<Candidate>,
    remembered: &[Suspect],
) -> Vec<Candidate> {
    let mut rest = Vec::new();
    for candidate in gone.into_iter().filter(|candidate| candidate.backlog) {
        let kept = |case: &Case| {
            let at = case.site.at.map(|at| scene.fold.groups[scene.fold.group_of(at) as usize].signature);
            at == Some(candidate.parent) && case.all().all(|c| c.backlog)
        };
        let at = cases.iter().position(kept);
        let known = drained::is_remembered(&candidate, remembered);
        match at {
            Some(at) if !known => cases[at].add(candidate),
            _ => {
                at.map(|at| cases.remove(at));
                rest.push(candidate);
            }
        }
    }
    rest
}

fn order(suspect: &Suspect) -> u8 {
    match suspect.category.as_str() {
        NOISE => 2,
        BACKLOG => 1,
        _ => 0,
    }
}

fn conclude(
    suspects: Vec<Suspect>,
    drained: Vec<Candidate>,
    rounds: Vec<Round>,
    schedule: &Schedule,
    growth: Growth,
    options: &Options,
) -> Diagnosis {
    let leaking = |strength: Strength| {
        suspects.iter().find(|s| order(s) == 0 && s.evidence.strength == strength).map(|s| s.sentence.clone())
    };
    let backlog = suspects.iter().find(|s| s.category == BACKLOG).map(|s| s.sentence.clone()).or_else(|| {
        drained.first().map(|c| {
            wording::more(&format!("`{}`", c.class_name), "", c.count.slope, c.size.slope, options.unit)
        })
    });
    let (verdict, reason, advice) = if schedule.captures() < 2 {
        let advice = "Take at least three captures under load, with the same work between them.";
        (Verdict::Inconclusive, "One capture shows a state, not growth.".to_owned(), Some(advice.to_owned()))
    } else if let Some(sentence) = leaking(Strength::Strong) {
        (Verdict::Leak, sentence, None)
    } else if let Some(sentence) = backlog {
        (Verdict::Backlog, format!("It grew under load and drained when the load stopped: {sentence}"), None)
    } else if let Some(sentence) = leaking(Strength::Weak) {
        let weak = suspects.iter().find(|s| order(s) == 0);
        let (what, advice) = match weak.map(|s| (s, &s.evidence.bound, &s.evidence.expiry)) {
            Some((suspect, Some(bound), _)) => {
                ("It may be a cache that fills up", until_full(suspect, bound, options.unit))
            }
            Some((_, None, Some(expiry))) => ("It may go away by itself", wording::until_due(expiry)),
            _ => ("It may be growing", more_rounds(weak, schedule, options.unit)),
        };
        (Verdict::Inconclusive, format!("{what}: {sentence}"), Some(advice))
    } else {
        (Verdict::Healthy, healthy(schedule, growth, options.unit), sensitivity(schedule, options.unit))
    };
    Diagnosis { schema: SCHEMA, verdict, reason, advice, unit: options.unit, rounds, growth, suspects }
}

/// How much more work would turn weak evidence into an answer.
fn more_rounds(suspect: Option<&Suspect>, schedule: &Schedule, unit: RateUnit) -> String {
    let rounds = (schedule.captures() - 1) as f64;
    let each = schedule.iterations() / rounds.max(1.0);
    let needed = suspect.map(|s| {
        let by = |enough: f64, rate: f64| if rate > 0.0 { enough / (rate * each) } else { f64::INFINITY };
        let objects =
            if s.evidence.in_place { f64::INFINITY } else { by(FEWEST_OBJECTS, s.count_per_iteration) };
        // A shape that is not yet a straight line needs time rather than amounts.
        objects.min(by(ENOUGH_BYTES, s.bytes_per_iteration)).max(rounds + 2.0).ceil()
    });
    match needed.filter(|n| *n <= MOST_ROUNDS) {
        Some(n) => format!(
            "About {n:.0} rounds of {each:.0} {}s, or longer rounds, would tell growth from warm-up.",
            per(unit)
        ),
        None => "More iterations per round would tell growth from warm-up.".to_owned(),
    }
}

/// How much more work would fill what has a bound.
fn until_full(suspect: &Suspect, bound: &Bound, unit: RateUnit) -> String {
    let there = suspect.grows_at.elements.iter().flatten().max().copied().unwrap_or(0);
    let rate = suspect.count_per_iteration;
    let left = bound.value.saturating_sub(there) as f64;
    let more = match rate > 0.0 {
        true => format!("after about {:.0} more {}s", (left / rate).ceil(), per(unit)),
        false => "when it is full".to_owned(),
    };
    format!(
        "`{}` lets it have {}, and {there} are in it: {more} it either stops growing, or the bound does not hold.",
        bound.name, bound.value
    )
}

/// What so little work cannot show.
fn sensitivity(schedule: &Schedule, unit: RateUnit) -> Option<String> {
    let (iterations, unit) = (schedule.iterations(), per(unit));
    (unit == "request" || unit == "iteration").then_some(())?;
    (iterations < LITTLE_WORK).then(|| {
        format!(
            "In {iterations:.0} {unit}s a leak of less than one object per {:.0} {unit}s does not show: for a finer \
             answer, more iterations or rounds.",
            (iterations / FEWEST_OBJECTS).floor().max(1.0)
        )
    })
}

fn healthy(schedule: &Schedule, growth: Growth, unit: RateUnit) -> String {
    let unit = per(unit);
    let iterations = schedule.iterations();
    let code = if growth.metadata_bytes_per_iteration >= 1.0 {
        format!(
            " (V8's own code and metadata still warm up, {} per {unit})",
            size(growth.metadata_bytes_per_iteration)
        )
    } else {
        String::new()
    };
    format!("No object of the program grows with the work done over {iterations:.0} {unit}s{code}.")
}
