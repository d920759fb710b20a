//! The dominator tree folded by path signature.
//!
//! In: a graph. Out: [`Fold`], a tree of groups. Two nodes are in one group when their dominators (the stack
//! aside, see [`Above`]) are in one group, the edge to each has the same normalised [`Label`], and their class is the same: all elements of one
//! array, all `req` properties of those. A group's signature depends on names only, never on object ids or on
//! the order of nodes, so it can be compared between snapshots of different processes.
//!
//! Plumbing and metadata (see [`Role`]) form no groups: their bytes go to the group of the object above them.
//! Segments that repeat (`next` → `next` → …, promise behind promise) fold into one group: a step that repeats
//! the last 1 to [`LONGEST_PERIOD`] steps leads back into the group where the repetition began. A chain that
//! gains one hop per iteration is then one group that grows by one.
//!
//! Cost: one pass over the edges, one over the nodes, single-threaded, no state outside this call: it may
//! run in a forked child. Memory: 8 bytes per node and 4 to 8 per string.

use crate::analysis::container::{Names, elements, is_dictionary};
use crate::analysis::label::Label;
use crate::analysis::role::{Role, escapes_metadata};
use crate::analysis::stack::Above;
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Columns, EdgeKind, NodeKind};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// The longest segment recognised as repeating.
pub const LONGEST_PERIOD: usize = 6;
/// Deeper groups are not told apart: the node joins the group above.
const DEEPEST: u32 = 96;

pub struct Fold {
    /// Parents come before their children; the first is the root.
    pub groups: Vec<Group>,
    /// For each group class, its name.
    pub classes: Vec<GroupClass>,
    /// For each node ordinal, its group and whether it is metadata.
    member: Vec<Member>,
}

#[derive(Clone, Debug)]
pub struct Group {
    /// The root's parent is itself.
    pub parent: u32,
    pub label: Label,
    /// Row in [`Fold::classes`].
    pub class: u32,
    pub depth: u32,
    /// Nodes with a class of their own; plumbing does not count.
    pub count: u64,
    /// Bytes of these nodes and of their plumbing.
    pub bytes: u64,
    /// Bytes of the metadata directly under them.
    pub metadata: u64,
    /// `bytes` of this group and of all groups below.
    pub retained: u64,
    pub retained_metadata: u64,
    /// Elements, properties, entries of the member that has most.
    pub elements: u64,
    /// Steps of the repeating segment that leads back into this group; 0 when none does.
    pub period: u8,
    /// Hash of the names from the root to here.
    pub signature: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupClass {
    pub name: String,
    pub kind: NodeKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Member(u32);

impl Member {
    const NONE: Self = Self(u32::MAX);

    fn new(group: u32, metadata: bool) -> Self {
        Self(group << 1 | u32::from(metadata))
    }
}

impl Fold {
    pub fn of(graph: &Graph) -> Self {
        let columns = graph.columns();
        let above = Above::of_graph(graph);
        let labels = labels(graph, &above);
        let mut builder = Builder::new(columns);
        let mut member = vec![Member::NONE; graph.len()];
        let root = graph.root();
        member[root.at()] = builder.root(columns, root);
        let mut pending = Vec::new();
        for start in 0..graph.len() {
            let mut node = NodeIdx::from(start);
            while member[node.at()] == Member::NONE {
                pending.push(node);
                node = above.of(node);
            }
            while let Some(node) = pending.pop() {
                let parent = member[above.of(node).at()];
                member[node.at()] = builder.add(graph, node, parent, labels[node.at()]);
            }
        }
        let (mut groups, classes) = builder.finish(columns);
        roll_up(&mut groups);
        Self { groups, classes, member }
    }

    /// The group a node belongs to, or, for plumbing and metadata, the group it serves.
    pub fn group_of(&self, node: NodeIdx) -> u32 {
        self.member[node.at()].0 >> 1
    }

    pub fn is_metadata(&self, node: NodeIdx) -> bool {
        self.member[node.at()].0 & 1 == 1
    }

    pub fn class(&self, group: u32) -> &GroupClass {
        &self.classes[self.groups[group as usize].class as usize]
    }
}

/// For each node ordinal, the label of the edge by which the node above holds it.
fn labels(graph: &Graph, above: &Above<'_>) -> Vec<Label> {
    let columns = graph.columns();
    let mut labels = vec![Label::VIA; graph.len()];
    for from in 0..graph.len() {
        let from = NodeIdx::from(from);
        let mut dictionary = None;
        for e in columns.nodes.edges_of(from) {
            let to = columns.edges.to[e];
            if above.of(to) != from || to == from {
                continue;
            }
            let edge = columns.edges.get(e);
            if edge.kind == EdgeKind::WEAK || !graph.is_essential(from, &edge) {
                continue;
            }
            let dictionary = edge.kind == EdgeKind::PROPERTY
                && *dictionary.get_or_insert_with(|| is_dictionary(columns, from));
            let label = Label::of(columns, &edge, dictionary);
            let best = &mut labels[edge.to.at()];
            let better = match label.rank().cmp(&best.rank()) {
                Ordering::Equal if label.is_named() => {
                    label != *best && label.text(columns) < best.text(columns)
                }
                Ordering::Equal => label < *best,
                order => order == Ordering::Less,
            };
            if better {
                *best = label;
            }
        }
    }
    labels
}

struct Builder {
    groups: Vec<Group>,
    /// For each group, the node that opened it; its class is named from it.
    classes: Vec<GroupClass>,
    /// For each string, the class of objects (and natives) of that name; `u32::MAX` when not met yet.
    by_name: Vec<u32>,
    closures: Vec<u32>,
    by_kind: FxHashMap<u8, u32>,
    by_text: FxHashMap<(u8, String), u32>,
    children: FxHashMap<(u32, Label, u32), u32>,
    names: Names,
}

impl Builder {
    fn new(columns: &Columns) -> Self {
        Self {
            groups: Vec::new(),
            classes: Vec::new(),
            by_name: vec![u32::MAX; columns.strings.len()],
            closures: Vec::new(),
            by_kind: FxHashMap::default(),
            by_text: FxHashMap::default(),
            children: FxHashMap::default(),
            names: Names::of(columns),
        }
    }

    fn root(&mut self, columns: &Columns, root: NodeIdx) -> Member {
        let class = self.intern("(root)".to_owned(), NodeKind::SYNTHETIC);
        self.groups.push(Group::new(0, Label::VIA, class, 0));
        self.groups[0].count = 1;
        self.groups[0].bytes = columns.nodes.self_size.get(root.at());
        Member::new(0, false)
    }

    fn add(&mut self, graph: &Graph, node: NodeIdx, above: Member, label: Label) -> Member {
        let columns = graph.columns();
        let (kind, name) = (columns.nodes.kind[node.at()], columns.nodes.name[node.at()]);
        let role = Role::of(columns, kind, name);
        let (parent, under_metadata) = (above.0 >> 1, above.0 & 1 == 1);
        let size = columns.nodes.self_size.get(node.at());
        let metadata = role == Role::Metadata || (under_metadata && !escapes_metadata(kind));
        if metadata {
            self.groups[parent as usize].metadata += size;
            return Member::new(parent, true);
        }
        if role == Role::Plumbing {
            self.groups[parent as usize].bytes += size;
            return Member::new(parent, false);
        }
        let class = self.class_of(columns, kind, name);
        let at = self.child(parent, label, class);
        let group = &mut self.groups[at as usize];
        group.count += 1;
        group.bytes += size;
        if kind == NodeKind::OBJECT || kind == NodeKind::CLOSURE {
            group.elements = group.elements.max(elements(columns, self.names, node));
        }
        Member::new(at, false)
    }

    /// The group one step below `parent`; a step that completes a repetition leads back up.
    fn child(&mut self, parent: u32, label: Label, class: u32) -> u32 {
        if let Some(&group) = self.children.get(&(parent, label, class)) {
            return group;
        }
        let group = match self.repetition(parent, label, class) {
            Some((group, period)) => {
                let group_row = &mut self.groups[group as usize];
                group_row.period = if group_row.period == 0 { period } else { group_row.period.min(period) };
                group
            }
            None if self.groups[parent as usize].depth >= DEEPEST => parent,
            None => {
                let depth = self.groups[parent as usize].depth + 1;
                self.groups.push(Group::new(parent, label, class, depth));
                (self.groups.len() - 1) as u32
            }
        };
        self.children.insert((parent, label, class), group);
        group
    }

    /// If the path to `parent` plus this step ends in the same 1 to 6 steps twice: the group in which the
    /// first of the two ended, and how many steps they are.
    fn repetition(&self, parent: u32, label: Label, class: u32) -> Option<(u32, u8)> {
        let mut steps = [(Label::VIA, 0u32); 2 * LONGEST_PERIOD];
        let mut at = [0u32; 2 * LONGEST_PERIOD];
        steps[0] = (label, class);
        let mut known = 1;
        let mut group = parent;
        while known < steps.len() && group != 0 {
            let row = &self.groups[group as usize];
            steps[known] = (row.label, row.class);
            at[known] = group;
            known += 1;
            group = row.parent;
        }
        (1..=LONGEST_PERIOD)
            .find(|&period| {
                2 * period <= known
                    && (0..period).all(|i| steps[i] == steps[i + period])
                    // Steps without a name are no repetition, whatever their class.
                    && steps[..period].iter().any(|(label, _)| *label != Label::VIA)
            })
            .map(|period| (at[period], period as u8))
    }

    fn class_of(&mut self, columns: &Columns, kind: NodeKind, name: StrIdx) -> u32 {
        match kind {
            NodeKind::OBJECT
            | NodeKind::NATIVE
            | NodeKind::SYNTHETIC
            | NodeKind::HIDDEN
            | NodeKind::WASM_OBJECT => {
                if self.by_name[name.at()] == u32::MAX {
                    let text = object_class(&columns.strings.text(name));
                    self.by_name[name.at()] = self.intern(text, kind);
                }
                self.by_name[name.at()]
            }
            NodeKind::CLOSURE => {
                if self.closures.is_empty() {
                    self.closures = vec![u32::MAX; columns.strings.len()];
                }
                if self.closures[name.at()] == u32::MAX {
                    let text = columns.strings.text(name);
                    let text = format!("{}()", crate::analysis::label::clip(&text));
                    self.closures[name.at()] = self.intern(text, kind);
                }
                self.closures[name.at()]
            }
            // A string that was concatenated today is flat tomorrow.
            NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
                self.class_of(columns, NodeKind::STRING, name)
            }
            _ => match self.by_kind.get(&kind.0) {
                Some(&class) => class,
                None => {
                    let class = self.intern(value_class(kind).to_owned(), kind);
                    self.by_kind.insert(kind.0, class);
                    class
                }
            },
        }
    }

    fn intern(&mut self, name: String, kind: NodeKind) -> u32 {
        let next = self.classes.len() as u32;
        let class = *self.by_text.entry((kind.0, name.clone())).or_insert(next);
        if class == next {
            self.classes.push(GroupClass { name, kind });
        }
        class
    }

    fn finish(mut self, columns: &Columns) -> (Vec<Group>, Vec<GroupClass>) {
        for at in 0..self.groups.len() {
            let group = &self.groups[at];
            let above = if at == 0 { 0 } else { self.groups[group.parent as usize].signature };
            let class = &self.classes[group.class as usize];
            self.groups[at].signature = signature(above, &group.label.text(columns), &class.name);
        }
        (self.groups, self.classes)
    }
}

impl Group {
    fn new(parent: u32, label: Label, class: u32, depth: u32) -> Self {
        Self {
            parent,
            label,
            class,
            depth,
            count: 0,
            bytes: 0,
            metadata: 0,
            retained: 0,
            retained_metadata: 0,
            elements: 0,
            period: 0,
            signature: 0,
        }
    }
}

/// Sums every group's bytes into the groups above it; a parent's row comes before its children's.
fn roll_up(groups: &mut [Group]) {
    for group in groups.iter_mut() {
        group.retained = group.bytes;
        group.retained_metadata = group.metadata;
    }
    for at in (1..groups.len()).rev() {
        let (retained, metadata, parent) =
            (groups[at].retained, groups[at].retained_metadata, groups[at].parent as usize);
        groups[parent].retained += retained;
        groups[parent].retained_metadata += metadata;
    }
}

/// DOM nodes are named by their tag with attributes; the tag is the class (DevTools does the same).
fn object_class(name: &str) -> String {
    let (prefix, rest) = match name.strip_prefix("Detached ") {
        Some(rest) => ("Detached ", rest),
        None => ("", name),
    };
    if let Some(end) = rest.find(' ').filter(|_| rest.starts_with('<')) {
        return format!("{prefix}{}>", &rest[..end]);
    }
    crate::analysis::label::clip(name)
}

fn value_class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::STRING => "(string)",
        NodeKind::REGEXP => "RegExp",
        NodeKind::NUMBER => "(number)",
        NodeKind::SYMBOL => "(symbol)",
        NodeKind::BIGINT => "(bigint)",
        _ => "(other)",
    }
}

/// One step of a path signature: 64-bit FNV-1a over the signature above, the label and the class.
pub fn signature(above: u64, label: &str, class: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    above.to_le_bytes().into_iter().for_each(&mut eat);
    label.bytes().for_each(&mut eat);
    eat(0xff);
    class.bytes().for_each(&mut eat);
    hash
}
