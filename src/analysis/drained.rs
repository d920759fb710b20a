//! What has drained away: at the cool-down none of it is left to look at, but while it was growing it was seen.
//!
//! In: growing groups without a member in the current graph, and the suspects of the diagnosis before. Out: those
//! of these suspects that drained, as backlogs.

use crate::analysis::candidates::{Candidate, Growth, floats};
use crate::analysis::evidence::round;
use crate::analysis::suspect::BACKLOG;
use crate::analysis::trend::{Schedule, trend};
use crate::analysis::wording::DRAINS;
use crate::report::Suspect;

/// The remembered suspects whose growth is that of a group that is gone.
pub fn suspects(gone: &[Candidate], remembered: &[Suspect], schedule: &Schedule) -> Vec<Suspect> {
    let drained = |candidate: &&Candidate| candidate.backlog && candidate.growth == Growth::Number;
    let of = |suspect: &Suspect| gone.iter().filter(drained).find(|candidate| is_of(candidate, suspect));
    remembered.iter().filter_map(|suspect| Some(as_backlog(suspect, of(suspect)?, schedule))).collect()
}

/// Whether it was a suspect before.
pub fn is_remembered(candidate: &Candidate, remembered: &[Suspect]) -> bool {
    candidate.growth == Growth::Number && remembered.iter().any(|suspect| is_of(candidate, suspect))
}

/// Whether the group's numbers are the suspect's own, as far as those go.
fn is_of(candidate: &Candidate, suspect: &Suspect) -> bool {
    let same = |numbers: &[Option<u64>]| !numbers.is_empty() && candidate.counts.starts_with(numbers);
    same(&suspect.evidence.counts) || same(&suspect.grows_at.elements)
}

fn as_backlog(suspect: &Suspect, candidate: &Candidate, schedule: &Schedule) -> Suspect {
    let mut backlog = suspect.clone();
    backlog.category = BACKLOG.to_owned();
    backlog.hint = DRAINS.to_owned();
    backlog.retained_bytes = 0;
    backlog.evidence.drained = trend(schedule, &floats(&candidate.counts)).drained.map(round);
    backlog.evidence.counts.clone_from(&candidate.counts);
    backlog.evidence.bytes.clone_from(&candidate.retained);
    backlog.grows_at.elements.clone_from(&candidate.counts);
    backlog
}
