//! A series of snapshots of one process, each diagnosed together with those before.
//!
//! In: what the app did before each capture ([`Round`]), and the snapshot's bytes by way of the [`Analyst`]
//! that [`Series::analyst`] hands out. Out: a [`Finding`] per capture. What stays is one [`Digest`] each, a
//! few hundred kilobytes, for at most [`LONGEST`] captures.
//!
//! The analyst may run in a forked child: it shares only immutable data, and what it makes crosses back as
//! bytes for [`Series::accept`]. Errors: those of parsing and building the graph, `LG_DIGEST`, `LG_INTERNAL`.

use std::io::Read;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::analysis::allocated::attribute;
use crate::analysis::allocation::Profile;
use crate::analysis::diagnose::{Options, diagnose};
use crate::analysis::{Digest, ScriptTable};
use crate::capture::{Analyst, Briefing};
use crate::error::{Error, Result};
use crate::graph::{BuildOptions, Graph};
use crate::parse::source::{self, ReadOptions};
use crate::report::summary::{ClassRow, Summary};
use crate::report::{Diagnosis, RateUnit, Round, Suspect};

/// Captures that are remembered. A longer series forgets its second: the first is the baseline, and the
/// last ones tell what goes on now.
pub const LONGEST: usize = 24;

/// Classes that a finding names.
const CLASSES: usize = 20;

/// The captures so far.
pub struct Series {
    /// What the rounds' iterations are.
    unit: RateUnit,
    /// Names of classes whose instances are counted at each capture.
    classes: Arc<Vec<String>>,
    past: Mutex<Past>,
}

/// For each capture, what went before it and what it left.
#[derive(Clone, Default)]
struct Past {
    rounds: Vec<Round>,
    digests: Arc<Vec<Digest>>,
    /// What was sampled and alive; `None` where nothing was sampled.
    allocations: Arc<Vec<Option<Profile>>>,
    /// Of the last diagnosis.
    suspects: Arc<Vec<Suspect>>,
}

/// What a capture has found, together with all before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub node_count: u64,
    pub edge_count: u64,
    /// Those that retain most.
    pub classes: Vec<ClassRow>,
    /// Instances of each class that was asked for, in the order asked.
    #[serde(default)]
    pub instances: Vec<u64>,
    pub diagnosis: Diagnosis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations: Option<Profile>,
}

impl Series {
    /// `classes`: those whose instances to count, by the names that DevTools shows.
    pub fn new(unit: RateUnit, classes: Vec<String>) -> Self {
        Self { unit, classes: Arc::new(classes), past: Mutex::default() }
    }

    /// Who will read the snapshot that is taken after `round`.
    pub fn analyst(&self, round: Round) -> Box<dyn Analyst> {
        let Past { mut rounds, digests, allocations, suspects } = self.past.lock().clone();
        rounds.push(round);
        Box::new(Comparison {
            unit: self.unit,
            classes: Arc::clone(&self.classes),
            rounds,
            digests,
            allocations,
            suspects,
        })
    }

    /// Takes what the analyst for `round` made of its snapshot.
    pub fn accept(&self, round: Round, result: &[u8]) -> Result<Finding> {
        let (digest, finding) = split(result).ok_or_else(|| broken("the analyst's result is cut off"))?;
        let digest = Digest::from_bytes(digest)?;
        let mut finding: Finding = serde_json::from_slice(finding).map_err(broken)?;
        let mut past = self.past.lock();
        past.add(round, digest, finding.allocations.take());
        past.suspects = Arc::new(finding.diagnosis.suspects.clone());
        drop(past);
        Ok(finding)
    }
}

impl Past {
    fn add(&mut self, round: Round, digest: Digest, allocated: Option<Profile>) {
        let digests = Arc::make_mut(&mut self.digests);
        let allocations = Arc::make_mut(&mut self.allocations);
        self.rounds.push(round);
        digests.push(digest);
        allocations.push(allocated);
        if digests.len() > LONGEST {
            digests.remove(1);
            allocations.remove(1);
            let forgotten = self.rounds.remove(1);
            self.rounds[1].iterations += forgotten.iterations;
        }
    }
}

/// Reads one snapshot and compares it with the past.
struct Comparison {
    unit: RateUnit,
    classes: Arc<Vec<String>>,
    /// The last one is that of the snapshot to be read.
    rounds: Vec<Round>,
    digests: Arc<Vec<Digest>>,
    allocations: Arc<Vec<Option<Profile>>>,
    suspects: Arc<Vec<Suspect>>,
}

impl Analyst for Comparison {
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), briefing: &Briefing) -> Result<Vec<u8>> {
        let threads = briefing.threads;
        let columns = source::read(snapshot, &ReadOptions { threads, ..ReadOptions::default() })?;
        let graph = Graph::build(columns, &BuildOptions { threads, ..BuildOptions::default() })?;
        let options =
            Options { unit: self.unit, remembered: Arc::clone(&self.suspects), ..Options::default() };
        let scripts = ScriptTable::of(&briefing.scripts);
        let (mut diagnosis, digest) = diagnose(&self.digests, &graph, &self.rounds, &scripts, &options);
        let allocations = briefing.allocations.as_deref().and_then(Profile::parse);
        let profiles: Vec<_> =
            self.allocations.iter().chain(std::iter::once(&allocations)).map(Option::as_ref).collect();
        attribute(&mut diagnosis, &profiles, &scripts);
        let Summary { node_count, edge_count, mut classes, .. } = Summary::of(&graph);
        classes.truncate(CLASSES);
        let instances = self.classes.iter().map(|name| instances(&graph, name)).collect();
        let finding = Finding { node_count, edge_count, classes, instances, diagnosis, allocations };
        join(&digest.to_bytes()?, &finding)
    }
}

/// Classes of one name that are defined in different places count together.
fn instances(graph: &Graph, name: &str) -> u64 {
    graph.classes().rows().filter(|(_, class)| class.name == name).map(|(_, class)| class.count as u64).sum()
}

/// The digest's length in four bytes, the digest, the finding as JSON.
fn join(digest: &[u8], finding: &Finding) -> Result<Vec<u8>> {
    let length = u32::try_from(digest.len()).map_err(broken)?;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(digest);
    serde_json::to_writer(&mut bytes, finding).map_err(broken)?;
    Ok(bytes)
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

fn broken(what: impl ToString) -> Error {
    Error::Internal { at: "series", what: what.to_string() }
}
