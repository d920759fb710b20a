//! Two snapshots of one process: every row, every object, and what grew in place.

use crate::draft::Draft;
use crate::heap::any_heap;
use leakguard::analysis::comparison::{Census, compare};
use leakguard::explore::compare::{SortBy, classes};
use leakguard::explore::growth;
use leakguard::explore::page::{Order, Window};
use leakguard::explore::pair::Pair;
use leakguard::explore::{Snapshot, compare as tables};
use leakguard::graph::Graph;
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const ALL: usize = 400;

/// The heap some time later: some objects are gone, which is written as others having come in their place, some of the
/// others have grown.
fn later(draft: &Draft, replaced: &[bool], grown: &[u64]) -> Draft {
    let mut draft = draft.clone();
    let count = draft.nodes.len();
    for (at, node) in draft.nodes.iter_mut().enumerate().skip(2) {
        if replaced.get(at).copied().unwrap_or(false) {
            node.id += 2 * count as u32;
        } else {
            node.size += 8 * grown.get(at).copied().unwrap_or(0);
        }
    }
    draft
}

/// By its definition: the shallow sizes of all for which the node is the nearest dominator that is in both.
fn own_keep(graph: &Graph, both: &BTreeSet<NodeIdx>) -> BTreeMap<NodeIdx, u64> {
    let mut keep = BTreeMap::new();
    for node in graph.nodes() {
        let mut at = node;
        while !both.contains(&at) && at != graph.root() {
            at = graph.dominator(at);
        }
        *keep.entry(at).or_default() += graph.self_size(node);
    }
    keep
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_pair_is_devtools_comparison_with_the_objects(
        draft in any_heap(),
        replaced in prop::collection::vec(prop::bool::weighted(0.2), 42),
        grown in prop::collection::vec(0u64..3, 42),
    ) {
        let base = Snapshot::new(draft.graph());
        let head = Snapshot::new(later(&draft, &replaced, &grown).graph());
        let pair = Pair::of(&base, &head);
        let expected = compare(&Census::under(base.graph(), head.graph().shapes()), &Census::of(head.graph()));
        let rows = classes(&pair, SortBy::AbsoluteDelta, Order::Descending, "", Window::new(0, ALL)).rows;
        prop_assert_eq!(&rows, &expected);

        for row in &rows {
            let added = tables::objects(pair.added(&row.key), &head, Window::new(0, ALL));
            prop_assert_eq!(added.total, row.added_count);
            prop_assert_eq!(added.rows.iter().map(|node| node.self_size).sum::<u64>(), row.added_size);
            prop_assert!(added.rows.iter().all(|node| node.class_name == row.name));
            let removed = tables::objects(pair.removed(&row.key), &base, Window::new(0, ALL));
            prop_assert_eq!(removed.total, row.removed_count);
            prop_assert_eq!(removed.rows.iter().map(|node| node.self_size).sum::<u64>(), row.removed_size);
        }
    }

    #[test]
    fn growth_in_place_is_what_came_below_what_stayed(
        draft in any_heap(),
        replaced in prop::collection::vec(prop::bool::weighted(0.3), 42),
        grown in prop::collection::vec(0u64..3, 42),
    ) {
        let base = Snapshot::new(draft.graph());
        let head = Snapshot::new(later(&draft, &replaced, &grown).graph());
        let (before, after) = (base.graph(), head.graph());
        let id = |graph: &Graph, node: NodeIdx| graph.columns().nodes.id[node.at()];
        // Ordinals are the same in both, so an object stayed if its id did, its class, and that it has a size.
        let key = |graph: &Graph, node: NodeIdx| graph.classes().get(graph.class_of(node)).key.clone();
        let older = before.classify(after.shapes());
        let both: BTreeSet<NodeIdx> = after
            .nodes()
            .filter(|&node| {
                id(before, node) == id(after, node)
                    && before.self_size(node) > 0
                    && after.self_size(node) > 0
                    && older.table.get(older.class_of[node.at()]).key == key(after, node)
            })
            .collect();
        let (was, is) = (own_keep(before, &both), own_keep(after, &both));
        let mut expected: Vec<(u64, u32)> = both
            .iter()
            .map(|node| (is[node].saturating_sub(was[node]), node.0))
            .filter(|(growth, _)| *growth > 0)
            .collect();
        expected.sort_by_key(|&(growth, node)| (std::cmp::Reverse(growth), node));
        let pair = Pair::of(&base, &head);
        let rows = growth::rows(&pair, &base, &head, None, Window::new(0, ALL));
        let shown: Vec<(u64, u32)> = rows.rows.iter().map(|row| (row.growth, row.row.index)).collect();
        prop_assert_eq!(shown, expected);
        let of_class = growth::rows(&pair, &base, &head, Some(",Session"), Window::new(0, ALL));
        let sessions = rows.rows.iter().filter(|row| row.row.class_name == "Session");
        prop_assert_eq!(of_class.rows.iter().collect::<Vec<_>>(), sessions.collect::<Vec<_>>());
    }
}

#[test]
fn the_array_has_grown_and_not_what_holds_it() {
    let heap = |elements: usize| {
        let mut draft = Draft::new();
        let global = draft.global(8);
        let app = draft.node(NodeKind::OBJECT, "App", 64);
        draft.edge(global, EdgeKind::PROPERTY, "app", app);
        let list = draft.node(NodeKind::OBJECT, "Array", 16);
        draft.edge(app, EdgeKind::PROPERTY, "list", list);
        for i in 0..elements {
            let session = draft.node(NodeKind::OBJECT, "Session", 100);
            draft.edge(list, EdgeKind::ELEMENT, &i.to_string(), session);
        }
        Snapshot::new(draft.graph())
    };
    let (base, head) = (heap(3), heap(8));
    let pair = Pair::of(&base, &head);
    let page = growth::rows(&pair, &base, &head, None, Window::new(0, ALL));
    let shown: Vec<_> =
        page.rows.iter().map(|row| (row.row.class_name.as_str(), row.growth, row.elements)).collect();
    assert_eq!(shown, [("Array", 500, Some([3, 8]))]);
}

#[test]
fn ids_that_repeat_are_told_apart_by_class() {
    let heap = |sizes: [u64; 3]| {
        let mut draft = Draft::new();
        let global = draft.global(8);
        for (name, size) in ["A", "B", "B"].into_iter().zip(sizes) {
            let node = draft.node(NodeKind::OBJECT, name, size);
            draft.nodes[node].id = 77;
            draft.edge(global, EdgeKind::PROPERTY, &node.to_string(), node);
        }
        Snapshot::new(draft.graph())
    };
    let pair = Pair::of(&heap([8, 8, 8]), &heap([8, 8, 8]));
    assert_eq!(pair.changed().count(), 0);
    let pair = Pair::of(&heap([8, 8, 0]), &heap([8, 8, 8]));
    let changed: Vec<_> = pair.changed().map(|row| (row.name.as_str(), row.added_count)).collect();
    assert_eq!(changed, [("B", 1)]);
}
