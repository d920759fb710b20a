//! How fast snapshots parse, and what bounds it.
//!
//! ```sh
//! cargo bench --no-default-features --bench parse             # a made-up snapshot of about 80 MB
//! cargo bench --no-default-features --bench parse -- FILE     # a real one
//! ```
//!
//! Each row is the best of several runs over the same file, in the page cache: copying as many bytes in
//! memory, reading the file into one block over and over, counting commas in that, then the parser on one
//! thread, on two, on all. Rows are compared with each other, not with a clock; on a busy machine by the
//! processor time of all threads, user and kernel.

use leakguard::parse::source::{ReadOptions, read_file};
use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const RUNS: usize = 5;
const BLOCK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // cargo adds `--bench`.
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let made = match given {
        Some(_) => None,
        None => Some(MadeUp::write(1_000_000)?),
    };
    let path: &Path = match (&given, &made) {
        (Some(path), _) => path.as_ref(),
        (None, Some(made)) => &made.0,
        (None, None) => return Ok(()),
    };
    let bytes = std::fs::metadata(path)?.len();
    let columns = read_file(path, &ReadOptions::default())?;
    println!(
        "{}: {} MB, {} nodes, {} edges, {} strings",
        path.display(),
        bytes / 1_000_000,
        columns.nodes.len(),
        columns.edges.len(),
        columns.strings.len()
    );
    drop(columns);

    let from = vec![1u8; BLOCK * 64];
    let mut to = vec![0u8; BLOCK * 64];
    let copy = best(|| {
        for _ in 0..(bytes as usize).div_ceil(from.len()) {
            to.copy_from_slice(black_box(&from));
            black_box(&to);
        }
        Ok(())
    })?;
    row("copy as many bytes in memory", bytes, copy, copy);
    row("read the file", bytes, best(|| each_block(path, |_| {}))?, copy);
    let mut commas = 0;
    let count = best(|| each_block(path, |block| commas += memchr::memchr_iter(b',', block).count()))?;
    row("read it and count commas", bytes, count, copy);
    black_box(commas);
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let mut threads = vec![1, 2, all];
    threads.dedup();
    for threads in threads {
        let options = ReadOptions { threads, ..ReadOptions::default() };
        let time = best(|| {
            black_box(read_file(path, &options)?);
            Ok(())
        })?;
        row(&format!("parse it, threads: {threads}"), bytes, time, copy);
    }
    Ok(())
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Wall-clock and processor time of a run.
#[derive(Clone, Copy)]
struct Spent {
    wall: Duration,
    processor: Option<Duration>,
}

fn best(mut work: impl FnMut() -> Outcome) -> Result<Spent, Box<dyn std::error::Error>> {
    let mut best = Spent { wall: Duration::MAX, processor: None };
    for _ in 0..RUNS {
        let before = processor_time();
        let start = Instant::now();
        work()?;
        best.wall = best.wall.min(start.elapsed());
        let processor = processor_time().zip(before).map(|(after, before)| after.saturating_sub(before));
        best.processor = [best.processor, processor].into_iter().flatten().min();
    }
    Ok(best)
}

/// User and kernel time of this process, in the kernel's ticks of 10 ms; `None` where /proc does not tell.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name before the last `)` may hold anything; utime and stime are the 12th and 13th after it.
    let ticks = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|tick| tick.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 10))
}

fn each_block(path: &Path, mut take: impl FnMut(&[u8])) -> Outcome {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(()),
            n => take(black_box(&block[..n])),
        }
    }
}

fn row(what: &str, bytes: u64, spent: Spent, copy: Spent) {
    let wall = spent.wall.as_secs_f64();
    let rate = bytes as f64 / 1e6 / wall;
    let times = wall / copy.wall.as_secs_f64();
    let processor =
        spent.processor.map_or(String::new(), |time| format!("{} ms of processor", time.as_millis()));
    println!("{what:32} {:7.0} ms {rate:7.0} MB/s {times:6.1} x a copy, {processor}", wall * 1e3);
}

/// A snapshot with the proportions of a real one, in a temporary file.
struct MadeUp(PathBuf);

impl MadeUp {
    fn write(nodes: u64) -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("leakguard-bench-{}.heapsnapshot", std::process::id()));
        let made = Self(path);
        let mut seed = 1u64;
        let mut dice = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let counts: Vec<u64> = (0..nodes).map(|_| dice(8)).collect();
        let edges: u64 = counts.iter().sum();
        let mut text = format!(
            concat!(
                r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count","detachedness"],"#,
                r#""node_types":[["hidden","array","string","object","code","closure"],"string","number"],"#,
                r#""edge_fields":["type","name_or_index","to_node"],"#,
                r#""edge_types":[["context","element","property","internal"],"string_or_number","node"]}},"#,
                r#""node_count":{},"edge_count":{}}},"nodes":["#
            ),
            nodes, edges
        );
        let strings = nodes / 5;
        let push = |text: &mut String, row: &[u64]| {
            for number in row {
                // Writing to a string cannot fail.
                let _ = write!(text, "{number},");
            }
        };
        for (n, &count) in counts.iter().enumerate() {
            push(&mut text, &[dice(6), dice(strings), n as u64 * 2 + 1, dice(12) * 8, count, 0]);
        }
        text.pop();
        text.push_str("],\n\"edges\":[");
        for _ in 0..edges {
            push(&mut text, &[dice(4), dice(1 + strings / 20), dice(nodes) * 6]);
        }
        text.pop();
        text.push_str("],\n\"strings\":[");
        for n in 0..strings {
            let _ = write!(text, "\n\"string number {n}\",");
        }
        text.pop();
        text.push_str("]}");
        File::create(&made.0)?.write_all(text.as_bytes())?;
        Ok(made)
    }
}

impl Drop for MadeUp {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
