//! `cargo bench --no-default-features --bench graph -- FILE [THREADS]`: how long each stage of building a
//! graph takes, by the clock and in processor time, and how much memory the process has taken by then.
//! Processor time is what to compare when the machine has other things to do.

use leakguard::graph::{BuildOptions, Graph};
use leakguard::parse::source::{ReadOptions, read_file};
use std::cell::Cell;
use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let Some(file) = args.first() else {
        // `cargo bench` runs every benchmark; without a file there is nothing to measure.
        println!("usage: cargo bench --no-default-features --bench graph -- FILE [THREADS]");
        return ExitCode::SUCCESS;
    };
    let threads = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(2);
    match run(file, threads) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &str, threads: usize) -> leakguard::error::Result<()> {
    println!("{:<16} {:>9} {:>9} {:>9}", "stage", "clock ms", "cpu ms", "peak MB");
    let start = Instant::now();
    let columns = read_file(file, &ReadOptions { threads, ..ReadOptions::default() })?;
    row("parse", start.elapsed());
    let start_graph = Instant::now();
    let options = BuildOptions { threads, ..BuildOptions::default() };
    let graph = Graph::build_timed(columns, &options, &row)?;
    println!("{:<16} {:>9.0}", "graph", millis(start_graph.elapsed()));
    println!("{:<16} {:>9.0}", "all", millis(start.elapsed()));
    let megabytes = fs::metadata(file).map_or(0, |meta| meta.len()) as f64 / 1e6;
    let edges = graph.columns().edges.len();
    println!("{megabytes:.0} MB, {} nodes, {edges} edges, {threads} threads", graph.len());
    Ok(())
}

/// Prints one stage. Runs on the thread the stage ran on, right after it.
fn row(stage: &'static str, clock: Duration) {
    thread_local!(static BEFORE: Cell<f64> = const { Cell::new(0.0) });
    let now = processor_millis();
    let cpu = now - BEFORE.replace(now);
    println!("{stage:<16} {:>9.0} {cpu:>9.0} {:>9.0}", millis(clock), peak_megabytes());
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Processor time of this thread so far; 0 where the system does not tell.
fn processor_millis() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn peak_megabytes() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim_end_matches("kB").trim().parse::<f64>().unwrap_or(0.0) * 1024.0 / 1e6
}
