//! Two snapshots of one process, compared as DevTools' Comparison view does (`aggregatesForDiff`,
//! `calculateSnapshotDiff`): per class, which objects are new and which are gone, told by V8's object ids.
//!
//! Its blind spot is DevTools' own: an object that is in both snapshots counts as unchanged, however much it
//! grew. The diagnosis beside it sees those. Sizes are bytes, shallow, after the transfer to owners.

use crate::graph::{ClassTable, Classification, Graph, Shapes};
use crate::ids::ClassIdx;
use serde::Serialize;
use std::collections::HashMap;

/// One class's row of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassDelta {
    pub key: String,
    pub name: String,
    pub added_count: u64,
    pub removed_count: u64,
    pub count_delta: i64,
    pub added_size: u64,
    pub removed_size: u64,
    pub size_delta: i64,
}

/// The objects of one snapshot by class and id: all that a comparison needs of it.
pub struct Census {
    classes: Vec<Members>,
}

struct Members {
    key: String,
    name: String,
    /// `(id, shallow size)`, by id.
    objects: Vec<(u32, u64)>,
}

impl Census {
    /// Of the newer snapshot, under its own shapes.
    pub fn of(graph: &Graph) -> Self {
        Self::count(graph, graph.classes(), |node| graph.class_of(node))
    }

    /// Of an older snapshot: plain objects are classified by the shapes of the newer one, or else the same
    /// object could be of two classes.
    pub fn under(graph: &Graph, shapes: &Shapes) -> Self {
        let Classification { class_of, table } = graph.classify(shapes);
        Self::count(graph, &table, |node| class_of[node.at()])
    }

    fn count(graph: &Graph, table: &ClassTable, class_of: impl Fn(crate::ids::NodeIdx) -> ClassIdx) -> Self {
        let mut objects: Vec<Vec<(u32, u64)>> = vec![Vec::new(); table.len()];
        for node in graph.nodes() {
            let size = graph.self_size(node);
            if size != 0 {
                let id = graph.columns().nodes.id[node.at()];
                objects[class_of(node).at()].push((id, size));
            }
        }
        let members = |(at, mut objects): (usize, Vec<(u32, u64)>)| {
            objects.sort_by_key(|(id, _)| *id);
            let class = table.get(ClassIdx::from(at));
            Members { key: class.key.clone(), name: class.name.clone(), objects }
        };
        let some = objects.into_iter().enumerate().filter(|(_, objects)| !objects.is_empty());
        Self { classes: some.map(members).collect() }
    }
}

/// Objects that both snapshots have by id must be of one class; a few change theirs (`__proto__`, a string that is
/// internalised).
const SAME_PROCESS: f64 = 0.9;

/// Whether the ids of the two snapshots stand for the same objects: false for snapshots of two processes, and for
/// those of one in which V8 has started its ids anew between them.
pub fn ids_match(base: &Census, head: &Census) -> bool {
    let list = |census: &Census| {
        let mut ids: Vec<(u32, u32)> = Vec::new();
        for (class, members) in census.classes.iter().enumerate() {
            ids.extend(members.objects.iter().map(|&(id, _)| (id, class as u32)));
        }
        ids.sort_unstable();
        ids
    };
    let of = list(base);
    let (mut shared, mut same) = (0u64, 0u64);
    for (id, class) in list(head) {
        let Ok(at) = of.binary_search_by_key(&id, |&(id, _)| id) else { continue };
        let before = &base.classes[of[at].1 as usize];
        shared += 1;
        same += u64::from(before.key == head.classes[class as usize].key);
    }
    shared == 0 || same as f64 >= SAME_PROCESS * shared as f64
}

/// The rows DevTools shows, biggest absolute size delta first; classes without a change are left out.
pub fn compare(base: &Census, head: &Census) -> Vec<ClassDelta> {
    let mut base_of: HashMap<&str, &Members> = base.classes.iter().map(|c| (c.key.as_str(), c)).collect();
    let mut rows = Vec::new();
    for class in &head.classes {
        let before = base_of.remove(class.key.as_str()).map_or(&[][..], |members| &members.objects);
        rows.push(delta(&class.key, &class.name, before, &class.objects));
    }
    rows.extend(base_of.values().map(|gone| delta(&gone.key, &gone.name, &gone.objects, &[])));
    rows.retain(|row| row.added_count + row.removed_count > 0);
    rows.sort_by(|a, b| {
        b.size_delta.unsigned_abs().cmp(&a.size_delta.unsigned_abs()).then_with(|| a.key.cmp(&b.key))
    });
    rows
}

/// Merges two lists by id.
fn delta(key: &str, name: &str, before: &[(u32, u64)], after: &[(u32, u64)]) -> ClassDelta {
    let mut row = ClassDelta { key: key.to_owned(), name: name.to_owned(), ..ClassDelta::default() };
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        let removed = if order.is_le() { before.next() } else { None };
        let added = if order.is_ge() { after.next() } else { None };
        match (removed, added) {
            (Some((_, size)), None) => {
                row.removed_count += 1;
                row.removed_size += size;
            }
            (None, Some((_, size))) => {
                row.added_count += 1;
                row.added_size += size;
            }
            _ => {}
        }
    }
    row.count_delta = row.added_count as i64 - row.removed_count as i64;
    row.size_delta = row.added_size as i64 - row.removed_size as i64;
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn census(classes: &[(&str, &[(u32, u64)])]) -> Census {
        let members = |(key, objects): &(&str, &[(u32, u64)])| Members {
            key: format!(",{key}"),
            name: key.to_string(),
            objects: objects.to_vec(),
        };
        Census { classes: classes.iter().map(members).collect() }
    }

    #[test]
    fn new_gone_and_unchanged_objects() {
        let base = census(&[("A", &[(1, 16), (3, 16), (5, 16)]), ("Gone", &[(7, 8)]), ("Same", &[(9, 8)])]);
        let head =
            census(&[("A", &[(3, 999), (5, 16), (8, 40)]), ("New", &[(11, 100)]), ("Same", &[(9, 8)])]);
        let rows = compare(&base, &head);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["New", "A", "Gone"]);
        let a = &rows[1];
        assert_eq!((a.added_count, a.removed_count, a.count_delta), (1, 1, 0));
        // Object 3 grew by 983 bytes: DevTools' comparison does not see that, and this is DevTools' comparison.
        assert_eq!((a.added_size, a.removed_size, a.size_delta), (40, 16, 24));
        assert_eq!((rows[2].count_delta, rows[2].size_delta), (-1, -8));
    }

    #[test]
    fn ids_of_another_process_do_not_match() {
        let objects: Vec<(u32, u64)> = (0..20).map(|i| (2 * i + 1, 16)).collect();
        let base = census(&[("A", &objects[..15]), ("B", &objects[15..])]);
        let grown = census(&[("A", &objects[..15]), ("B", &objects[16..]), ("C", &[(99, 16)])]);
        assert!(ids_match(&base, &grown));
        let other = census(&[("A", &objects[12..]), ("C", &objects[..12])]);
        assert!(!ids_match(&base, &other));
    }

    proptest! {
        /// The naive way: maps from id to size.
        #[test]
        fn merging_equals_looking_up(
            before in proptest::collection::btree_map(0u32..40, 1u64..9, 0..30),
            after in proptest::collection::btree_map(0u32..40, 1u64..9, 0..30),
        ) {
            let list = |map: &BTreeMap<u32, u64>| map.iter().map(|(&id, &size)| (id, size)).collect::<Vec<_>>();
            let row = delta(",A", "A", &list(&before), &list(&after));
            let only = |a: &BTreeMap<u32, u64>, b: &BTreeMap<u32, u64>| {
                a.iter().filter(|(id, _)| !b.contains_key(id)).fold((0, 0), |(n, s), (_, size)| (n + 1, s + size))
            };
            prop_assert_eq!((row.added_count, row.added_size), only(&after, &before));
            prop_assert_eq!((row.removed_count, row.removed_size), only(&before, &after));
        }
    }
}
