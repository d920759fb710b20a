//! Two or more snapshots of one process beside each other: the diagnosis of the series, and DevTools' comparison of its
//! first and last.
//!
//! In: names, and how to load them. Out: a [`Comparison`], for `leakguard diff` and `/diff`. At most two graphs are in
//! memory at a time.

use serde::Serialize;

use crate::analysis::comparison::{Census, ClassDelta, compare, ids_match};
use crate::analysis::{Digest, Options, ScriptTable, diagnose};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::report::{Diagnosis, RateUnit, Round};

/// What `diff --json` prints: the diagnosis of the series, and DevTools' comparison of its first and last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    #[serde(flatten)]
    diagnosis: Diagnosis,
    snapshots: Vec<SnapshotTotals>,
    classes: Vec<ClassDelta>,
    /// What makes the classes' columns of new and gone objects meaningless.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
}

const OTHER_IDS: &str = "The object ids of the first and the last snapshot do not stand for the same objects: they are of \
     two processes, or V8 started its ids anew in between. What is new and gone by class means nothing then; \
     the diagnosis, which goes by names, still holds.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotTotals {
    file: String,
    node_count: u64,
    edge_count: u64,
    /// Bytes: `statistics.total`.
    total: u64,
}

impl SnapshotTotals {
    fn of(file: &str, graph: &Graph) -> Self {
        Self {
            file: file.to_owned(),
            node_count: graph.len() as u64,
            edge_count: graph.columns().edges.len() as u64,
            total: graph.statistics().total,
        }
    }
}

/// `files`: oldest first. `iterations`: how much work was done between each two, 0 if that is not known.
pub fn diff(files: &[String], iterations: u32, load: impl Fn(&str) -> Result<Graph>) -> Result<Comparison> {
    let (Some((first, rest)), Some(last)) = (files.split_first(), files.last()) else {
        return Err(Error::Internal { at: "diff", what: "no files".to_owned() });
    };
    let base = load(first)?;
    let mut snapshots = vec![SnapshotTotals::of(first, &base)];
    let mut history = vec![Digest::of(&base)];
    for file in &rest[..rest.len().saturating_sub(1)] {
        let graph = load(file)?;
        snapshots.push(SnapshotTotals::of(file, &graph));
        history.push(Digest::of(&graph));
    }
    let head = load(last)?;
    snapshots.push(SnapshotTotals::of(last, &head));
    let (before, after) = (Census::under(&base, head.shapes()), Census::of(&head));
    let classes = compare(&before, &after);
    let warning = (!ids_match(&before, &after)).then_some(OTHER_IDS);
    drop((base, before, after));
    let unit = if iterations == 0 { RateUnit::Snapshot } else { RateUnit::Iteration };
    let round = Round { iterations: u64::from(iterations), ..Round::default() };
    let rounds = vec![round; files.len()];
    let options = Options { unit, ..Options::default() };
    let (diagnosis, _) = diagnose(&history, &head, &rounds, &ScriptTable::of_file(last), &options);
    Ok(Comparison { diagnosis, snapshots, classes, warning })
}
