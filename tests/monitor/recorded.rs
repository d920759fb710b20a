//! Series recorded from real Node.js servers under 40 requests a second for 40 to 45 minutes, heap limit 4144 MiB:
//! one that leaks a kilobyte per request, one whose cache is full after nine minutes, one with a burst of four times
//! the load every five minutes whose requests stay in memory for ten seconds.
//!
//! `node22`: collections as V8 ran them. `node24-asked`: one asked for every 15 seconds besides.
//!
//! Columns: seconds; `m` right after a major collection, `t` a tick of the clock; sizes in KiB; requests so far.

use crate::series::{Collected, MIB, Series};
use leakguard::monitor::HeapSample;

const LIMIT: f64 = 4144.0 * MIB;

pub fn healthy() -> Vec<Series> {
    vec![
        read("recorded: bounded cache, Node 22", None, include_str!("recorded/bounded-cache-node22.csv")),
        read(
            "recorded: bounded cache, Node 24",
            None,
            include_str!("recorded/bounded-cache-node24-asked.csv"),
        ),
        read("recorded: bursts, Node 22", None, include_str!("recorded/bursty-node22.csv")),
        read("recorded: bursts, Node 24", None, include_str!("recorded/bursty-node24-asked.csv")),
    ]
}

pub fn leaking() -> Vec<Series> {
    vec![read("recorded: 1 KB per request, Node 22", Some(0), include_str!("recorded/leaking-node22.csv"))]
}

/// Too short for the last word on a leak this slow, long enough for the first.
pub fn leaking_briefly() -> Series {
    read("recorded: 1 KB per request, Node 24", Some(0), include_str!("recorded/leaking-node24-asked.csv"))
}

fn read(name: &str, leaks_from_ms: Option<u64>, csv: &str) -> Series {
    let mut collections = Vec::new();
    let (mut then_s, mut requests_then) = (0.0, 0.0);
    for line in csv.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap();
        let seconds: f64 = next().parse().unwrap();
        let collected = next() == "m";
        let [old_used, used, physical, external, rss] =
            std::array::from_fn(|_| next().parse::<f64>().unwrap() * 1024.0);
        let requests: f64 = next().parse().unwrap();
        if !collected {
            continue;
        }
        let at_ms = (seconds * 1000.0) as u64;
        let load = (requests - requests_then) / (seconds - then_s).max(0.001);
        // Collections come in twos and threes; a rate needs more time than lies between these.
        if seconds - then_s > 5.0 {
            (then_s, requests_then) = (seconds, requests);
        }
        collections.push(Collected {
            at_ms,
            live: old_used,
            load,
            restarted: false,
            measured: Some(HeapSample {
                at_ms,
                old_used,
                used,
                total: physical,
                physical,
                limit: LIMIT,
                external,
                array_buffers: 0.0,
                rss,
            }),
        });
    }
    Series { name: name.to_owned(), limit: LIMIT, leaks_from_ms, collections }
}
