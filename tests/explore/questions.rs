//! Each question beside the plain way to find the same.

use crate::heap::any_heap;
use leakguard::explore::dominators::{self, Branch};
use leakguard::explore::nodes::{self, SortBy};
use leakguard::explore::page::{LARGEST, Order, Page, Window};
use leakguard::explore::row::EdgeRow;
use leakguard::explore::search::{Kind, search};
use leakguard::explore::{Snapshot, buffers, children, classes, retainers, strings};
use leakguard::graph::Graph;
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// All rows, asked for in pages of that many.
fn all<T>(limit: usize, ask: impl Fn(Window) -> Page<T>) -> Vec<T> {
    let mut rows = Vec::new();
    loop {
        let page = ask(Window::new(rows.len(), limit));
        assert_eq!(page.offset, rows.len() as u64);
        let more = page.rows.len() == limit;
        rows.extend(page.rows);
        if !more {
            assert_eq!(page.total, rows.len() as u64, "the total is what all pages hold");
            return rows;
        }
    }
}

/// Nodes by retained size, biggest first.
fn biggest(graph: &Graph, wanted: impl Fn(NodeIdx) -> bool) -> Vec<u32> {
    let mut nodes: Vec<NodeIdx> = graph.nodes().filter(|&node| wanted(node)).collect();
    nodes.sort_by_key(|&node| (std::cmp::Reverse(graph.retained_size(node)), node));
    nodes.into_iter().map(|node| node.0).collect()
}

fn is_string(graph: &Graph, node: NodeIdx) -> bool {
    graph.columns().nodes.kind[node.at()] == NodeKind::STRING
}

/// What the answer shows of a reference.
fn short(row: &EdgeRow) -> (u32, String, bool) {
    (row.node.index, row.edge.clone(), row.essential)
}

/// Checks a branch and all below it; returns how many nodes it shows.
fn check(graph: &Graph, branch: &Branch, depth: u32) -> usize {
    let node = NodeIdx(branch.node.index);
    let mut below: Vec<u64> = graph
        .nodes()
        .filter(|&child| child != node && graph.dominator(child) == node)
        .map(|child| graph.retained_size(child))
        .collect();
    below.sort_unstable_by(|a, b| b.cmp(a));
    let shown: Vec<u64> = branch.children.iter().map(|child| child.retained).collect();
    assert_eq!(shown, below[..shown.len()], "the biggest children");
    assert_eq!(branch.rest, below[shown.len()..].iter().sum::<u64>());
    assert_eq!(branch.child_count, below.len() as u64);
    assert_eq!(branch.retained, graph.retained_size(node));
    assert!(branch.children.is_empty() || depth > 0);
    1 + branch.children.iter().map(|child| check(graph, child, depth - 1)).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn instances_of_every_class_in_every_order(draft in any_heap(), limit in 1usize..7) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        let table = all(limit, |window| {
            classes::classes(&snapshot, classes::SortBy::RetainedSize, Order::Descending, "", window)
        });
        prop_assert_eq!(table.len(), graph.classes().rows().count());
        prop_assert!(table.is_sorted_by(|a, b| a.row.retained_size >= b.row.retained_size));
        for class in table {
            let index = snapshot.class(class.index).unwrap();
            let of_class = |node: NodeIdx| graph.class_of(node) == index && graph.self_size(node) > 0;
            let rows = |sort, order| {
                all(limit, |window| nodes::instances(&snapshot, index, sort, order, window))
            };
            let shown = rows(SortBy::RetainedSize, Order::Descending);
            prop_assert_eq!(shown.len(), class.row.count as usize);
            let indexes: Vec<u32> = shown.iter().map(|row| row.index).collect();
            prop_assert_eq!(indexes, biggest(graph, of_class));
            prop_assert_eq!(shown.iter().map(|row| row.self_size).sum::<u64>(), class.row.self_size);
            prop_assert!(shown.iter().all(|row| row.class_name == class.row.name));
            let near = rows(SortBy::Distance, Order::Ascending);
            prop_assert!(near.is_sorted_by_key(|row| row.distance) && near.len() == shown.len());
            prop_assert!(rows(SortBy::Id, Order::Descending).is_sorted_by(|a, b| a.id >= b.id));
            prop_assert!(rows(SortBy::SelfSize, Order::Ascending).is_sorted_by_key(|row| row.self_size));
        }
    }

    #[test]
    fn retainers_are_all_edges_turned_round(draft in any_heap(), limit in 1usize..7) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        let index = graph.retainers();
        for node in graph.nodes() {
            let rows = all(limit, |window| retainers::retainers(&snapshot, node, window));
            let mut expected: Vec<(u32, u32)> =
                index.of(node).map(|(from, edge)| (from.0, edge.0)).collect();
            let mut shown: Vec<(u32, u32)> = rows
                .iter()
                .map(|row| {
                    let from = NodeIdx(row.node.index);
                    let named = |edge: &&leakguard::parse::columns::Edge| {
                        let name = if edge.kind.is_indexed() {
                            edge.name_or_index.to_string()
                        } else {
                            graph.columns().strings.text(leakguard::ids::StrIdx(edge.name_or_index)).into_owned()
                        };
                        edge.to == node && name == row.edge
                    };
                    let edges: Vec<_> = graph.edges(from).collect();
                    (from.0, edges.iter().find(named).expect("the edge is there").edge.0)
                })
                .collect();
            expected.sort_unstable();
            shown.sort_unstable();
            // Two edges of one name between the same two are the same row twice.
            shown.dedup();
            prop_assert!(shown.iter().all(|found| expected.contains(found)));
            prop_assert_eq!(rows.len(), expected.len());
            let far = |row: &EdgeRow| if row.node.distance < 0 { i32::MAX } else { row.node.distance };
            prop_assert!(rows.is_sorted_by_key(|row| (!row.essential, far(row))));
        }
    }

    #[test]
    fn containment_is_the_edges(draft in any_heap(), limit in 1usize..7) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        for node in graph.nodes() {
            let ask = |sort, filter: &str| {
                all(limit, |window| children::children(&snapshot, node, sort, filter, window))
            };
            let rows = ask(children::SortBy::Snapshot, "");
            let targets: Vec<u32> = graph.edges(node).map(|edge| edge.to.0).collect();
            prop_assert_eq!(rows.iter().map(|row| row.node.index).collect::<Vec<_>>(), targets);
            let filtered = ask(children::SortBy::Snapshot, "SESS");
            let expected: Vec<_> = rows
                .iter()
                .filter(|row| {
                    let session = |text: &str| text.to_ascii_lowercase().contains("sess");
                    session(&row.edge) || session(&row.node.name) || session(&row.node.class_name)
                })
                .map(short)
                .collect();
            prop_assert_eq!(filtered.iter().map(short).collect::<Vec<_>>(), expected);
            let by_size = ask(children::SortBy::RetainedSize, "");
            prop_assert!(by_size.is_sorted_by(|a, b| a.node.retained_size >= b.node.retained_size));
            prop_assert_eq!(by_size.len(), rows.len());
        }
    }

    #[test]
    fn the_dominator_tree_shows_the_biggest(draft in any_heap(), depth in 0u32..6, most in 1usize..30) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        for root in [graph.root(), NodeIdx(1)] {
            let tree = dominators::tree(&snapshot, root, depth, most);
            let shown = check(graph, &tree, depth.min(dominators::DEEPEST));
            prop_assert!(shown <= most);
            // Whatever fits is there.
            if depth > 0 && shown < most {
                prop_assert_eq!(tree.rest, 0);
            }
        }
    }

    #[test]
    fn search_finds_what_contains_the_text(
        draft in any_heap(),
        text in prop::sample::select(vec!["session", "TEXT", "a", "ray", "(object", "zzz"]),
        limit in 1usize..7,
    ) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        let has = |name: &str| name.to_ascii_lowercase().contains(&text.to_ascii_lowercase());
        for kind in [Kind::Name, Kind::String] {
            let rows = all(limit, |window| search(&snapshot, kind, text, 2, window));
            let wanted = |node: NodeIdx| match kind {
                Kind::String => is_string(graph, node) && has(&graph.node_name(node)),
                Kind::Name => {
                    !is_string(graph, node) && (has(&graph.node_name(node)) || has(&graph.class_name(node)))
                }
            };
            let shown: Vec<u32> = rows.iter().map(|row| row.index).collect();
            prop_assert_eq!(shown, biggest(graph, wanted));
        }
    }

    #[test]
    fn strings_and_buffers(draft in any_heap(), limit in 1usize..7) {
        let snapshot = Snapshot::new(draft.graph());
        let graph = snapshot.graph();
        let mut texts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for node in graph.nodes().filter(|&node| is_string(graph, node)) {
            let (count, bytes) = texts.entry(graph.node_name(node).into_owned()).or_default();
            *count += 1;
            *bytes += graph.self_size(node);
        }
        texts.retain(|_, (count, _)| *count > 1);
        let rows = all(limit, |window| strings::duplicates(&snapshot, window));
        prop_assert!(rows.is_sorted_by(|a, b| a.self_size >= b.self_size));
        let shown: BTreeMap<String, (u64, u64)> =
            rows.iter().map(|row| (row.value.clone(), (row.count, row.self_size))).collect();
        prop_assert_eq!(shown, texts);

        let rows = all(limit, |window| strings::biggest(&snapshot, window));
        let indexes: Vec<u32> = rows.iter().map(|row| row.index).collect();
        prop_assert_eq!(indexes, biggest(graph, |node| is_string(graph, node)));

        let rows = all(limit, |window| buffers::buffers(&snapshot, window));
        let expected = graph.nodes().filter(|&node| {
            graph.self_size(node) > 0 && graph.node_name(node) == "system / JSArrayBufferData"
        });
        prop_assert_eq!(rows.len(), expected.count());
        prop_assert!(rows.is_sorted_by(|a, b| a.row.self_size >= b.row.self_size));
    }
}

#[test]
fn a_preview_shows_what_is_in_an_object() {
    let mut draft = crate::draft::Draft::new();
    let global = draft.global(8);
    let user = draft.node(NodeKind::OBJECT, "User", 32);
    draft.edge(global, EdgeKind::PROPERTY, "user", user);
    let name = draft.node(NodeKind::STRING, "Ada \"the first\"", 24);
    draft.edge(user, EdgeKind::PROPERTY, "name", name);
    draft.edge(user, EdgeKind::PROPERTY, "__proto__", global);
    let tags = draft.node(NodeKind::OBJECT, "Array", 32);
    draft.edge(user, EdgeKind::PROPERTY, "tags", tags);
    (0..100).for_each(|i| draft.edge(tags, EdgeKind::ELEMENT, &i.to_string(), name));
    let map = draft.node(NodeKind::OBJECT, "Map", 32);
    draft.edge(user, EdgeKind::PROPERTY, "cache", map);
    let table = draft.node(NodeKind::ARRAY, "", 32);
    draft.edge(map, EdgeKind::INTERNAL, "table", table);
    draft.edge(table, EdgeKind::INTERNAL, "3", name);
    draft.edge(table, EdgeKind::INTERNAL, "4", user);
    let snapshot = Snapshot::new(draft.graph());
    let preview = |node: usize| {
        leakguard::explore::row::NodeRow::of(&snapshot, NodeIdx::from(node)).preview.unwrap_or_default()
    };
    assert_eq!(preview(user), r#"{name: "Ada \"the first\"", tags: Array, cache: Map}"#);
    assert_eq!(preview(name), r#""Ada \"the first\"""#);
    assert_eq!(preview(map), r#"{"Ada \"the first\"" → User}"#);
    let long = preview(tags);
    assert!(long.starts_with("[\"Ada") && long.ends_with(", …]") && long.chars().count() <= 210, "{long}");
}

#[test]
fn nobody_gets_more_than_a_page() {
    let mut draft = crate::draft::Draft::new();
    let global = draft.global(8);
    for i in 0..LARGEST + 100 {
        let session = draft.node(NodeKind::OBJECT, "Session", 16);
        draft.edge(global, EdgeKind::ELEMENT, &i.to_string(), session);
    }
    let snapshot = Snapshot::new(draft.graph());
    let page = children::children(
        &snapshot,
        NodeIdx::from(global),
        children::SortBy::Snapshot,
        "",
        Window::new(0, usize::MAX),
    );
    assert_eq!((page.total, page.rows.len()), ((LARGEST + 100) as u64, LARGEST));
    assert!(snapshot.node(1_000_000).is_err() && snapshot.node_with_id(2).is_err());
    assert_eq!(snapshot.node_with_id(3).unwrap(), NodeIdx(1));
}
