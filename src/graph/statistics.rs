//! The totals DevTools shows in its Statistics view (`calculateStatistics`).

use crate::graph::bits::Bits;
use crate::graph::words::{Word, Words};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{EdgeKind, NodeKind, Sizes};
use serde::{Deserialize, Serialize};

/// All in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// What the root retains, and `extra_native_bytes`.
    pub total: u64,
    pub native: NativeStatistics,
    pub v8heap: HeapStatistics,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeStatistics {
    pub total: u64,
    pub typed_arrays: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapStatistics {
    pub total: u64,
    pub code: u64,
    pub js_arrays: u64,
    pub strings: u64,
    pub system: u64,
}

/// `self_size` is what is left after the transfer of shallow sizes. The root retains everything.
pub fn statistics(columns: &Columns, words: &Words, self_size: &Sizes) -> Statistics {
    let nodes = &columns.nodes;
    let mut native = NativeStatistics { total: columns.extra_native_bytes, typed_arrays: 0 };
    let mut heap = HeapStatistics::default();
    let mut elements = Vec::new();
    let mut total = columns.extra_native_bytes;
    for node in 0..nodes.len() {
        let size = self_size.get(node);
        total = total.saturating_add(size);
        match nodes.kind[node] {
            NodeKind::HIDDEN => heap.system += size,
            NodeKind::NATIVE => {
                native.total += size;
                if words.of(nodes.name[node]) == Word::ArrayBufferData {
                    native.typed_arrays += size;
                }
            }
            NodeKind::CODE => heap.code += size,
            NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
                heap.strings += size;
            }
            _ if words.of(nodes.name[node]) == Word::Array => {
                heap.js_arrays += size;
                elements.extend(elements_of(columns, words, NodeIdx::from(node)));
            }
            _ => {}
        }
    }
    heap.js_arrays += unshared_size(columns, self_size, &elements);
    heap.total = total.saturating_sub(native.total);
    Statistics { total, native, v8heap: heap }
}

/// The array's backing store.
fn elements_of(columns: &Columns, words: &Words, array: NodeIdx) -> Option<NodeIdx> {
    columns.nodes.edges_of(array).map(|e| columns.edges.get(e)).find_map(|edge| {
        let found = edge.kind == EdgeKind::INTERNAL && words.of(StrIdx(edge.name_or_index)) == Word::Elements;
        found.then_some(edge.to)
    })
}

/// The bytes of those backing stores to which exactly one edge of the whole snapshot leads: one that
/// several arrays share (copy on write) belongs to none of them.
fn unshared_size(columns: &Columns, self_size: &Sizes, elements: &[NodeIdx]) -> u64 {
    // Most have gone over to their array, and are 0 here.
    let elements = elements.iter().filter(|node| self_size.get(node.at()) != 0);
    let mut wanted = Bits::new(columns.nodes.len());
    elements.clone().for_each(|node| wanted.set(node.at()));
    let mut once = Bits::new(columns.nodes.len());
    let mut twice = Bits::new(columns.nodes.len());
    for to in columns.edges.to.iter().map(|to| to.at()) {
        if wanted.get(to) && !once.insert(to) {
            twice.set(to);
        }
    }
    let unshared = elements.filter(|node| !twice.get(node.at()));
    unshared.map(|node| self_size.get(node.at())).sum()
}
