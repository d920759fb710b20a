//! Captures that came to nothing: why, for clients that had left with a 202.

use std::collections::VecDeque;

use serde_json::Value;

use super::captures::Begun;

/// More than anybody asks for afterwards.
const REMEMBERED: usize = 20;

#[derive(Clone, Debug)]
pub struct Failed {
    pub begun: Begun,
    /// When it failed, ISO 8601.
    pub at: String,
    /// Code, message and advice.
    pub error: Value,
}

/// The last ones, oldest first.
#[derive(Default)]
pub struct Failures(VecDeque<Failed>);

impl Failures {
    pub fn add(&mut self, failed: Failed) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(failed);
    }

    /// Newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Failed> {
        self.0.iter().rev()
    }

    /// Whether it was there.
    pub fn forget(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|failed| failed.begun.id != id);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::{Begun, Failed, Failures, REMEMBERED};
    use serde_json::Value;

    #[test]
    fn the_last_ones_are_remembered() {
        let mut failures = Failures::default();
        for i in 0..100 {
            let begun = Begun { id: i.to_string(), label: String::new() };
            failures.add(Failed { begun, at: String::new(), error: Value::Null });
        }
        let ids: Vec<&str> = failures.iter().map(|failed| &*failed.begun.id).collect();
        assert_eq!((ids.len(), ids[0]), (REMEMBERED, "99"));
        assert!(failures.forget("99") && !failures.forget("99") && !failures.forget("0"));
    }
}
