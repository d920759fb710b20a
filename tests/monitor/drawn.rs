//! Series drawn at random: several causes on top of each other, every figure of them by chance. The corpus has the
//! shapes one by one and was at hand when the rules were made; these were not.

use crate::rng::Rng;
use crate::series::{HOUR, MIB, SECOND, Series, Texture, generate};
use std::f64::consts::TAU;

/// Healthy, then how long the leak of a leaking one is watched.
const HOURS_BEFORE: f64 = 4.0;
const HOURS_WATCHED: f64 = 2.0;

/// Something that moves the live bytes: share of the limit at `hours`, given the load's factor.
type Cause = Box<dyn Fn(f64, f64) -> f64>;

/// Caches that approach their bound so slowly (in minutes) are beyond what the monitor promises to tell from leaks.
const SLOWEST_CACHE: f64 = 13.0;
const SLOW_CACHE: f64 = 40.0;

fn cause(rng: &mut Rng, slowest_cache: f64) -> Cause {
    let amount = log_between(rng, 0.003, 0.08);
    let start = rng.between(0.0, HOURS_BEFORE);
    let phase = rng.unit();
    match (rng.unit() * 6.0) as u32 {
        0 => {
            let hours = rng.between(2.0, 35.0) / 60.0;
            let amount = amount.min(0.03);
            Box::new(move |h, _| amount * (h / hours + phase).fract())
        }
        1 => {
            let hours = log_between(rng, 2.0, slowest_cache) / 60.0;
            Box::new(move |h, _| amount * (1.0 - (-(h - start).max(0.0) / hours).exp()))
        }
        2 => {
            let hours = rng.between(3.0, 30.0) / 60.0;
            Box::new(move |h, _| amount * ((h - start) / hours).clamp(0.0, 1.0))
        }
        3 => Box::new(move |_, load| 0.3 * amount * load),
        4 => {
            let (rise, fall) = (rng.between(2.0, 20.0) / 60.0, rng.between(2.0, 20.0) / 60.0);
            Box::new(move |h, _| {
                let x = h - start;
                amount * (x / rise).clamp(0.0, 1.0) * (1.0 - (x - rise) / fall).clamp(0.0, 1.0)
            })
        }
        _ => Box::new(move |h, _| if h > start { amount } else { 0.0 }),
    }
}

fn log_between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(rng.unit())
}

/// `leak`: share of the limit per hour, by chance within these bounds.
fn draw(seed: u64, name: &str, leak: Option<(f64, f64)>, slowest_cache: f64) -> Series {
    let mut rng = Rng::new(1000 + seed);
    let limit = log_between(&mut rng, 256.0, 8192.0) * MIB;
    let base = rng.between(30.0, 150.0) * MIB;
    let causes: Vec<Cause> =
        (0..1 + (rng.unit() * 3.0) as usize).map(|_| cause(&mut rng, slowest_cache)).collect();
    let (swing, phase, mean) = (rng.between(0.0, 0.6), rng.unit(), log_between(&mut rng, 1.0, 1000.0));
    let share = leak.map_or(0.0, |(low, high)| log_between(&mut rng, low, high));
    let texture = Texture {
        seed: 7000 + seed,
        noise: log_between(&mut rng, 0.0001, 0.0015) * limit,
        memory: rng.between(0.0, 0.8),
        every_ms: log_between(&mut rng, 4.0, 120.0) as u64 * SECOND,
    };
    let collections = generate(HOURS_BEFORE + HOURS_WATCHED, texture, &[], &|h| {
        let load = 1.0 + swing * (TAU * (h / 24.0 + phase)).sin();
        let moved: f64 = causes.iter().map(|cause| cause(h, load)).sum();
        (base + limit * (moved + share * (h - HOURS_BEFORE).max(0.0)), mean * load)
    });
    let leaks_from_ms = leak.map(|_| (HOURS_BEFORE * HOUR as f64) as u64);
    Series { name: name.to_owned(), limit, leaks_from_ms, collections }
}

pub fn healthy() -> Vec<Series> {
    let usual = (0..60).map(|seed| draw(seed, "drawn at random", None, SLOWEST_CACHE));
    let slow = (200..220).map(|seed| draw(seed, "drawn at random, slower caches", None, SLOW_CACHE));
    usual.chain(slow).collect()
}

pub fn leaking() -> Vec<Series> {
    let fast =
        (300..320).map(|seed| draw(seed, "drawn at random, 4 to 40 %/h", Some((0.04, 0.4)), SLOWEST_CACHE));
    let slow =
        (400..420).map(|seed| draw(seed, "drawn at random, 1 to 4 %/h", Some((0.01, 0.04)), SLOWEST_CACHE));
    slow.chain(fast).collect()
}
