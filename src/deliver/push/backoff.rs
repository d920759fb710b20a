//! How long to wait after a failure: twice as long each time, up to a bound, and never the same for all processes
//! of a fleet, which would else come back together when the server does. A server's `Retry-After` is obeyed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most: most.max(first), failures: 0 }
    }

    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure: half of it fixed, half random.
    pub fn failed(&mut self, retry_after: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20)).min(self.most);
        self.failures = self.failures.saturating_add(1);
        let jittered = doubled.mul_f64(0.5 + 0.5 * unit());
        // Longer than a day is a mistake of the server's, or a way to silence us for good.
        retry_after.map_or(jittered, |asked| asked.min(Duration::from_secs(86_400)).max(jittered))
    }
}

/// Uniform in [0, 1): the standard library's random hash keys are random enough to spread retries.
fn unit() -> f64 {
    (random() >> 11) as f64 / (1u64 << 53) as f64
}

pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// RFC 9110, 10.2.3: seconds or a date.
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_bound_and_starts_anew_after_success() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 60 * second);
        for doubled in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let wait = backoff.failed(None);
            assert!(wait >= doubled * second / 2 && wait <= doubled * second, "{wait:?} for {doubled}");
        }
        backoff.succeeded();
        assert!(backoff.failed(None) <= second);
        for _ in 0..100 {
            backoff.failed(None);
        }
    }

    #[test]
    fn two_processes_do_not_wait_alike() {
        let wait = || Backoff::new(Duration::from_secs(1000), Duration::from_secs(1000)).failed(None);
        let waits: std::collections::BTreeSet<_> = (0..10).map(|_| wait()).collect();
        assert!(waits.len() > 5);
    }

    #[test]
    fn obeys_the_server_within_reason() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        assert_eq!(backoff.failed(Some(Duration::from_secs(300))), Duration::from_secs(300));
        assert_eq!(backoff.failed(Some(Duration::MAX)), Duration::from_secs(86_400));
        assert!(backoff.failed(Some(Duration::ZERO)) > Duration::ZERO);
    }

    #[test]
    fn reads_seconds_and_dates() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:30:00 GMT", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
