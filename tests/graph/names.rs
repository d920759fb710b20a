//! The names of classes and the text shown for nodes.

use crate::draft::Draft;
use leakguard::graph::{BuildOptions, Graph};
use leakguard::ids::{NodeIdx, StrIdx};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use leakguard::parse::strings::Strings;

#[test]
fn class_names_by_kind() {
    let cases = [
        (NodeKind::HIDDEN, "system / Map", "(system)"),
        (NodeKind::CODE, "f", "(compiled code)"),
        (NodeKind::CLOSURE, "f", "Function"),
        (NodeKind::REGEXP, "a+", "RegExp"),
        (NodeKind::STRING, "text", "(string)"),
        (NodeKind::CONCATENATED_STRING, "", "(concatenated string)"),
        (NodeKind::SLICED_STRING, "", "(sliced string)"),
        (NodeKind::ARRAY, "(object elements)", "(array)"),
        (NodeKind::NUMBER, "1", "(number)"),
        (NodeKind::SYMBOL, "s", "(symbol)"),
        (NodeKind::BIGINT, "1n", "(bigint)"),
        (NodeKind::OBJECT_SHAPE, "m", "(object shape)"),
        (NodeKind::SYNTHETIC, "(GC roots)", "(synthetic)"),
        (NodeKind::OBJECT, "Foo", "Foo"),
        (NodeKind::NATIVE, "<div id=\"a\" class=\"b\">", "<div>"),
        (NodeKind::NATIVE, "<div>", "<div>"),
        (NodeKind::OBJECT, "Detached <p class=x>", "Detached <p>"),
        (NodeKind::NATIVE, "Detached <p>", "Detached <p>"),
    ];
    let mut draft = Draft::new();
    let nodes = cases.map(|(kind, name, _)| draft.node(kind, name, 8));
    let graph = draft.graph();
    for (node, (_, name, class)) in nodes.into_iter().zip(cases) {
        assert_eq!(graph.class_name(NodeIdx::from(node)), class, "{name}");
    }
    // Same name, same class, cut or not.
    assert_eq!(graph.class_of(NodeIdx::from(nodes[14])), graph.class_of(NodeIdx::from(nodes[15])));
}

#[test]
fn a_plain_objects_label_takes_names_from_both_ends() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    let short = draft.plain(global, &["a", "b", "__proto__", "c,d"]);
    let names: Vec<String> = (0..40).map(|i| format!("property{i:02}")).collect();
    let long = draft.plain(global, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let empty = draft.plain(global, &[]);
    let graph = draft.graph();
    let label = |node: usize| graph.label(NodeIdx::from(node)).into_owned();
    assert_eq!(label(short), r#"{a, b, "c,d"}"#);
    assert_eq!(
        label(long),
        "{property00, property01, property02, property03, …, \
         property36, property37, property38, property39}"
    );
    assert_eq!(label(empty), "{}");
}

#[test]
fn a_concatenated_string_is_spelled_out() {
    let mut draft = Draft::new();
    let [outer, inner] =
        [0, 1].map(|_| draft.node(NodeKind::CONCATENATED_STRING, "(concatenated string)", 8));
    for (from, edge, text) in [(outer, "second", "!"), (inner, "first", "hello "), (inner, "second", "world")]
    {
        let part = draft.node(NodeKind::STRING, text, 8);
        draft.edge(from, EdgeKind::INTERNAL, edge, part);
    }
    draft.edge(outer, EdgeKind::INTERNAL, "first", inner);
    // A string that contains itself ends somewhere.
    let circular = draft.node(NodeKind::CONCATENATED_STRING, "", 8);
    draft.edge(circular, EdgeKind::INTERNAL, "first", circular);
    draft.edge(circular, EdgeKind::INTERNAL, "second", circular);
    let graph = draft.graph();
    assert_eq!(graph.label(NodeIdx::from(outer)), "hello world!");
    assert_eq!(graph.label(NodeIdx::from(circular)), "");
}

#[test]
fn snapshots_without_the_field_tell_by_name() {
    let mut draft = Draft::new();
    draft.has_detachedness = false;
    let native = draft.node(NodeKind::NATIVE, "Detached HTMLDivElement", 8);
    let object = draft.node(NodeKind::OBJECT, "Detached HTMLDivElement", 8);
    let graph = draft.graph();
    assert_eq!(graph.detachedness(NodeIdx::from(native)), 2);
    assert_eq!(graph.detachedness(NodeIdx::from(object)), 0);
    assert_eq!(graph.node_name(NodeIdx::from(native)), "Detached HTMLDivElement");
}

#[test]
fn a_concatenated_string_keeps_lone_surrogates() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    let whole = draft.node(NodeKind::CONCATENATED_STRING, "", 32);
    draft.edge(global, EdgeKind::PROPERTY, "text", whole);
    for name in ["first", "second"] {
        let half = draft.node(NodeKind::STRING, "LONE", 16);
        draft.edge(whole, EdgeKind::INTERNAL, name, half);
    }
    // Text in Rust cannot hold a lone surrogate, the string table can (WTF-8).
    let mut columns = draft.columns();
    let mut strings = Strings::default();
    for idx in 0..columns.strings.len() {
        match columns.strings.bytes(StrIdx::from(idx)) {
            b"LONE" => strings.push(b"a\xed\xa0\x80"),
            other => strings.push(other),
        };
    }
    columns.strings = strings;
    let graph = Graph::build(columns, &BuildOptions::default()).unwrap();
    assert_eq!(*graph.label_bytes(NodeIdx::from(whole)), *b"a\xed\xa0\x80a\xed\xa0\x80");
    assert_eq!(graph.label(NodeIdx::from(whole)), "a\u{fffd}\u{fffd}\u{fffd}a\u{fffd}\u{fffd}\u{fffd}");
}
