//! Strings: which texts are there several times, and which strings are biggest.

use crate::explore::row::{NodeRow, cut};
use crate::explore::{Page, Snapshot, Window};
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::NodeKind;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// Characters V8 writes of a string, unless told otherwise.
const WRITTEN: usize = 1024;
/// Characters shown of it.
const SHOWN: usize = 200;

/// A text that several strings have.
pub struct Repeated {
    text: StrIdx,
    count: u32,
    /// Bytes of all of them.
    bytes: u64,
    /// One of them.
    example: NodeIdx,
}

/// The same, to be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Duplicate {
    /// Cut at 200 characters.
    pub value: String,
    /// Characters, of those the snapshot has.
    pub length: u64,
    /// The snapshot has only the beginning of it; strings count as the same if that and their sizes are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    pub count: u64,
    /// Bytes of all of them.
    pub self_size: u64,
    /// The ordinal of one of them.
    pub index: u32,
}

impl Repeated {
    /// Most bytes first. V8 writes every text into the table of strings once, so a text is told by its row there.
    pub fn all(graph: &Graph) -> Vec<Self> {
        let nodes = &graph.columns().nodes;
        let strings = &graph.columns().strings;
        let mut counts = vec![0u32; strings.len()];
        for (&kind, &name) in nodes.kind.iter().zip(&nodes.name) {
            if kind == NodeKind::STRING {
                counts[name.at()] += 1;
            }
        }
        // A row, and for texts that were cut a size.
        let mut groups: FxHashMap<(StrIdx, u64), Self> = FxHashMap::default();
        for node in graph.nodes() {
            let text = nodes.name[node.at()];
            if nodes.kind[node.at()] != NodeKind::STRING || counts[text.at()] < 2 {
                continue;
            }
            let size = graph.self_size(node);
            let key = (text, if strings.bytes(text).len() >= WRITTEN { size } else { 0 });
            let group = groups.entry(key).or_insert(Self { text, count: 0, bytes: 0, example: node });
            group.count += 1;
            group.bytes += size;
        }
        let mut all: Vec<Self> = groups.into_values().filter(|group| group.count > 1).collect();
        all.sort_unstable_by(|a, b| b.bytes.cmp(&a.bytes).then(a.example.cmp(&b.example)));
        all
    }

    fn shown(&self, graph: &Graph) -> Duplicate {
        let text = graph.columns().strings.text(self.text);
        let length = text.chars().map(char::len_utf16).sum::<usize>();
        Duplicate {
            value: cut(&text, SHOWN),
            length: length as u64,
            truncated: length >= WRITTEN,
            count: u64::from(self.count),
            self_size: self.bytes,
            index: self.example.0,
        }
    }
}

/// Texts that several strings have, most bytes first.
pub fn duplicates(snapshot: &Snapshot, window: Window) -> Page<Duplicate> {
    let all = snapshot.repeated();
    let rows = window.of(all).iter().map(|repeated| repeated.shown(snapshot.graph()));
    Page::new(all.len(), window, rows.collect())
}

/// All strings, biggest retained size first: that of a concatenated one is the size of its parts.
pub fn biggest(snapshot: &Snapshot, window: Window) -> Page<NodeRow> {
    let kinds = &snapshot.graph().columns().nodes.kind;
    let is_string = |kind: NodeKind| {
        matches!(kind, NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING)
    };
    let total = kinds.iter().filter(|kind| is_string(**kind)).count();
    let strings = snapshot.by_retained().iter().filter(|node| is_string(kinds[node.at()]));
    let shown = strings.skip(window.offset).take(window.limit());
    Page::new(total, window, shown.map(|&node| NodeRow::of(snapshot, node)).collect())
}
