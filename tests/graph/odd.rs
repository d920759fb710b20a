//! Graphs no V8 writes, and graphs that break a careless algorithm: recursion, quadratic time, no root
//! edges.

use crate::draft::Draft;
use leakguard::error::Error;
use leakguard::graph::{BuildOptions, Graph, UNREACHABLE};
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use std::sync::atomic::AtomicBool;

const MANY: usize = 1_000_000;

#[test]
fn a_root_alone() {
    let graph = Draft::new().graph();
    assert_eq!((graph.len(), graph.dominator(NodeIdx(0)), graph.distance(NodeIdx(0))), (1, NodeIdx(0), 0));
    assert_eq!(graph.classes().rows().count(), 0);
    assert_eq!(graph.statistics().total, 0);
}

#[test]
fn nothing_hangs_off_the_root() {
    let mut draft = Draft::new();
    let a = draft.node(NodeKind::OBJECT, "A", 10);
    let b = draft.node(NodeKind::OBJECT, "B", 20);
    draft.edge(a, EdgeKind::PROPERTY, "b", b);
    let graph = draft.graph();
    let b = NodeIdx::from(b);
    assert_eq!((graph.dominator(b), graph.distance(b)), (NodeIdx::from(a), UNREACHABLE));
    assert_eq!(graph.retained_size(graph.root()), 30);
    assert_eq!(graph.retained_size(NodeIdx::from(a)), 30);
}

/// Nodes that hold each other in a ring, out of the root's reach, each hang off the root alone.
#[test]
fn an_island_hangs_off_the_root_piecewise() {
    let mut draft = Draft::new();
    let global = draft.global(1);
    let ring: Vec<usize> = (0..3).map(|_| draft.node(NodeKind::OBJECT, "Ring", 10)).collect();
    for i in 0..3 {
        draft.edge(ring[i], EdgeKind::PROPERTY, "next", ring[(i + 1) % 3]);
    }
    // What the ring refers to does not care.
    let held = draft.node(NodeKind::OBJECT, "Held", 100);
    draft.edge(global, EdgeKind::PROPERTY, "held", held);
    draft.edge(ring[0], EdgeKind::PROPERTY, "held", held);
    let graph = draft.graph();
    for node in ring {
        assert_eq!(graph.dominator(NodeIdx::from(node)), graph.root());
        assert_eq!(graph.retained_size(NodeIdx::from(node)), 10);
    }
    assert_eq!(graph.dominator(NodeIdx::from(held)), NodeIdx::from(global));
}

/// A node only a weak edge leads to counts as held by the root, and so does what it shares.
#[test]
fn an_orphan_pulls_what_it_shares_up_to_the_root() {
    let mut draft = Draft::new();
    let holder = draft.node(NodeKind::SYNTHETIC, "(GC roots)", 1);
    let orphan = draft.node(NodeKind::OBJECT, "Orphan", 10);
    let shared = draft.node(NodeKind::OBJECT, "Shared", 100);
    draft.edge(0, EdgeKind::ELEMENT, "1", holder);
    draft.edge(holder, EdgeKind::WEAK, "w", orphan);
    draft.edge(holder, EdgeKind::PROPERTY, "s", shared);
    draft.edge(orphan, EdgeKind::PROPERTY, "s", shared);
    let graph = draft.graph();
    assert_eq!(graph.dominator(NodeIdx::from(shared)), graph.root());
    assert_eq!(graph.retained_size(NodeIdx::from(holder)), 1);
}

/// A list of a million: no recursion anywhere.
#[test]
fn a_deep_chain() {
    let mut draft = Draft::new();
    let global = draft.global(1);
    // Comes after the list or before it, whichever way the walk goes.
    let sides = [0, 1].map(|_| draft.node(NodeKind::STRING, "side", 1));
    draft.edge(global, EdgeKind::PROPERTY, "side", sides[0]);
    let mut last = global;
    for _ in 0..MANY {
        let next = draft.node(NodeKind::OBJECT, "Link", 1);
        draft.edge(last, EdgeKind::PROPERTY, "next", next);
        draft.edge(next, EdgeKind::PROPERTY, "previous", last);
        last = next;
    }
    draft.edge(global, EdgeKind::PROPERTY, "side", sides[1]);
    let graph = draft.graph();
    assert!(sides.iter().all(|&side| graph.dominator(NodeIdx::from(side)) == NodeIdx::from(global)));
    assert_eq!(graph.retained_size(NodeIdx::from(global)), MANY as u64 + 3);
    assert_eq!(graph.distance(NodeIdx::from(last)), MANY as i32 + 1);
    let link = graph.classes().get(graph.class_of(NodeIdx::from(last)));
    assert_eq!((link.count, link.retained_size), (MANY as u32, MANY as u64));
}

/// A spine of half a million with half a million leaves at its end that the root also holds: every leaf
/// climbs the whole spine unless the climb is bounded.
#[test]
fn a_comb_does_not_take_quadratic_time() {
    let mut draft = Draft::new();
    let mut spine = vec![draft.global(1)];
    for i in 0..MANY / 2 {
        let next = draft.node(NodeKind::OBJECT, "Spine", 1);
        draft.edge(spine[i], EdgeKind::PROPERTY, "next", next);
        spine.push(next);
    }
    let end = spine[MANY / 2];
    for i in 0..MANY / 2 {
        let leaf = draft.node(NodeKind::OBJECT, "Leaf", 1);
        draft.edge(end, EdgeKind::PROPERTY, "leaf", leaf);
        draft.edge(spine[i % 7], EdgeKind::PROPERTY, "leaf", leaf);
    }
    let graph = draft.graph();
    let leaf = NodeIdx::from(draft.nodes.len() - 1);
    assert_eq!(graph.dominator(leaf), NodeIdx::from(spine[(MANY / 2 - 1) % 7]));
}

#[test]
fn a_clique() {
    let mut draft = Draft::new();
    let members: Vec<usize> = (0..300).map(|_| draft.node(NodeKind::OBJECT, "Member", 1)).collect();
    draft.edge(0, EdgeKind::SHORTCUT, "global", members[0]);
    for &from in &members {
        for &to in &members {
            draft.edge(from, EdgeKind::ELEMENT, "0", to);
        }
    }
    let graph = draft.graph();
    let first = NodeIdx::from(members[0]);
    assert!(members[1..].iter().all(|&node| graph.dominator(NodeIdx::from(node)) == first));
    assert_eq!(graph.retained_size(first), 300);
}

#[test]
fn cancel_ends_the_build() {
    let cancel = AtomicBool::new(true);
    let options = BuildOptions { cancel: Some(&cancel), ..BuildOptions::default() };
    assert!(matches!(Graph::build(Draft::new().columns(), &options), Err(Error::Cancelled)));
}

#[test]
fn progress_ends_at_the_end() {
    let seen = std::sync::Mutex::new(Vec::new());
    let progress = |done, total| seen.lock().unwrap().push((done, total));
    let options = BuildOptions { progress: Some(&progress), ..BuildOptions::default() };
    Graph::build(Draft::new().columns(), &options).unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.is_sorted() && seen.len() > 2);
    let (done, total) = *seen.last().unwrap();
    assert_eq!(done, total);
}
