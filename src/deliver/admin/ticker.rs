//! Looks twice a second: asks the event loop for its numbers, takes a sample, tells listeners.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use super::beat::Numbers;
use super::clock;
use super::desk::{Desk, Order};
use super::health::Health;
use super::history::Sample;

const LOOK: Duration = Duration::from_millis(500);

pub async fn tick(desk: Arc<Desk>) {
    let mut timer = interval(LOOK);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut collected = 0.0;
    let mut was_blocked = false;
    for look in 0_u64.. {
        timer.tick().await;
        if desk.beat.lock().ask(Instant::now()) {
            desk.event_loop.send(Order::Numbers { watched: desk.is_watched() });
        }
        // A process that is still loading has no numbers yet.
        if look % 2 == 1 && desk.beat.lock().numbers.heap_used > 0.0 {
            let sample = sample(&desk, &mut collected);
            desk.history.lock().add(sample);
            tell(&desk, "sample", &sample);
        }
        let progress = desk.captures.lock().progress(Instant::now());
        if let Some(progress) = progress {
            tell(&desk, "capture", &progress);
        }
        let health = Health::of(&desk);
        if health.is_blocked() != was_blocked {
            was_blocked = health.is_blocked();
            tell(&desk, "health", &health);
        }
    }
}

fn sample(desk: &Desk, collected: &mut f64) -> Sample {
    let (numbers, loop_delay_ms) = {
        let mut beat = desk.beat.lock();
        (beat.numbers, beat.take_worst(Instant::now()))
    };
    let so_far = numbers.major_ms + numbers.minor_ms;
    let gc_ms = so_far - std::mem::replace(collected, so_far);
    let floor = desk.monitor.as_ref().and_then(|monitor| monitor.state().heap).map(|heap| heap.old_used);
    Sample {
        at: clock::now_ms(),
        rss: resident(&numbers),
        heap_used: numbers.heap_used,
        floor,
        external: numbers.external,
        heap_limit: numbers.heap_limit,
        gc_ms: gc_ms.max(0.0),
        loop_delay_ms,
    }
}

/// Now, where the system tells it to any thread; else as of the event loop's last answer.
#[cfg(target_os = "linux")]
pub fn resident(numbers: &Numbers) -> f64 {
    crate::sys::usage::memory().map_or(numbers.rss, |memory| memory.resident as f64)
}

#[cfg(not(target_os = "linux"))]
pub fn resident(numbers: &Numbers) -> f64 {
    numbers.rss
}

fn tell(desk: &Desk, name: &'static str, what: &impl serde::Serialize) {
    // Plain numbers and texts can always be written.
    if let Ok(text) = serde_json::to_string(what) {
        desk.tell(name, text);
    }
}
