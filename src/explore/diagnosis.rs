//! The diagnosis of several snapshots of one program, oldest first, as `leakguard diff` makes it.

use crate::analysis::{Digest, Options, diagnose};
use crate::explore::Snapshot;
use crate::report::{Diagnosis, RateUnit, Round};
use std::sync::Arc;

/// Of all but the last a digest is enough.
pub fn diagnosis(earlier: &[Arc<Digest>], last: &Snapshot) -> Diagnosis {
    let earlier: Vec<Digest> = earlier.iter().map(|digest| (**digest).clone()).collect();
    let rounds = vec![Round::default(); earlier.len() + 1];
    let options = Options { unit: RateUnit::Snapshot, ..Options::default() };
    diagnose(&earlier, last.graph(), &rounds, last.scripts(), &options).0
}
