//! Shapes of plain objects.

use crate::draft::Draft;
use leakguard::graph::{Shape, Shapes};
use leakguard::ids::NodeIdx;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;

/// Class names of plain objects with these properties, two of each.
fn classes(objects: &[&[&str]]) -> Vec<String> {
    let mut draft = Draft::new();
    let global = draft.global(8);
    let nodes: Vec<usize> = objects
        .iter()
        .map(|properties| {
            draft.plain(global, properties);
            draft.plain(global, properties)
        })
        .collect();
    let graph = draft.graph();
    nodes.into_iter().map(|node| graph.class_name(NodeIdx::from(node)).into_owned()).collect()
}

#[test]
fn the_name_lists_properties_in_order() {
    assert_eq!(
        classes(&[&["b", "a"], &["x", "__proto__"], &["a b", "it's", "q\"q"], &[], &["__proto__"]]),
        ["{b, a}", "{x}", r#"{a b, "it's", "q\"q"}"#, "Object", "Object"]
    );
}

#[test]
fn the_largest_shape_whose_properties_are_all_there_wins() {
    let names = classes(&[&["a"], &["a", "b"], &["c", "b", "x", "a"], &["b", "c"]]);
    assert_eq!(names, ["{a}", "{a, b}", "{c, b, x, a}", "{b, c}"]);
    // One of a kind makes no shape, but takes the best that fits.
    let mut draft = Draft::new();
    let global = draft.global(8);
    for properties in [&["a"][..], &["a"], &["b", "a"], &["b", "a"]] {
        draft.plain(global, properties);
    }
    let single = draft.plain(global, &["a", "z", "b"]);
    let other = draft.plain(global, &["z"]);
    let graph = draft.graph();
    assert_eq!(graph.class_name(NodeIdx::from(single)), "{b, a}");
    assert_eq!(graph.class_name(NodeIdx::from(other)), "Object");
}

#[test]
fn a_long_name_stops_after_its_first_property_at_the_earliest() {
    let long = "x".repeat(200);
    let wide: Vec<String> = (0..30).map(|i| format!("property{i:02}")).collect();
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    let names = classes(&[&[&long, "a"], &wide]);
    assert_eq!(names[0], format!("{{{long}}}"));
    assert_eq!(names[1], format!("{{{}}}", wide[..10].join(", ")));
}

#[test]
fn another_snapshots_shapes_can_be_applied() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    draft.plain(global, &["a", "b"]);
    draft.plain(global, &["a", "b"]);
    let shapes = Shapes(vec![Shape { name: "{b}".into(), properties: vec!["b".into()] }]);
    let graph = draft.graph();
    let other = graph.classify(&shapes);
    let names: Vec<_> = other.table.rows().map(|(_, class)| (class.name.as_str(), class.count)).collect();
    assert_eq!(names, [("global", 1), ("{b}", 2)]);
    assert_eq!(graph.class_name(NodeIdx(2)), "{a, b}");
}

/// Inference by definition: names as text, shapes in order of popularity then appearance, every shape tried
/// on every object.
fn naive(objects: &[Vec<String>]) -> Vec<String> {
    let format = |name: &str| {
        if name.contains([',', '\'', '"', '{', '}']) {
            format!("{name:?}").replace("\\'", "'")
        } else {
            name.into()
        }
    };
    let mut candidates: Vec<(String, Vec<String>, usize)> = Vec::new();
    for object in objects {
        let mut name = String::from("{");
        let mut used = Vec::new();
        for property in object.iter().filter(|name| *name != "__proto__") {
            let formatted = format(property);
            if name.len() > 1 && name.len() + formatted.len() > 120 {
                break;
            }
            if name.len() != 1 {
                name += ", ";
            }
            name += &formatted;
            used.push(property.clone());
        }
        if used.is_empty() {
            continue;
        }
        name += "}";
        match candidates.iter_mut().find(|candidate| candidate.0 == name) {
            Some(candidate) => candidate.2 += 1,
            None => candidates.push((name, used, 1)),
        }
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.2));
    candidates.retain(|candidate| candidate.2 >= 2);
    let has_all = |object: &[String], wanted: &[String]| {
        let mut left = object.to_vec();
        wanted.iter().all(|name| left.iter().position(|n| n == name).map(|at| left.swap_remove(at)).is_some())
    };
    objects
        .iter()
        .map(|object| {
            let mut best: Option<&(String, Vec<String>, usize)> = None;
            for candidate in candidates.iter().filter(|candidate| has_all(object, &candidate.1)) {
                if best.is_none_or(|best| candidate.1.len() > best.1.len()) {
                    best = Some(candidate);
                }
            }
            best.map_or("Object".into(), |best| best.0.clone())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_definition(objects in prop::collection::vec(
        prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", "c", "d", "", "__proto__", "e,f", "it's",
                "a name so long that four of its kind would not fit",
                "another name, just as long as the first one, or so",
            ]),
            0..6,
        ),
        0..30,
    )) {
        let objects: Vec<Vec<String>> =
            objects.into_iter().map(|o| o.into_iter().map(String::from).collect()).collect();
        let mut draft = Draft::new();
        let global = draft.global(8);
        let nodes: Vec<usize> = objects
            .iter()
            .map(|object| draft.plain(global, &object.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        let graph = draft.graph();
        let found: Vec<_> =
            nodes.iter().map(|&node| graph.class_name(NodeIdx::from(node)).into_owned()).collect();
        prop_assert_eq!(found, naive(&objects));
    }
}

/// Only objects named `Object` are plain, and only property edges count.
#[test]
fn other_objects_and_edges_do_not_matter() {
    let mut draft = Draft::new();
    let global = draft.global(8);
    for _ in 0..2 {
        let object = draft.plain(global, &["a"]);
        draft.edge(object, EdgeKind::INTERNAL, "map", global);
        let named = draft.node(NodeKind::OBJECT, "Foo", 8);
        draft.edge(named, EdgeKind::PROPERTY, "a", global);
    }
    let graph = draft.graph();
    let names: Vec<_> = graph.classes().rows().map(|(_, class)| class.name.clone()).collect();
    assert_eq!(names, ["global", "{a}", "Foo"]);
}
