//! Replays series and counts: who raised an alarm, when, and was it right?

use crate::memwatch::Memwatch;
use crate::series::{Collected, MIB, MINUTE, Series};
use leakguard::monitor::{ActivitySample, Area, HeapSample, ProcessSample, Verdict, Watcher, WatcherOptions};
use std::fmt;

/// The verdict is asked for this often; the guard asks every few seconds.
const ASSESS_EVERY_MS: u64 = 60_000;

/// When each detector first raised an alarm in a series.
pub struct Alarms {
    pub leakguard_ms: Option<u64>,
    pub memwatch_ms: Option<u64>,
    /// When leakguard first said at least `growing` of something that a heap snapshot can name.
    pub suspected_ms: Option<u64>,
}

pub fn replay(series: &Series) -> Alarms {
    let mut watcher =
        Watcher::new(WatcherOptions { machine_memory: 4.0 * series.limit, ..WatcherOptions::default() });
    let mut memwatch = Memwatch::default();
    let mut alarms = Alarms { leakguard_ms: None, memwatch_ms: None, suspected_ms: None };
    let mut assessed_ms = 0;
    for c in &series.collections {
        if c.restarted {
            watcher.restart(c.at_ms);
            memwatch = Memwatch::default();
        }
        let sample = c.measured.unwrap_or_else(|| modelled(c, series.limit));
        watcher.process(&ProcessSample { at_ms: c.at_ms, rss: Some(sample.rss), ..ProcessSample::default() });
        watcher.activity(&ActivitySample {
            at_ms: c.at_ms,
            requests_per_s: (c.load > 0.0).then_some(c.load),
            busy: 0.02,
        });
        watcher.heap(&sample);
        let counted = series.leaks_from_ms.is_none_or(|from| c.at_ms >= from);
        if memwatch.collected(c.live) && counted {
            alarms.memwatch_ms.get_or_insert(c.at_ms);
        }
        if c.at_ms >= assessed_ms + ASSESS_EVERY_MS {
            assessed_ms = c.at_ms;
            let assessment = *watcher.assess(c.at_ms);
            let verdict = assessment.verdict;
            // What has no objects behind it cannot be named by a heap snapshot.
            let nameable = matches!(assessment.area, Some(Area::JsHeap | Area::External));
            let leaking = verdict == Verdict::Leaking;
            if nameable && (leaking || verdict == Verdict::Growing) {
                alarms.suspected_ms.get_or_insert(c.at_ms);
            }
            if leaking && (counted || alarms.leakguard_ms.is_none()) {
                alarms.leakguard_ms.get_or_insert(c.at_ms);
            }
        }
    }
    alarms
}

/// A generated series knows the live bytes; the rest follows from them.
fn modelled(c: &Collected, limit: f64) -> HeapSample {
    let reserved = c.live * 1.3;
    HeapSample {
        at_ms: c.at_ms,
        old_used: c.live,
        used: c.live,
        total: reserved,
        physical: reserved,
        limit,
        external: 2.0 * MIB,
        array_buffers: 0.0,
        rss: reserved + 60.0 * MIB,
    }
}

#[derive(Default)]
struct Row {
    name: String,
    leaking: bool,
    series: usize,
    /// Detection delays in ms, or times of false alarms.
    leakguard: Vec<u64>,
    memwatch: Vec<u64>,
    /// Alarms before the leak began.
    early: usize,
}

#[derive(Default)]
pub struct Score {
    rows: Vec<Row>,
}

impl Score {
    /// Replays on all processors.
    pub fn add_all(&mut self, all: &[Series]) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let alarms: Vec<Alarms> = std::thread::scope(|scope| {
            let parts: Vec<_> = all
                .chunks(all.len().div_ceil(threads).max(1))
                .map(|part| scope.spawn(|| part.iter().map(replay).collect::<Vec<_>>()))
                .collect();
            parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
        });
        for (series, alarms) in all.iter().zip(alarms) {
            self.add(series, &alarms);
        }
    }

    fn add(&mut self, series: &Series, alarms: &Alarms) {
        let from = series.leaks_from_ms.unwrap_or(0);
        if self.rows.last().is_none_or(|row| row.name != series.name) {
            self.rows.push(Row {
                name: series.name.clone(),
                leaking: series.leaks_from_ms.is_some(),
                ..Row::default()
            });
        }
        let Some(row) = self.rows.last_mut() else { return };
        row.series += 1;
        match alarms.leakguard_ms {
            Some(at) if at < from => row.early += 1,
            Some(at) => row.leakguard.push(at - from),
            None => {}
        }
        row.memwatch.extend(alarms.memwatch_ms.map(|at| at - from));
    }

    pub fn false_alarms(&self) -> usize {
        self.rows.iter().map(|r| r.early + if r.leaking { 0 } else { r.leakguard.len() }).sum()
    }

    pub fn missed(&self) -> usize {
        self.rows.iter().filter(|r| r.leaking).map(|r| r.series - r.early - r.leakguard.len()).sum()
    }

    pub fn slowest_ms(&self) -> u64 {
        self.rows.iter().filter(|r| r.leaking).flat_map(|r| &r.leakguard).copied().max().unwrap_or(0)
    }

    pub fn memwatch_false_alarms(&self) -> usize {
        self.rows.iter().filter(|r| !r.leaking).map(|r| r.memwatch.len()).sum()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = |times: &[u64]| {
            let mut sorted = times.to_vec();
            sorted.sort_unstable();
            match (sorted.get(sorted.len() / 2), sorted.last()) {
                (Some(middle), Some(last)) => format!("{} / {} min", middle / MINUTE, last / MINUTE),
                _ => "-".to_owned(),
            }
        };
        writeln!(f, "\n| healthy series | n | false alarms | memwatch's false alarms |\n|---|---|---|---|")?;
        for r in self.rows.iter().filter(|r| !r.leaking) {
            writeln!(f, "| {} | {} | {} | {} |", r.name, r.series, r.leakguard.len(), r.memwatch.len())?;
        }
        writeln!(f, "\n| leaking series | n | seen | delay, median / longest | memwatch saw | its delay |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for r in self.rows.iter().filter(|r| r.leaking) {
            let early = if r.early > 0 { format!(" ({} too early)", r.early) } else { String::new() };
            writeln!(
                f,
                "| {} | {} | {}{} | {} | {} | {} |",
                r.name,
                r.series,
                r.leakguard.len(),
                early,
                minutes(&r.leakguard),
                r.memwatch.len(),
                minutes(&r.memwatch)
            )?;
        }
        Ok(())
    }
}
