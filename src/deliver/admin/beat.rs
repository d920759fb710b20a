//! The heartbeat of the event loop: it is asked for numbers twice a second, and how long it takes to answer is how long
//! it stood still.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::monitor::ring::Ring;

/// Answers remembered for the percentiles: two a second, a minute.
const REMEMBERED: usize = 120;

/// What the event loop answers: bytes and milliseconds, counts since the guard started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Numbers {
    pub rss: f64,
    pub heap_used: f64,
    pub heap_total: f64,
    pub heap_limit: f64,
    pub external: f64,
    pub array_buffers: f64,
    /// Used bytes in spaces for ordinary objects, and in those for large ones.
    pub small: f64,
    pub large: f64,
    pub major_count: f64,
    pub major_ms: f64,
    pub minor_count: f64,
    pub minor_ms: f64,
    pub taken: f64,
    pub failed: f64,
    /// Captures taken so far to name what grows, and how many it takes; 0 of 0 while nothing is looked into.
    pub look_taken: f64,
    pub look_of: f64,
}

#[derive(Debug)]
pub struct Beat {
    pub numbers: Numbers,
    /// When the question was asked that is not answered yet.
    asked: Option<Instant>,
    delays: Ring<f64>,
    worst: f64,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Delays {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Default for Beat {
    fn default() -> Self {
        Self { numbers: Numbers::default(), asked: None, delays: Ring::new(REMEMBERED), worst: 0.0 }
    }
}

impl Beat {
    /// Whether to ask now: one question at a time.
    pub fn ask(&mut self, now: Instant) -> bool {
        let due = self.asked.is_none();
        if due {
            self.asked = Some(now);
        }
        due
    }

    pub fn answered(&mut self, now: Instant, numbers: Numbers) {
        self.numbers = numbers;
        let Some(asked) = self.asked.take() else { return };
        let delay = (now - asked).as_secs_f64() * 1000.0;
        self.delays.push(delay);
        self.worst = self.worst.max(delay);
    }

    /// For how long the event loop has left a question unanswered.
    pub fn blocked(&self, now: Instant) -> Duration {
        self.asked.map_or(Duration::ZERO, |asked| now - asked)
    }

    /// The longest it stood still since this was asked last, milliseconds.
    pub fn take_worst(&mut self, now: Instant) -> f64 {
        let still = self.blocked(now).as_secs_f64() * 1000.0;
        std::mem::take(&mut self.worst).max(still)
    }

    /// Over the last minute.
    pub fn delays(&self) -> Delays {
        let mut sorted: Vec<f64> = self.delays.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (sorted.len() as f64 * part).ceil() as usize;
            sorted.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
        };
        Delays { p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Beat, Numbers};
    use std::time::{Duration, Instant};

    #[test]
    fn an_unanswered_question_is_a_blocked_loop() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut beat = Beat::default();
        assert!(beat.ask(start) && !beat.ask(after(500)));
        assert_eq!(beat.blocked(after(700)).as_millis(), 700);
        assert_eq!(beat.take_worst(after(700)), 700.0);
        beat.answered(after(800), Numbers { heap_used: 5.0, ..Numbers::default() });
        assert_eq!((beat.blocked(after(900)).as_millis(), beat.numbers.heap_used), (0, 5.0));
        assert_eq!((beat.take_worst(after(900)), beat.take_worst(after(900))), (800.0, 0.0));
        for i in 0..200 {
            assert!(beat.ask(after(1000 * i)));
            beat.answered(after(1000 * i + 10), Numbers::default());
        }
        let delays = beat.delays();
        assert_eq!((delays.p50, delays.p99, delays.max), (10.0, 10.0, 10.0));
    }
}
