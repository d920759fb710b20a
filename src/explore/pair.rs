//! Two snapshots of one process side by side: which objects are new, which are gone, and which stayed, by V8's ids.
//!
//! DevTools' comparison, as `analysis::comparison` makes it for `leakguard diff`, but with the objects themselves, so
//! that they can be asked for. What it holds does not keep the snapshots.

use crate::analysis::comparison::ClassDelta;
use crate::explore::growth::{Grown, grown};
use crate::explore::{Snapshot, Window};
use crate::graph::{ClassTable, Classification, Graph};
use crate::ids::{ClassIdx, NodeIdx};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::cmp::Ordering;
use std::thread;

/// An object that is in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stayed {
    pub base: NodeIdx,
    pub head: NodeIdx,
}

pub struct Pair {
    /// For each class of either snapshot, its row; classes without a change too.
    rows: Vec<ClassDelta>,
    by_key: FxHashMap<String, u32>,
    /// Of the newer snapshot, by class.
    added: Members,
    /// Of the older one, by class.
    removed: Members,
    /// In place, most growth first.
    grown: Vec<Grown>,
}

/// Nodes by class.
struct Members {
    /// `(class, node)`, by both.
    list: Vec<(u32, NodeIdx)>,
}

impl Members {
    fn of(&self, class: u32) -> impl Iterator<Item = NodeIdx> + '_ {
        let start = self.list.partition_point(|(each, _)| *each < class);
        self.list[start..].iter().take_while(move |(each, _)| *each == class).map(|(_, node)| *node)
    }
}

/// Which objects of a class to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Added,
    Removed,
    Grown,
}

impl Pair {
    pub fn of(base: &Snapshot, head: &Snapshot) -> Self {
        let (base, head) = (base.graph(), head.graph());
        // An older snapshot's plain objects are classified by the newer one's shapes, or else the same object
        // could be of two classes.
        let older = base.classify(head.shapes());
        let mut classes = Classes::default();
        let head_rows = classes.rows_of(head.classes());
        let base_rows = classes.rows_of(&older.table);
        let before = side(base, |node| class_in(&older, node), &base_rows);
        let after = side(head, |node| head.class_of(node), &head_rows);
        let (before, after) = thread::scope(|scope| {
            let before = scope.spawn(before);
            let after = after();
            (before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), after)
        });
        let mut delta =
            Delta { base, head, rows: classes.rows, added: vec![], removed: vec![], stayed: vec![] };
        let class = |graph_rows: &[u32], class: ClassIdx| graph_rows[class.at()];
        delta.merge(
            &before,
            &after,
            |node| class(&base_rows, class_in(&older, node)),
            |node| class(&head_rows, head.class_of(node)),
        );
        let Delta { mut rows, mut added, mut removed, stayed, .. } = delta;
        for row in &mut rows {
            row.count_delta = row.added_count as i64 - row.removed_count as i64;
            row.size_delta = row.added_size as i64 - row.removed_size as i64;
        }
        added.sort_unstable();
        removed.sort_unstable();
        let grown = grown(base, head, &stayed, |node| class(&head_rows, head.class_of(node)));
        Self {
            rows,
            by_key: classes.by_key,
            added: Members { list: added },
            removed: Members { list: removed },
            grown,
        }
    }

    /// The rows of classes with a change.
    pub fn changed(&self) -> impl Iterator<Item = &ClassDelta> {
        self.rows.iter().filter(|row| row.added_count + row.removed_count > 0)
    }

    /// The objects of the class with that key, and how many there are; none if no snapshot has such a class. Those that
    /// were removed are of the older snapshot.
    pub fn added(&self, key: &str) -> impl Iterator<Item = NodeIdx> + '_ {
        self.by_key.get(key).into_iter().flat_map(|&class| self.added.of(class))
    }

    pub fn removed(&self, key: &str) -> impl Iterator<Item = NodeIdx> + '_ {
        self.by_key.get(key).into_iter().flat_map(|&class| self.removed.of(class))
    }

    /// What grew in place, of one class or of all, most growth first: the window's, and how many there are.
    pub fn grown(&self, key: Option<&str>, window: Window) -> (usize, Vec<Grown>) {
        let Some(key) = key else { return (self.grown.len(), window.of(&self.grown).to_vec()) };
        let class = self.by_key.get(key);
        let of_class = || self.grown.iter().filter(|grown| Some(&grown.class) == class);
        let shown = of_class().skip(window.offset).take(window.limit());
        (of_class().count(), shown.copied().collect())
    }
}

fn class_in(classes: &Classification, node: NodeIdx) -> ClassIdx {
    classes.class_of[node.at()]
}

/// Rows for the classes of both.
#[derive(Default)]
struct Classes {
    rows: Vec<ClassDelta>,
    by_key: FxHashMap<String, u32>,
}

impl Classes {
    /// For each class of the table, its row.
    fn rows_of(&mut self, table: &ClassTable) -> Vec<u32> {
        let all = (0..table.len()).map(|class| table.get(ClassIdx::from(class)));
        all.map(|class| {
            *self.by_key.entry(class.key.clone()).or_insert_with(|| {
                let (key, name) = (class.key.clone(), class.name.clone());
                self.rows.push(ClassDelta { key, name, ..ClassDelta::default() });
                self.rows.len() as u32 - 1
            })
        })
        .collect()
    }
}

/// All objects with a size of their own, as `id << 32 | node`, by id and then by class, for ids may repeat in a file
/// that no V8 wrote.
fn side<'a>(
    graph: &'a Graph,
    class_of: impl Fn(NodeIdx) -> ClassIdx + Send + 'a,
    rows: &'a [u32],
) -> impl FnOnce() -> Vec<u64> + Send + 'a {
    move || {
        let ids = &graph.columns().nodes.id;
        let sized = graph.nodes().filter(|&node| graph.self_size(node) != 0);
        let mut list: Vec<u64> =
            sized.map(|node| u64::from(ids[node.at()]) << 32 | u64::from(node.0)).collect();
        list.sort_unstable();
        let row = |entry: u64| rows[class_of(NodeIdx(entry as u32)).at()];
        for same in list.chunk_by_mut(|a, b| a >> 32 == b >> 32).filter(|same| same.len() > 1) {
            same.sort_by_key(|&entry| row(entry));
        }
        list
    }
}

/// The comparison, while it is made.
struct Delta<'a> {
    base: &'a Graph,
    head: &'a Graph,
    rows: Vec<ClassDelta>,
    added: Vec<(u32, NodeIdx)>,
    removed: Vec<(u32, NodeIdx)>,
    stayed: Vec<Stayed>,
}

impl Delta<'_> {
    /// Goes through both lists by id and class. An object whose class is another one now is gone from the one and new
    /// in the other.
    fn merge(
        &mut self,
        before: &[u64],
        after: &[u64],
        base_class: impl Fn(NodeIdx) -> u32,
        head_class: impl Fn(NodeIdx) -> u32,
    ) {
        let id = |entry: u64| (entry >> 32) as u32;
        let node = |entry: u64| NodeIdx(entry as u32);
        let (mut before, mut after) = (before.iter().copied().peekable(), after.iter().copied().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(&a), Some(&b)) => {
                    id(a).cmp(&id(b)).then_with(|| base_class(node(a)).cmp(&head_class(node(b))))
                }
            };
            let gone = if order.is_le() { before.next().map(node) } else { None };
            let new = if order.is_ge() { after.next().map(node) } else { None };
            match (gone, new) {
                (Some(base), Some(head)) => self.stayed.push(Stayed { base, head }),
                (Some(gone), None) => {
                    let class = base_class(gone);
                    let row = &mut self.rows[class as usize];
                    row.removed_count += 1;
                    row.removed_size += self.base.self_size(gone);
                    self.removed.push((class, gone));
                }
                (None, Some(new)) => {
                    let class = head_class(new);
                    let row = &mut self.rows[class as usize];
                    row.added_count += 1;
                    row.added_size += self.head.self_size(new);
                    self.added.push((class, new));
                }
                (None, None) => {}
            }
        }
    }
}
