//! Search: objects by their name or class, strings by their text, one object by its id.

use crate::error::Result;
use crate::explore::row::NodeRow;
use crate::explore::texts::{contains, strings_with};
use crate::explore::{Page, Snapshot, Window};
use crate::graph::Bits;
use crate::ids::{ClassIdx, NodeIdx};
use crate::parse::columns::NodeKind;
use std::sync::Arc;

/// What to look for the text in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names and classes of all that is no string.
    Name,
    /// Texts of strings, as far as the snapshot has them: V8 writes the first 1024 characters.
    String,
}

/// One search's result.
pub struct Found {
    kind: Kind,
    text: String,
    nodes: Bits,
    total: usize,
}

/// What contains `text`, biggest retained size first. The last search is remembered, for its next page.
pub fn search(snapshot: &Snapshot, kind: Kind, text: &str, threads: usize, window: Window) -> Page<NodeRow> {
    if text.is_empty() {
        return Page::new(0, window, Vec::new());
    }
    let last = snapshot.found.lock().clone();
    let found = match last.filter(|last| last.kind == kind && last.text == text) {
        Some(found) => found,
        None => {
            let found = Arc::new(find(snapshot, kind, text, threads));
            *snapshot.found.lock() = Some(Arc::clone(&found));
            found
        }
    };
    let nodes = biggest(snapshot, &found, window);
    Page::new(found.total, window, nodes.into_iter().map(|node| NodeRow::of(snapshot, node)).collect())
}

/// The object with that id.
pub fn by_id(snapshot: &Snapshot, id: u32) -> Result<NodeRow> {
    Ok(NodeRow::of(snapshot, snapshot.node_with_id(id)?))
}

fn is_string(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING)
}

fn find(snapshot: &Snapshot, kind: Kind, text: &str, threads: usize) -> Found {
    let graph = snapshot.graph();
    let columns = graph.columns();
    let piece = text.as_bytes();
    let strings = strings_with(&columns.strings, piece, threads);
    let table = graph.classes();
    let mut classes = Bits::new(table.len());
    if kind == Kind::Name {
        let named = |class: &usize| contains(table.get(ClassIdx::from(*class)).name.as_bytes(), piece);
        (0..table.len()).filter(named).for_each(|class| classes.set(class));
    }
    let mut nodes = Bits::new(graph.len());
    for (node, (&name, &node_kind)) in columns.nodes.name.iter().zip(&columns.nodes.kind).enumerate() {
        let hit = match kind {
            Kind::String => is_string(node_kind) && strings.get(name.at()),
            Kind::Name if is_string(node_kind) => false,
            Kind::Name => strings.get(name.at()) || classes.get(graph.class_of(NodeIdx::from(node)).at()),
        };
        if hit {
            nodes.set(node);
        }
    }
    let total = nodes.count();
    Found { kind, text: text.to_owned(), nodes, total }
}

fn biggest(snapshot: &Snapshot, found: &Found, window: Window) -> Vec<NodeIdx> {
    let graph = snapshot.graph();
    // Few are sorted; many are met soon by going through all nodes in order.
    if found.total < graph.len() / 16 {
        let mut list: Vec<_> = found
            .nodes
            .iter()
            .map(NodeIdx::from)
            .map(|node| (std::cmp::Reverse(graph.retained_size(node)), node))
            .collect();
        return window.sorted(&mut list, Ord::cmp).iter().map(|&(_, node)| node).collect();
    }
    let hits = snapshot.by_retained().iter().copied().filter(|node| found.nodes.get(node.at()));
    hits.skip(window.offset).take(window.limit()).collect()
}
