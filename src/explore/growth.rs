//! In-place growth: objects that are in both snapshots and keep more in the second one. DevTools' comparison calls
//! them unchanged, and a leak into an array or Map that stays is just that.
//!
//! An object's *own keep* is what it retains without what objects that stayed retain below it: itself, its backing
//! stores, and whatever came. So an array that got a thousand new elements has grown by them, while all that
//! holds the array has not, although its retained size has.

use crate::analysis::container::elements;
use crate::explore::pair::Pair;
use crate::explore::pair::Stayed;
use crate::explore::row::NodeRow;
use crate::explore::{Page, Snapshot, Window};
use crate::graph::{Bits, Graph};
use crate::ids::NodeIdx;
use crate::parse::columns::{NodeKind, Sizes};
use serde::Serialize;

/// An object that stayed and grew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grown {
    pub base: NodeIdx,
    pub head: NodeIdx,
    /// Its class's row in the pair.
    pub class: u32,
    /// Bytes its own keep gained.
    pub growth: u64,
}

/// Most growth first.
pub fn grown(base: &Graph, head: &Graph, stayed: &[Stayed], class_of: impl Fn(NodeIdx) -> u32) -> Vec<Grown> {
    let before = own_keep(base, stayed.iter().map(|pair| pair.base));
    let after = own_keep(head, stayed.iter().map(|pair| pair.head));
    let mut list: Vec<Grown> = stayed
        .iter()
        .filter_map(|&Stayed { base, head }| {
            let growth = after.get(head.at()).saturating_sub(before.get(base.at()));
            (growth > 0).then(|| Grown { base, head, class: class_of(head), growth })
        })
        .collect();
    list.sort_unstable_by(|a, b| b.growth.cmp(&a.growth).then(a.head.cmp(&b.head)));
    list
}

/// For each node that stayed, the bytes of all whose nearest dominator that stayed it is, itself included.
fn own_keep(graph: &Graph, stayed: impl Iterator<Item = NodeIdx>) -> Sizes {
    const UNKNOWN: NodeIdx = NodeIdx(u32::MAX);
    let mut stays = Bits::new(graph.len());
    stayed.for_each(|node| stays.set(node.at()));
    let mut nearest = vec![UNKNOWN; graph.len()];
    let mut keep = Sizes::zeroed(graph.len());
    let mut way = Vec::new();
    for node in graph.nodes() {
        let mut at = node;
        let found = loop {
            if stays.get(at.at()) || at == graph.root() {
                break at;
            }
            if nearest[at.at()] != UNKNOWN {
                break nearest[at.at()];
            }
            way.push(at);
            at = graph.dominator(at);
        };
        way.drain(..).for_each(|passed| nearest[passed.at()] = found);
        keep.set(found.at(), keep.get(found.at()) + graph.self_size(node));
    }
    keep
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrownRow {
    /// As it is in the newer snapshot.
    #[serde(flatten)]
    pub row: NodeRow,
    /// Bytes gained by the object itself and by what came below it.
    pub growth: u64,
    /// Elements, entries or properties before and after; none for what is no object.
    pub elements: Option<[u64; 2]>,
}

/// What grew in place, of one class or of all.
pub fn rows(
    pair: &Pair,
    base: &Snapshot,
    head: &Snapshot,
    key: Option<&str>,
    window: Window,
) -> Page<GrownRow> {
    let (total, shown) = pair.grown(key, window);
    let count = |snapshot: &Snapshot, node: NodeIdx| {
        let columns = snapshot.graph().columns();
        let is_object = columns.nodes.kind[node.at()] == NodeKind::OBJECT;
        is_object.then(|| elements(columns, snapshot.names(), node))
    };
    let rows = shown.into_iter().map(|grown| GrownRow {
        row: NodeRow::of(head, grown.head),
        growth: grown.growth,
        elements: count(base, grown.base).zip(count(head, grown.head)).map(<[u64; 2]>::from),
    });
    Page::new(total, window, rows.collect())
}
