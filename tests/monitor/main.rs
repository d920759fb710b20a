//! Does the monitor see every leak and stay silent otherwise? Replays the corpus through it, and through the rule of
//! memwatch for comparison. The table of docs/monitor.md is the output of
//! `cargo test --no-default-features --test monitor -- --nocapture`.

mod corpus;
mod drawn;
mod memwatch;
mod recorded;
mod rng;
mod score;
mod series;

use score::Score;

#[test]
fn no_false_alarm_and_every_leak_within_the_hour() {
    let mut table = Score::default();
    for series in [corpus::healthy(), recorded::healthy(), corpus::leaking(), recorded::leaking()] {
        table.add_all(&series);
    }
    println!("{table}");
    assert_eq!(table.false_alarms(), 0, "{table}");
    assert_eq!(table.missed(), 0, "{table}");
    assert!(table.slowest_ms() <= series::HOUR, "{table}");
    // The comparison means something only if the same series do fool the simple rule.
    assert!(table.memwatch_false_alarms() > 0);
}

/// The verdict `growing` is what makes the guard look closer, so it has to come early.
#[test]
fn a_real_leak_is_suspected_within_minutes() {
    let suspected = score::replay(&recorded::leaking_briefly()).suspected_ms;
    assert!(suspected.is_some_and(|at| at < 6 * series::MINUTE), "{suspected:?}");
}

/// A server whose requests stay for seconds under bursts gives no reason to look closer.
#[test]
fn real_bursts_are_not_even_suspected() {
    for series in recorded::healthy().iter().filter(|series| series.name.contains("bursts")) {
        assert_eq!(score::replay(series).suspected_ms, None, "{}", series.name);
    }
}

/// Several healthy causes at once can still look like a leak; how often is the honest figure beside the corpus's zero.
#[test]
fn on_series_drawn_at_random_alarms_are_mostly_right() {
    let mut table = Score::default();
    table.add_all(&drawn::healthy());
    table.add_all(&drawn::leaking());
    println!("{table}");
    assert!(table.false_alarms() * 3 < table.memwatch_false_alarms(), "{table}");
    assert!(table.missed() <= 4, "{table}");
}
