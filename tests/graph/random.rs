//! Random graphs: what the graph says equals what the definitions say.

use crate::draft::{Draft, pair_name};
use crate::naive;
use leakguard::graph::Graph;
use leakguard::ids::{ClassIdx, NodeIdx};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;
use std::collections::HashMap;

const KINDS: [NodeKind; 8] = [
    NodeKind::OBJECT,
    NodeKind::HIDDEN,
    NodeKind::ARRAY,
    NodeKind::NATIVE,
    NodeKind::SYNTHETIC,
    NodeKind::CLOSURE,
    NodeKind::STRING,
    NodeKind::CODE,
];
const NODE_NAMES: [&str; 10] = [
    "Object",
    "Foo",
    "Array",
    "<div id=\"a b\">",
    "Detached <p class=c>",
    "system / NativeContext",
    "system / ExternalStringData",
    "system / JSArrayBufferData",
    "(map descriptors)",
    "(Document DOM trees)",
];
const EDGE_KINDS: [EdgeKind; 9] = [
    EdgeKind::PROPERTY,
    EdgeKind::PROPERTY,
    EdgeKind::INTERNAL,
    EdgeKind::ELEMENT,
    EdgeKind::HIDDEN,
    EdgeKind::SHORTCUT,
    EdgeKind::WEAK,
    EdgeKind::CONTEXT,
    EdgeKind::OTHER,
];
const EDGE_NAMES: [&str; 6] = ["a", "b", "elements", "__proto__", "sloppy_function_map", "4 of them"];

prop_compose! {
    fn any_node()(
        kind in prop::sample::select(&KINDS[..]),
        name in prop::sample::select(&NODE_NAMES[..]),
        size in 0u64..5,
        detachedness in prop_oneof![8 => Just(0u8), 1 => Just(1), 1 => Just(2)],
    ) -> (NodeKind, &'static str, u64, u8) {
        (kind, name, size * 8, detachedness)
    }
}

prop_compose! {
    /// Graphs of up to 24 nodes, from sparse (with unreachable parts) to dense.
    pub fn any_graph()(
        nodes in prop::collection::vec(any_node(), 0..24),
        per_node in 1usize..5,
    )(
        edges in prop::collection::vec(
            (
                0..=nodes.len(),
                0..=nodes.len(),
                prop::sample::select(&EDGE_KINDS[..]),
                prop::sample::select(&EDGE_NAMES[..]),
                0u32..8,
            ),
            0..(nodes.len() * per_node + 2),
        ),
        pairs in prop::collection::vec((0..=nodes.len(), 0..=nodes.len(), 0..=nodes.len()), 0..4),
        locations in prop::collection::vec((0..=nodes.len(), 1u32..3, 0u32..2), 0..5),
        nodes in Just(nodes),
    ) -> Draft {
        let mut draft = Draft::new();
        for (kind, name, size, detachedness) in nodes {
            let node = draft.node(kind, name, size);
            draft.nodes[node].detachedness = detachedness;
        }
        for (from, to, kind, name, index) in edges {
            let index = index.to_string();
            draft.edge(from, kind, if kind.is_indexed() { &index } else { name }, to);
        }
        for (table, key, value) in pairs {
            let id = |node: usize| draft.nodes[node].id;
            let names = [0, 1].map(|n| pair_name(n, id(key), id(value), id(table)));
            draft.edge(table, EdgeKind::INTERNAL, &names[0], value);
            draft.edge(key, EdgeKind::INTERNAL, &names[1], value);
        }
        draft.locations = locations.into_iter().map(|(node, script, line)| (node, script, line, 7)).collect();
        draft
    }
}

fn each<T>(graph: &Graph, what: impl Fn(NodeIdx) -> T) -> Vec<T> {
    graph.nodes().map(what).collect()
}

fn check(draft: &Draft, graph: &Graph) {
    let states = naive::detachedness(draft);
    assert_eq!(each(graph, |node| graph.detachedness(node)), states.iter().map(|s| s.0).collect::<Vec<_>>());
    // All later rules see the names with their prefixes.
    let mut draft = draft.clone();
    for (node, (_, prefixed)) in draft.nodes.iter_mut().zip(&states) {
        if *prefixed {
            node.name.insert_str(0, "Detached ");
        }
    }
    let draft = &draft;
    let names: Vec<String> = draft.nodes.iter().map(|node| node.name.clone()).collect();
    assert_eq!(each(graph, |node| graph.node_name(node).into_owned()), names);

    let essential = naive::essential(draft);
    let kept: Vec<Vec<usize>> = each(graph, |node| {
        graph.edges(node).filter(|edge| graph.is_essential(node, edge)).map(|edge| edge.to.at()).collect()
    });
    assert_eq!(kept, essential, "essential edges");

    let page = naive::page(draft);
    assert_eq!(
        each(graph, |node| graph.is_page_owned(node)),
        (0..draft.nodes.len()).map(|node| page.contains(&node)).collect::<Vec<_>>()
    );

    let dominated = naive::dominated(&essential);
    let dominators = naive::dominators(&dominated);
    assert_eq!(each(graph, |node| graph.dominator(node).at()), dominators, "dominators");

    let sizes = naive::self_sizes(draft);
    assert_eq!(each(graph, |node| graph.self_size(node)), sizes, "shallow sizes");
    let retained: Vec<u64> = dominated.iter().map(|set| set.iter().map(|&node| sizes[node]).sum()).collect();
    assert_eq!(each(graph, |node| graph.retained_size(node)), retained, "retained sizes");

    let distances = naive::distances(draft);
    assert_eq!(each(graph, |node| graph.distance(node)), distances, "distances");

    check_classes(graph);
    check_retainers(graph);
}

/// The table against the nodes, by definition.
fn check_classes(graph: &Graph) {
    let mut rows: HashMap<ClassIdx, (u32, u64, u64, i32)> = HashMap::new();
    for node in graph.nodes().filter(|&node| graph.self_size(node) != 0) {
        let class = graph.class_of(node);
        let row = rows.entry(class).or_insert((0, 0, 0, i32::MAX));
        row.0 += 1;
        row.1 += graph.self_size(node);
        row.3 = row.3.min(graph.distance(node));
        let mut above = node;
        let mut covered = false;
        while above != graph.root() {
            above = graph.dominator(above);
            covered |= graph.class_of(above) == class && graph.self_size(above) != 0;
        }
        if !covered {
            row.2 += graph.retained_size(node);
        }
    }
    let table: HashMap<_, _> = graph
        .classes()
        .rows()
        .map(|(class, row)| (class, (row.count, row.self_size, row.retained_size, row.distance)))
        .collect();
    assert_eq!(table, rows);
}

fn check_retainers(graph: &Graph) {
    let retainers = graph.retainers();
    for node in graph.nodes() {
        let mut expected = Vec::new();
        for from in graph.nodes() {
            expected.extend(graph.edges(from).filter(|edge| edge.to == node).map(|edge| (from, edge.edge)));
        }
        expected.reverse();
        assert_eq!(retainers.of(node).collect::<Vec<_>>(), expected);
        assert_eq!(retainers.count(node), expected.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_definitions(draft in any_graph()) {
        check(&draft, &draft.graph());
    }

    #[test]
    fn equals_the_definitions_on_two_threads(draft in any_graph()) {
        check(&draft, &draft.graph_with(2));
    }
}
