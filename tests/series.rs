//! A series of captures: what one leaves is there for the next, and it never grows without bound.

use leakguard::analysis::Series;
use leakguard::analysis::series::{Finding, LONGEST};
use leakguard::capture::Briefing;
use leakguard::report::{RateUnit, Round};
use std::fs::File;
use std::path::Path;

fn fixture(name: &str) -> File {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures");
    File::open(folder.join(format!("{name}.heapsnapshot.gz"))).unwrap()
}

fn round(iterations: u64) -> Round {
    Round { iterations, ..Round::default() }
}

fn analyse(series: &Series, round: &Round, name: &str) -> Vec<u8> {
    let briefing = Briefing { threads: 1, ..Briefing::default() };
    series.analyst(round.clone()).analyse(&mut fixture(name), &briefing).unwrap()
}

fn capture(series: &Series, iterations: u64, name: &str) -> Finding {
    let round = round(iterations);
    let result = analyse(series, &round, name);
    series.accept(round, &result).unwrap()
}

#[test]
fn each_capture_is_compared_with_those_before() {
    let series = Series::new(RateUnit::Iteration, Vec::new());
    let first = capture(&series, 10, "node22-server-a");
    let second = capture(&series, 20, "node22-server-b");
    assert!(first.node_count > 1000);
    assert!(first.edge_count > first.node_count);
    assert_eq!(first.diagnosis.rounds.len(), 1);
    let rounds: Vec<_> = second.diagnosis.rounds.iter().map(|round| round.iterations).collect();
    assert_eq!(rounds, [10, 20]);
    assert_eq!(second.diagnosis.rounds[0].program_bytes, first.diagnosis.rounds[0].program_bytes);
    assert_ne!(second.diagnosis.rounds[1].program_bytes, first.diagnosis.rounds[0].program_bytes);
}

#[test]
fn a_capture_that_failed_leaves_no_trace() {
    let series = Series::new(RateUnit::Iteration, Vec::new());
    capture(&series, 10, "node22-server-a");
    let whole = analyse(&series, &round(20), "node22-server-b");
    for length in [0, 3, 4, 100, whole.len() - 1] {
        assert!(series.accept(round(20), &whole[..length]).is_err(), "{length} of {} bytes", whole.len());
    }
    assert_eq!(capture(&series, 30, "node22-server-b").diagnosis.rounds.len(), 2);
}

#[test]
fn a_long_series_forgets_captures_but_no_iterations() {
    let series = Series::new(RateUnit::Iteration, Vec::new());
    let result = analyse(&series, &round(1), "node22-server-a");
    for _ in 0..LONGEST + 5 {
        series.accept(round(1), &result).unwrap();
    }
    let last = capture(&series, 1, "node22-server-a");
    assert_eq!(last.diagnosis.rounds.len(), LONGEST + 1);
    let iterations: u64 = last.diagnosis.rounds.iter().map(|round| round.iterations).sum();
    assert_eq!(iterations, LONGEST as u64 + 6);
}

#[test]
fn instances_of_the_classes_asked_for_are_counted_at_each_capture() {
    let names = ["Server", "no such class"].map(str::to_owned).to_vec();
    let finding = capture(&Series::new(RateUnit::Iteration, names), 10, "node22-server-a");
    assert_eq!(finding.instances, [1, 0]);
}
