//! Who keeps the objects alive that a program has marked: what a test asserts to be garbage, and is not.
//!
//! A mark is a property named `MARK0`, `MARK1` … that holds a `WeakRef` of the object. So the mark itself keeps
//! nothing alive, and the object is found again in a snapshot in which ids mean nothing. Out: [`Kept`], one for
//! each object that is still there, in the order of the marks.

use std::collections::BTreeMap;
use std::io::Read;

use crate::analysis::reach::Reach;
use crate::analysis::retaining::{Retaining, retaining_of};
use crate::analysis::scripts::ScriptTable;
use crate::capture::{Analyst, Briefing};
use crate::error::{Error, Result};
use crate::graph::{BuildOptions, Graph};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::EdgeKind;
use crate::parse::source::{self, ReadOptions};
use rustc_hash::FxHashMap;
use serde::Serialize;

/// One marked object that is still alive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The number behind its mark.
    pub mark: u32,
    #[serde(flatten)]
    pub retaining: Retaining,
}

/// The marked objects that something strong reaches, each with at most `count` paths; of more than `most`
/// objects the first.
pub fn kept(graph: &Graph, scripts: &ScriptTable, mark: &str, most: usize, count: usize) -> Vec<Kept> {
    let marked = marked(graph, mark);
    let reach = Reach::of(graph);
    marked
        .into_iter()
        .filter(|(_, node)| reach.is_reached(*node))
        .take(most)
        .map(|(mark, node)| Kept { mark, retaining: retaining_of(graph, scripts, &reach, node, count) })
        .collect()
}

/// Marked objects by the numbers of their marks.
fn marked(graph: &Graph, mark: &str) -> BTreeMap<u32, NodeIdx> {
    let columns = graph.columns();
    let number = |at: usize| {
        let name = std::str::from_utf8(columns.strings.bytes(StrIdx::from(at))).ok()?;
        name.strip_prefix(mark)?.parse().ok().map(|number| (at as u32, number))
    };
    let names: FxHashMap<u32, u32> = (0..columns.strings.len()).filter_map(number).collect();
    let mut found = BTreeMap::new();
    for from in graph.nodes() {
        for edge in graph.edges(from).filter(|edge| edge.kind == EdgeKind::PROPERTY) {
            let Some(&number) = names.get(&edge.name_or_index) else { continue };
            if let Some(target) = graph.edges(edge.to).find(|edge| edge.kind == EdgeKind::WEAK) {
                found.insert(number, target.to);
            }
        }
    }
    found
}

/// Looks for marked objects in one snapshot. Its result is JSON, a list of [`Kept`].
pub struct Search {
    pub mark: String,
    pub most: usize,
    pub count: usize,
}

impl Analyst for Search {
    fn analyse(self: Box<Self>, snapshot: &mut (dyn Read + Send), briefing: &Briefing) -> Result<Vec<u8>> {
        let threads = briefing.threads;
        let columns = source::read(snapshot, &ReadOptions { threads, ..ReadOptions::default() })?;
        let graph = Graph::build(columns, &BuildOptions { threads, ..BuildOptions::default() })?;
        let kept = kept(&graph, &ScriptTable::of(&briefing.scripts), &self.mark, self.most, self.count);
        serde_json::to_vec(&kept).map_err(|e| Error::Internal { at: "keepers", what: e.to_string() })
    }
}
