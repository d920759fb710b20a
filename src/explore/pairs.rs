//! The comparisons somebody has asked for last. A page asks several questions of one.

use crate::explore::Snapshot;
use crate::explore::pair::Pair;
use std::sync::{Arc, OnceLock};

/// Comparisons remembered.
const MOST: usize = 2;

/// By the ids of their snapshots, the one asked last at the end.
#[derive(Default)]
pub struct Pairs(Vec<([String; 2], PairHandle)>);

impl Pairs {
    pub fn get(&mut self, ids: [&str; 2]) -> PairHandle {
        let ids = ids.map(str::to_owned);
        let known = self.0.iter().position(|(each, _)| *each == ids);
        let entry = known.map_or_else(|| (ids, PairHandle::default()), |at| self.0.remove(at));
        let pair = entry.1.clone();
        self.0.push(entry);
        if self.0.len() > MOST {
            self.0.remove(0);
        }
        pair
    }

    /// Those with this snapshot.
    pub fn forget(&mut self, id: &str) {
        self.0.retain(|(ids, _)| !ids.iter().any(|each| each == id));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// A comparison, once it is made. That takes seconds for large snapshots.
#[derive(Clone, Default)]
pub struct PairHandle(Arc<OnceLock<Pair>>);

impl PairHandle {
    pub fn get(&self) -> Option<&Pair> {
        self.0.get()
    }

    /// Made by whoever asks first.
    pub fn make(&self, base: &Snapshot, head: &Snapshot) -> &Pair {
        self.0.get_or_init(|| Pair::of(base, head))
    }

    /// Tells it from every other that lives at the same time.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}
