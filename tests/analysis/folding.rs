//! Folds and digests: against a naive fold, and independent of the order of nodes.

use crate::draft::Draft;
use leakguard::analysis::Digest;
use leakguard::analysis::fold::Fold;
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A random heap: edges from lower to higher nodes make a connected graph, others go anywhere.
fn heap() -> impl Strategy<Value = Draft> {
    let node = (0u8..7, 0usize..4, 1u64..100, any::<prop::sample::Index>(), 0u8..4, 0usize..5);
    let extra = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..5, 0usize..5);
    (prop::collection::vec(node, 1..40), prop::collection::vec(extra, 0..40)).prop_map(|(nodes, extras)| {
        let mut draft = Draft::new();
        draft.global(40);
        for (kind, class, size, parent, edge, name) in nodes {
            let kinds = [
                NodeKind::OBJECT,
                NodeKind::OBJECT,
                NodeKind::CLOSURE,
                NodeKind::STRING,
                NodeKind::ARRAY,
                NodeKind::CODE,
                NodeKind::HIDDEN,
            ];
            let parent = 1 + parent.index(draft.nodes.len() - 1);
            let at = draft.node(kinds[kind as usize], ["A", "B", "Object", "Array"][class], size);
            link(&mut draft, parent, edge, name, at);
        }
        for (from, to, edge, name) in extras {
            let (from, to) = (1 + from.index(draft.nodes.len() - 1), 1 + to.index(draft.nodes.len() - 1));
            link(&mut draft, from, edge, name, to);
        }
        draft
    })
}

fn link(draft: &mut Draft, from: usize, edge: u8, name: usize, to: usize) {
    let named = ["x", "y", "next", "__proto__", "z"][name];
    match edge {
        0 => draft.edge(from, EdgeKind::ELEMENT, &name.to_string(), to),
        1 | 2 => draft.edge(from, EdgeKind::PROPERTY, named, to),
        3 => draft.edge(from, EdgeKind::INTERNAL, named, to),
        _ => draft.edge(from, EdgeKind::WEAK, named, to),
    }
}

/// The same heap with its nodes in another order (the root stays first) and other object ids.
fn shuffled(draft: &Draft, order: &[usize]) -> Draft {
    let mut place = vec![0; draft.nodes.len()];
    order.iter().enumerate().for_each(|(to, &from)| place[from] = to);
    let mut other = draft.clone();
    other.nodes = order.iter().map(|&from| draft.nodes[from].clone()).collect();
    for (at, node) in other.nodes.iter_mut().enumerate() {
        node.id = 1000 + 2 * at as u32;
        node.edges.iter_mut().for_each(|edge| edge.to = place[edge.to]);
    }
    other
}

/// Rows without their order: signature to numbers.
fn rows(digest: &Digest) -> BTreeMap<u64, (u64, u64, u64, u64, u64)> {
    (0..digest.len() as u32)
        .map(|at| {
            let row = digest.row(at);
            (digest.signature(at), (row.count, row.bytes, row.retained, row.metadata, row.elements))
        })
        .collect()
}

proptest! {
    #[test]
    fn a_digest_does_not_depend_on_the_order_of_nodes(
        (draft, order) in heap().prop_flat_map(|draft| {
            let rest: Vec<usize> = (1..draft.nodes.len()).collect();
            (Just(draft), Just(rest).prop_shuffle())
        })
    ) {
        let order: Vec<usize> = std::iter::once(0).chain(order).collect();
        let one = Digest::of(&draft.graph());
        let other = Digest::of(&shuffled(&draft, &order).graph());
        prop_assert_eq!(rows(&one), rows(&other));
    }

    #[test]
    fn nothing_is_counted_twice_or_lost(draft in heap()) {
        let graph = draft.graph();
        let fold = Fold::of(&graph);
        let total: u64 = graph.nodes().map(|node| graph.self_size(node)).sum();
        let bytes: u64 = fold.groups.iter().map(|group| group.bytes + group.metadata).sum();
        prop_assert_eq!(bytes, total);
        prop_assert_eq!(fold.groups[0].retained + fold.groups[0].retained_metadata, total);
        for group in &fold.groups[1..] {
            prop_assert!(group.count > 0);
            prop_assert!(group.retained <= fold.groups[group.parent as usize].retained);
        }
    }

    /// The naive way: a node's path is that of its dominator and its own class; nodes of one group have one
    /// path, up to segments that repeat.
    #[test]
    fn members_of_a_group_have_one_class_and_one_group_of_dominators(draft in heap()) {
        let graph = draft.graph();
        let fold = Fold::of(&graph);
        for node in graph.nodes().skip(1) {
            let kind = graph.columns().nodes.kind[node.at()];
            let see_through =
                matches!(kind, NodeKind::ARRAY | NodeKind::HIDDEN | NodeKind::CODE) || fold.is_metadata(node);
            let above = fold.group_of(graph.dominator(node));
            let group = fold.group_of(node);
            if see_through {
                prop_assert_eq!(group, above);
                continue;
            }
            let parent = fold.groups[group as usize].parent;
            // Either one step down, or back up to where a repetition began.
            prop_assert!(parent == above || is_at_or_above(&fold, group, above));
            let name = graph.node_name(node).into_owned();
            let class = match kind {
                NodeKind::CLOSURE => format!("{name}()"),
                NodeKind::STRING => "(string)".to_owned(),
                _ => name,
            };
            prop_assert_eq!(&fold.class(group).name, &class);
        }
    }

    #[test]
    fn a_digest_survives_being_written(draft in heap()) {
        let digest = Digest::of(&draft.graph());
        prop_assert_eq!(Digest::from_bytes(&digest.to_bytes().unwrap()).unwrap(), digest);
    }

    #[test]
    fn damaged_digests_are_errors(draft in heap(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = Digest::of(&draft.graph()).to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        // The gzip header has bytes that mean nothing; whatever is read must still be whole.
        match Digest::from_bytes(&bytes) {
            Ok(digest) => prop_assert!(!digest.is_empty()),
            Err(error) => prop_assert_eq!(error.code(), "LG_DIGEST"),
        }
        prop_assert!(Digest::from_bytes(&bytes[..bytes.len() / 2]).is_err());
    }
}

fn is_at_or_above(fold: &Fold, group: u32, mut at: u32) -> bool {
    while at != group && at != 0 {
        at = fold.groups[at as usize].parent;
    }
    at == group
}

#[test]
fn a_chain_is_one_group_whatever_its_length() {
    let digest = |length: usize| {
        let mut draft = Draft::new();
        let mut last = draft.global(40);
        for i in 0..length {
            let wrapper = draft.node(NodeKind::CLOSURE, "wrapped", 64);
            let scope = draft.node(NodeKind::OBJECT, "system / Context", 32);
            draft.edge(last, if i == 0 { EdgeKind::PROPERTY } else { EdgeKind::CONTEXT }, "prev", wrapper);
            draft.edge(wrapper, EdgeKind::INTERNAL, "context", scope);
            last = scope;
        }
        Digest::of(&draft.graph())
    };
    let (short, long) = (digest(50), digest(500));
    assert_eq!(short.len(), long.len());
    assert!(short.len() < 8);
    let most = |d: &Digest| (0..d.len() as u32).map(|at| d.row(at).count).max();
    assert_eq!((most(&short), most(&long)), (Some(50), Some(500)));
}

#[test]
fn keys_of_a_dictionary_are_one_group() {
    let mut draft = Draft::new();
    let global = draft.global(40);
    let cache = draft.node(NodeKind::OBJECT, "Object", 24);
    draft.edge(global, EdgeKind::PROPERTY, "cache", cache);
    for i in 0..200 {
        let value = draft.node(NodeKind::OBJECT, "User", 24);
        draft.edge(cache, EdgeKind::PROPERTY, &format!("user:{i}"), value);
    }
    let graph = draft.graph();
    let fold = Fold::of(&graph);
    let group = &fold.groups[fold.group_of(NodeIdx(3)) as usize];
    assert_eq!((group.count, group.label.text(graph.columns())), (200, "{}".to_owned()));
    assert_eq!(fold.groups[fold.group_of(NodeIdx(2)) as usize].elements, 200);
}

#[test]
fn a_large_heap_leaves_a_small_digest() {
    let mut draft = Draft::new();
    let global = draft.global(40);
    // Forty thousand objects, each with a path of its own.
    for i in 0..200 {
        let outer = draft.node(NodeKind::OBJECT, &format!("Outer{i}"), 24);
        draft.edge(global, EdgeKind::PROPERTY, &format!("outer{i}"), outer);
        for j in 0..200 {
            let inner = draft.node(NodeKind::OBJECT, &format!("Inner{j}"), 24 + j);
            draft.edge(
                outer,
                EdgeKind::INTERNAL,
                &format!("inner_{}", char::from(b'a' + (j % 26) as u8)),
                inner,
            );
        }
    }
    let digest = Digest::of(&draft.graph());
    assert!(digest.pruned);
    assert!(digest.len() < 13_000, "{}", digest.len());
    assert!(digest.to_bytes().unwrap().len() < 400_000);
    assert_eq!(digest.program_bytes, 40 + 200 * 24 + 200 * (200 * 24 + 199 * 200 / 2));
}
