//! Parse, dominators, retained sizes and class table with `v8-heap-parser`, from a slice: its fastest way in.
//! Prints what it found; its own peak memory and CPU time go to standard
//! error as the line `usage {...}` (from `/proc`, so Linux).

use std::fs;
use std::io::{Error, Result};

fn main() -> Result<()> {
    let file = std::env::args().nth(1).ok_or_else(|| Error::other("usage: v8-heap-parser-bench FILE"))?;
    let graph = v8_heap_parser::decode_slice(&fs::read(file)?)?;
    let bytes = graph.retained_size(graph.root_index);
    let classes = graph.get_class_groups(false).len();
    println!(r#"{{"nodes":{},"classes":{classes},"bytes":{bytes}}}"#, graph.nodes().len());
    eprintln!("usage {}", usage()?);
    Ok(())
}

/// Peak memory from `VmHWM`, CPU time from the user and system ticks (100 a second on Linux).
fn usage() -> Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().map_err(Error::other)?;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: u64 = after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(format!(r#"{{"cpuMs":{},"peakBytes":{}}}"#, ticks * 10, kilobytes * 1024))
}
