//! The corpus: healthy and leaking series of every shape, several seeds and noise levels each.

use crate::series::{HOUR, MIB, MINUTE, SECOND, Series, Texture, generate};
use std::f64::consts::TAU;

/// Limits of the heap: a container of 512 MiB, and Node's default on a small and a large machine.
const LIMITS: [f64; 3] = [512.0 * MIB, 2048.0 * MIB, 4144.0 * MIB];
const BASE: f64 = 60.0 * MIB;

/// Noise as a share of the limit, with the memory of the noise and the time between collections.
fn textures(limit: f64) -> Vec<Texture> {
    let mut all = Vec::new();
    for seed in 1..=2 {
        for (noise, memory, every_ms) in [
            (0.0001, 0.0, 15 * SECOND),
            (0.0007, 0.5, 30 * SECOND),
            (0.0015, 0.3, 60 * SECOND),
            (0.0004, 0.8, 4 * SECOND),
            (0.0007, 0.0, 4 * MINUTE),
        ] {
            all.push(Texture { seed, noise: noise * limit, memory, every_ms });
        }
    }
    all
}

/// A share of the limit per hour, as bytes after `hours`.
fn leaked(limit: f64, share_per_hour: f64, hours: f64) -> f64 {
    limit * share_per_hour * hours.max(0.0)
}

fn day(hours: f64, swing: f64) -> f64 {
    100.0 * (1.0 + swing * (TAU * hours / 24.0).sin())
}

type Make = fn(f64, f64) -> (f64, f64);

/// name, hours, restarts (hours), live bytes and load from (limit, hours)
const HEALTHY: &[(&str, f64, &[f64], Make)] = &[
    ("flat", 12.0, &[], |_, _| (BASE, 100.0)),
    ("flat, idle", 12.0, &[], |_, _| (BASE, 0.0)),
    ("saw-tooth, 7 minutes", 12.0, &[], |limit, h| (BASE + 0.02 * limit * (h * 60.0 / 7.0).fract(), 100.0)),
    ("saw-tooth, 30 minutes", 12.0, &[], |limit, h| (BASE + 0.02 * limit * (h / 0.5).fract(), 100.0)),
    ("diurnal, memory follows load", 30.0, &[], |_, h| {
        (BASE + 0.6 * BASE * (TAU * h / 24.0).sin(), day(h, 0.6))
    }),
    ("diurnal, load not followed", 30.0, &[], |_, h| (BASE, day(h, 0.8))),
    ("cache, fills in 5 minutes", 12.0, &[], |limit, h| (BASE + 0.05 * limit * (h * 12.0).min(1.0), 100.0)),
    ("cache, fills in 30 minutes", 12.0, &[], |limit, h| (BASE + 0.1 * limit * (h * 2.0).min(1.0), 100.0)),
    ("cache, saturates, 10 minutes", 12.0, &[], |limit, h| {
        (BASE + 0.1 * limit * (1.0 - (-h * 6.0).exp()), 100.0)
    }),
    ("cache, saturates, 30 minutes", 12.0, &[], |limit, h| {
        (BASE + 0.1 * limit * (1.0 - (-h * 2.0).exp()), 100.0)
    }),
    ("cache, saturates, 45 minutes", 12.0, &[], |limit, h| {
        (BASE + 0.1 * limit * (1.0 - (-h / 0.75).exp()), 100.0)
    }),
    ("burst, then drain", 12.0, &[], |limit, h| {
        let x = (h - 2.0) * 60.0;
        let held = if x < 0.0 {
            0.0
        } else if x < 15.0 {
            x / 15.0
        } else {
            (1.0 - (x - 15.0) / 10.0).max(0.0)
        };
        (BASE + 0.08 * limit * held, if (0.0..15.0).contains(&x) { 400.0 } else { 100.0 })
    }),
    ("burst every hour", 12.0, &[], |limit, h| {
        let x = h.fract() * 60.0;
        let held = if x < 10.0 { x / 10.0 } else { (1.0 - (x - 10.0) / 5.0).max(0.0) };
        (BASE + 0.04 * limit * held, if x < 10.0 { 300.0 } else { 60.0 })
    }),
    ("step after deploy", 12.0, &[], |limit, h| (BASE + if h > 3.0 { 0.05 * limit } else { 0.0 }, 100.0)),
    ("load doubles for good", 12.0, &[], |_, h| {
        let load = if h > 3.0 { 200.0 } else { 100.0 };
        (BASE * (0.5 + load / 200.0), load)
    }),
    ("restart every 3 hours", 24.0, &[3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0], |_, _| (BASE, 100.0)),
];

/// name, hours, when the leak starts (hours), restarts, live bytes and load
const LEAKING: &[(&str, f64, f64, &[f64], Make)] = &[
    ("1 %/h from the start", 3.0, 0.0, &[], |limit, h| (BASE + leaked(limit, 0.01, h), 100.0)),
    ("1 %/h, idle loop unknown load", 3.0, 0.0, &[], |limit, h| (BASE + leaked(limit, 0.01, h), 0.0)),
    ("1 %/h after 6 healthy hours", 9.0, 6.0, &[], |limit, h| (BASE + leaked(limit, 0.01, h - 6.0), 100.0)),
    ("1 %/h under 7-minute saw-tooth", 9.0, 6.0, &[], |limit, h| {
        (BASE + 0.006 * limit * (h * 60.0 / 7.0).fract() + leaked(limit, 0.01, h - 6.0), 100.0)
    }),
    ("1 %/h, day and night load", 9.0, 6.0, &[], |limit, h| {
        (BASE + 0.1 * BASE * (TAU * h / 24.0).sin() + leaked(limit, 0.01, h - 6.0), day(h, 0.3))
    }),
    ("1 %/h, an hour after a cache filled", 5.0, 1.0, &[], |limit, h| {
        (BASE + 0.02 * limit * (1.0 - (-h * 15.0).exp()) + leaked(limit, 0.01, h - 1.0), 100.0)
    }),
    ("1 %/h, restart after 3 hours", 6.0, 0.0, &[3.0], |limit, h| (BASE + leaked(limit, 0.01, h), 100.0)),
    ("1 %/h in hourly steps of bursts", 12.0, 6.0, &[], |limit, h| {
        let x = h.fract() * 60.0;
        let burst = if x < 5.0 { 0.01 * limit * x / 5.0 } else { 0.0 };
        (BASE + burst + leaked(limit, 0.01, h - 6.0), if x < 5.0 { 130.0 } else { 100.0 })
    }),
    ("3 %/h", 3.0, 0.0, &[], |limit, h| (BASE + leaked(limit, 0.03, h), 100.0)),
    ("10 %/h", 3.0, 0.0, &[], |limit, h| (BASE + leaked(limit, 0.1, h), 100.0)),
    ("100 %/h", 0.9, 0.0, &[], |limit, h| (BASE + leaked(limit, 1.0, h), 100.0)),
];

pub fn healthy() -> Vec<Series> {
    build(HEALTHY.iter().map(|&(name, hours, restarts, make)| (name, hours, None, restarts, make)))
}

pub fn leaking() -> Vec<Series> {
    build(
        LEAKING.iter().map(|&(name, hours, from, restarts, make)| (name, hours, Some(from), restarts, make)),
    )
}

type Row = (&'static str, f64, Option<f64>, &'static [f64], Make);

fn build(rows: impl Iterator<Item = Row>) -> Vec<Series> {
    let mut all = Vec::new();
    for (name, hours, leaks_from, restarts, make) in rows {
        for limit in LIMITS {
            for texture in textures(limit) {
                let restarts: Vec<u64> = restarts.iter().map(|h| (h * HOUR as f64) as u64).collect();
                all.push(Series {
                    name: name.to_owned(),
                    limit,
                    leaks_from_ms: leaks_from.map(|h| (h * HOUR as f64) as u64),
                    collections: generate(hours, texture, &restarts, &|h| make(limit, h)),
                });
            }
        }
    }
    all
}
