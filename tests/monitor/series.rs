//! Generated series: what the heap of a process looks like after each major collection, and how busy it was.
//!
//! A shape is a function of time that gives the live bytes; noise, irregular collections and load are put on top.

use crate::rng::Rng;
use leakguard::monitor::HeapSample;

pub const MIB: f64 = 1_048_576.0;
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;

#[derive(Debug, Clone, Copy)]
pub struct Collected {
    pub at_ms: u64,
    pub live: f64,
    /// Requests per second since the previous one.
    pub load: f64,
    /// The process was restarted just before.
    pub restarted: bool,
    /// Everything that was measured, where it was.
    pub measured: Option<HeapSample>,
}

pub struct Series {
    pub name: String,
    pub limit: f64,
    /// When the leak starts; `None` for a healthy process.
    pub leaks_from_ms: Option<u64>,
    pub collections: Vec<Collected>,
}

/// How a series is made noisy.
#[derive(Debug, Clone, Copy)]
pub struct Texture {
    pub seed: u64,
    /// Standard deviation of the live bytes between collections.
    pub noise: f64,
    /// How much of one collection's deviation is left at the next: 0 for independent ones.
    pub memory: f64,
    /// Mean time between collections.
    pub every_ms: u64,
}

/// Live bytes and load at `hours` since the start.
pub type Shape<'a> = &'a dyn Fn(f64) -> (f64, f64);

pub fn generate(hours: f64, texture: Texture, restarts: &[u64], shape: Shape) -> Vec<Collected> {
    let mut rng = Rng::new(texture.seed);
    let mut out = Vec::new();
    // Six percent over half a minute; a mean over longer is steadier.
    let jitter = 0.06 / (texture.every_ms as f64 / (30.0 * SECOND as f64)).max(1.0).sqrt();
    let (mut at_ms, mut deviation, mut born_ms) = (0u64, 0.0, 0u64);
    let mut restarts = restarts.iter().copied().peekable();
    loop {
        at_ms += (texture.every_ms as f64 * rng.between(0.4, 1.6)) as u64;
        if at_ms as f64 > hours * HOUR as f64 {
            return out;
        }
        let restarted = restarts.next_if(|&r| r <= at_ms).is_some();
        if restarted {
            born_ms = at_ms;
            deviation = 0.0;
        }
        let innovation = (1.0 - texture.memory * texture.memory).sqrt() * texture.noise * rng.normal();
        deviation = texture.memory * deviation + innovation;
        let (live, load) = shape((at_ms - born_ms) as f64 / HOUR as f64);
        // What a process compiles and loads in its first minute or two.
        let young = 1.0 - (-((at_ms - born_ms) as f64) / (30.0 * SECOND as f64)).exp();
        let live = 20.0 * MIB + (live - 20.0 * MIB) * young.max(0.3) + deviation;
        out.push(Collected {
            at_ms,
            live: live.max(4.0 * MIB),
            load: load * (1.0 + jitter * rng.between(-1.0, 1.0)),
            restarted,
            measured: None,
        });
    }
}
