//! Attached or detached: whether an embedder's node (a DOM element, mostly) hangs in its document
//! (`initDetachednessAndClassIndex`, `propagateDOMState`).

use crate::graph::bits::Bits;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{EdgeKind, NodeKind};
use std::collections::HashMap;

const UNKNOWN: u8 = 0;
const ATTACHED: u8 = 1;
const DETACHED: u8 = 2;

/// Spreads the states the snapshot gives for some nodes to those reachable from them, attached first, and
/// puts `Detached ` before the name of each detached one. Only native nodes take a state from a neighbour:
/// every way into the embedder's objects is a native node that knows its own state.
pub fn propagate(columns: &mut Columns) {
    if !columns.meta.has_detachedness {
        return read_from_names(columns);
    }
    if columns.nodes.detachedness.is_empty() {
        return;
    }
    for state in &mut columns.nodes.detachedness {
        *state &= 3;
    }
    let mut walk = Walk { seen: Bits::new(columns.nodes.len()), attached: vec![], detached: vec![] };
    for node in 0..columns.nodes.len() {
        let state = columns.nodes.detachedness[node];
        if state != UNKNOWN {
            walk.visit(columns, NodeIdx::from(node), state);
        }
    }
    while let Some(node) = walk.attached.pop() {
        walk.spread(columns, node, ATTACHED);
    }
    let mut detached = walk.detached.clone();
    while let Some(node) = walk.detached.pop() {
        let before = walk.detached.len();
        walk.spread(columns, node, DETACHED);
        detached.extend_from_slice(&walk.detached[before..]);
    }
    prefix_names(columns, &detached);
}

/// Snapshots older than the field: native objects named `Detached …` are detached.
fn read_from_names(columns: &mut Columns) {
    let nodes = &columns.nodes;
    let states: Vec<u8> = (nodes.kind.iter().zip(&nodes.name))
        .map(|(&kind, &name)| {
            let named = kind == NodeKind::NATIVE && columns.strings.bytes(name).starts_with(b"Detached ");
            if named { DETACHED } else { UNKNOWN }
        })
        .collect();
    if states.contains(&DETACHED) {
        columns.nodes.detachedness = states;
    }
}

fn prefix_names(columns: &mut Columns, detached: &[NodeIdx]) {
    let mut renamed: HashMap<StrIdx, StrIdx> = HashMap::new();
    for node in detached {
        let name = columns.nodes.name[node.at()];
        let new = *renamed.entry(name).or_insert_with(|| {
            let text = [b"Detached ", columns.strings.bytes(name)].concat();
            columns.strings.push(&text)
        });
        columns.nodes.name[node.at()] = new;
    }
}

struct Walk {
    /// For each node ordinal, whether its state is settled.
    seen: Bits,
    attached: Vec<NodeIdx>,
    detached: Vec<NodeIdx>,
}

impl Walk {
    fn visit(&mut self, columns: &mut Columns, node: NodeIdx, state: u8) {
        if !self.seen.insert(node.at()) || columns.nodes.kind[node.at()] != NodeKind::NATIVE {
            return;
        }
        columns.nodes.detachedness[node.at()] = state;
        match state {
            ATTACHED => self.attached.push(node),
            DETACHED => self.detached.push(node),
            _ => {}
        }
    }

    fn spread(&mut self, columns: &mut Columns, node: NodeIdx, state: u8) {
        for edge in columns.nodes.edges_of(node) {
            let kind = columns.edges.kind(edge);
            if kind != EdgeKind::HIDDEN && kind != EdgeKind::WEAK {
                self.visit(columns, columns.edges.to[edge], state);
            }
        }
    }
}
