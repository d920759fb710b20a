//! Shallow sizes, statistics, and the class table on small graphs.

use crate::draft::{Draft, pair_name};
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};

#[test]
fn an_array_counts_with_its_backing_store() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    let array = draft.node(NodeKind::OBJECT, "Array", 16);
    let store = draft.node(NodeKind::ARRAY, "(object elements)", 1000);
    let shared = draft.node(NodeKind::ARRAY, "(object elements)", 500);
    draft.edge(global, EdgeKind::PROPERTY, "list", array);
    draft.edge(array, EdgeKind::INTERNAL, "elements", store);
    draft.edge(array, EdgeKind::INTERNAL, "other", shared);
    draft.edge(global, EdgeKind::INTERNAL, "other", shared);
    let graph = draft.graph();
    let sizes: Vec<u64> = graph.nodes().map(|node| graph.self_size(node)).collect();
    assert_eq!(sizes, [0, 8, 1016, 0, 500]);
    assert_eq!(graph.statistics().v8heap.js_arrays, 1016);
}

/// Without user roots (internals exposed) memory is shown as it is, and only then do the statistics have
/// to add an array's elements themselves, unless another array shares them.
#[test]
fn statistics_add_elements_that_are_not_shared() {
    let mut draft = Draft::new();
    let holder = draft.node(NodeKind::SYNTHETIC, "(GC roots)", 0);
    draft.edge(0, EdgeKind::ELEMENT, "1", holder);
    let own = draft.node(NodeKind::ARRAY, "", 1000);
    let shared = draft.node(NodeKind::ARRAY, "", 500);
    for store in [own, shared, shared] {
        let array = draft.node(NodeKind::OBJECT, "Array", 16);
        draft.edge(holder, EdgeKind::ELEMENT, "1", array);
        draft.edge(array, EdgeKind::INTERNAL, "elements", store);
    }
    let code = draft.node(NodeKind::CODE, "(code)", 7);
    let hidden = draft.node(NodeKind::HIDDEN, "system / Map", 5);
    let string = draft.node(NodeKind::STRING, "text", 24);
    let buffer = draft.node(NodeKind::NATIVE, "system / JSArrayBufferData", 4096);
    for node in [code, hidden, string, buffer] {
        draft.edge(holder, EdgeKind::ELEMENT, "2", node);
    }
    draft.extra_native_bytes = 100;
    let graph = draft.graph();
    let statistics = graph.statistics();
    assert_eq!(statistics.v8heap.js_arrays, 3 * 16 + 1000);
    assert_eq!((statistics.v8heap.code, statistics.v8heap.system, statistics.v8heap.strings), (7, 5, 24));
    assert_eq!((statistics.native.total, statistics.native.typed_arrays), (4196, 4096));
    assert_eq!(statistics.total, graph.retained_size(graph.root()) + 100);
    assert_eq!(statistics.v8heap.total, statistics.total - 4196);
}

#[test]
fn a_weakmaps_value_is_held_by_its_key() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    let table = draft.node(NodeKind::ARRAY, "", 8);
    let key = draft.node(NodeKind::OBJECT, "Key", 8);
    let value = draft.node(NodeKind::OBJECT, "Value", 80);
    let far = draft.node(NodeKind::OBJECT, "Far", 8);
    draft.edge(global, EdgeKind::PROPERTY, "far", far);
    draft.edge(far, EdgeKind::PROPERTY, "key", key);
    draft.edge(global, EdgeKind::INTERNAL, "table", table);
    let id = |node: usize| draft.nodes[node].id;
    let names = [0, 1].map(|n| pair_name(n, id(key), id(value), id(table)));
    draft.edge(table, EdgeKind::INTERNAL, &names[0], value);
    draft.edge(key, EdgeKind::INTERNAL, &names[1], value);
    let graph = draft.graph();
    assert_eq!(graph.dominator(NodeIdx::from(value)), NodeIdx::from(key));
    // The table is at 2, the key at 3: the farther one decides.
    assert_eq!(graph.distance(NodeIdx::from(value)), 4);
}

#[test]
fn classes_are_told_apart_by_where_their_constructor_is() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    for (script, size) in [(1, 10), (2, 20), (1, 30)] {
        let node = draft.node(NodeKind::OBJECT, "Node", size);
        draft.edge(global, EdgeKind::PROPERTY, "n", node);
        draft.locations.push((node, script, 5, 6));
    }
    let graph = draft.graph();
    let rows: Vec<_> = graph
        .classes()
        .rows()
        .map(|(_, class)| (class.key.as_str(), class.count, class.self_size, class.distance))
        .collect();
    assert_eq!(rows, [(",global", 1, 8, 1), ("1,5,6,Node", 2, 40, 2), ("2,5,6,Node", 1, 20, 2)]);
    assert_eq!(graph.location(NodeIdx(3)).map(|place| place.script_id), Some(2));
    assert_eq!(graph.location(NodeIdx(1)), None);
}
