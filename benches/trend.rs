//! What watching costs on the monitor's own thread: `cargo bench --no-default-features --bench trend`.
//!
//! Prints microseconds for taking in one sample and for one verdict, over a history of two weeks that leaks
//! (every window is examined in full) and one that is flat (most are dismissed at a glance).

use leakguard::monitor::{ActivitySample, HeapSample, Watcher, WatcherOptions};
use std::hint::black_box;
use std::time::Instant;

const MIB: f64 = 1_048_576.0;
const TWO_WEEKS_MS: u64 = 14 * 24 * 3_600_000;
const EVERY_MS: u64 = 10_000;

fn main() {
    println!("{:<8} {:>14} {:>14}", "history", "us per sample", "us per verdict");
    for (name, bytes_per_hour) in [("flat", 0.0), ("leaking", 4.0 * MIB)] {
        let mut watcher = Watcher::new(WatcherOptions::default());
        let started = Instant::now();
        for at_ms in (0..TWO_WEEKS_MS).step_by(EVERY_MS as usize) {
            let wobble = ((at_ms / EVERY_MS * 2_654_435_761) % 1000) as f64 * 1e-3 * MIB;
            let live = 60.0 * MIB + wobble + bytes_per_hour * at_ms as f64 / 3_600_000.0;
            watcher.activity(&ActivitySample { at_ms, requests_per_s: Some(100.0), busy: 0.1 });
            watcher.heap(&HeapSample {
                at_ms,
                old_used: live,
                used: live,
                total: live,
                physical: live,
                limit: 4144.0 * MIB,
                external: 2.0 * MIB,
                array_buffers: 0.0,
                rss: live + 60.0 * MIB,
            });
        }
        let per_sample = started.elapsed().as_secs_f64() * 1e6 / (TWO_WEEKS_MS / EVERY_MS) as f64;
        let rounds = 200;
        let started = Instant::now();
        for _ in 0..rounds {
            black_box(watcher.assess(black_box(TWO_WEEKS_MS)));
        }
        let per_verdict = started.elapsed().as_secs_f64() * 1e6 / f64::from(rounds);
        println!("{name:<8} {per_sample:>14.2} {per_verdict:>14.0}");
    }
}
