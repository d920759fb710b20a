//! Classes: what DevTools groups objects by in its Summary view (`calculateObjectNames`,
//! `classKeyInternal`, `buildAggregates`, `calculateClassesRetainedSize`).

use crate::graph::distances::Distances;
use crate::graph::retained::{Preorder, Visitor};
use crate::graph::shapes::{Matcher, Shapes, is_plain};
use crate::graph::words::{Word, Words};
use crate::ids::{ClassIdx, NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{Location, NodeKind, Sizes};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// One class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// DevTools' public class key: `,name`, or `scriptId,line,column,name` for objects whose constructor's
    /// place is known, since many constructors share a name.
    pub key: String,
    pub name: String,
    /// Instances whose shallow size is not 0. The other figures are about the same instances.
    pub count: u32,
    /// Bytes.
    pub self_size: u64,
    /// Bytes freed if all instances were: an instance dominated by another of the class counts once.
    pub retained_size: u64,
    /// The smallest of the instances' distances.
    pub distance: i32,
}

/// All classes. One without any instance of non-zero size is in the table, for its nodes have to belong
/// somewhere, but not in [`Self::rows`].
#[derive(Clone, Debug, Default)]
pub struct ClassTable {
    classes: Vec<Class>,
}

impl ClassTable {
    /// The rows DevTools shows, in the order of their first instance.
    pub fn rows(&self) -> impl Iterator<Item = (ClassIdx, &Class)> {
        let all = self.classes.iter().enumerate();
        all.filter(|(_, class)| class.count > 0).map(|(i, class)| (ClassIdx::from(i), class))
    }

    pub fn get(&self, class: ClassIdx) -> &Class {
        &self.classes[class.at()]
    }

    pub fn find(&self, key: &str) -> Option<ClassIdx> {
        self.classes.iter().position(|class| class.key == key).map(ClassIdx::from)
    }

    pub fn len(&self) -> usize {
        self.classes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

/// Every node's class.
pub struct Classification {
    /// For each node ordinal, its class.
    pub class_of: Vec<ClassIdx>,
    pub table: ClassTable,
}

/// Gives every node its class and counts instances and shallow sizes. `locations` must be sorted by node, one
/// per node.
pub fn classify(
    columns: &Columns,
    words: &Words,
    locations: &[Location],
    self_size: &Sizes,
    shapes: &Shapes,
) -> Classification {
    let mut classifier = Classifier {
        columns,
        words,
        shapes,
        matcher: Matcher::new(columns, shapes),
        text_of: FxHashMap::default(),
        made: FxHashMap::default(),
        made_names: Vec::new(),
        by_text: vec![NO_CLASS; columns.strings.len()],
        by_place: FxHashMap::default(),
        by_key: FxHashMap::default(),
        classes: Vec::new(),
    };
    let nodes = columns.nodes.len();
    let mut class_of = Vec::with_capacity(nodes);
    let mut locations = locations.iter().peekable();
    for node in 0..nodes {
        let location = locations.next_if(|location| location.node.at() == node);
        let class = classifier.class_of(node, location);
        let size = self_size.get(node);
        if size != 0 {
            let class = &mut classifier.classes[class as usize];
            class.count += 1;
            class.self_size += size;
        }
        class_of.push(ClassIdx(class));
    }
    Classification { class_of, table: ClassTable { classes: classifier.classes } }
}

const NO_CLASS: u32 = u32::MAX;

/// A class's name as a number: a string index, or that of a made-up name past the last string.
type Text = u32;

struct Classifier<'a> {
    columns: &'a Columns,
    words: &'a Words,
    shapes: &'a Shapes,
    matcher: Matcher<'a>,
    /// For names that are cut, such as `<div id="a">`: the cut name.
    text_of: FxHashMap<StrIdx, Text>,
    /// The names that are not in the string table, numbered from its length on.
    made: FxHashMap<Cow<'a, str>, Text>,
    made_names: Vec<Cow<'a, str>>,
    /// For each [`Text`], the class of that name without a place.
    by_text: Vec<u32>,
    /// Classes with a place: script, line, column, name.
    by_place: FxHashMap<(u32, u32, u32, Text), u32>,
    /// For each public key, the class. Two strings may have the same text, hence the same key.
    by_key: FxHashMap<String, u32>,
    classes: Vec<Class>,
}

impl<'a> Classifier<'a> {
    #[inline]
    fn class_of(&mut self, node: usize, location: Option<&Location>) -> u32 {
        let text = self.text(node);
        match location {
            Some(place) if self.columns.nodes.kind[node] == NodeKind::OBJECT => self.placed(*place, text),
            _ => match self.by_text[text as usize] {
                NO_CLASS => {
                    let name = self.name(text);
                    let class = self.class(format!(",{name}"), name);
                    self.by_text[text as usize] = class;
                    class
                }
                class => class,
            },
        }
    }

    fn placed(&mut self, place: Location, text: Text) -> u32 {
        let Location { script_id, line, column, .. } = place;
        if let Some(&class) = self.by_place.get(&(script_id, line, column, text)) {
            return class;
        }
        let name = self.name(text);
        let class = self.class(format!("{script_id},{line},{column},{name}"), name);
        self.by_place.insert((script_id, line, column, text), class);
        class
    }

    fn class(&mut self, key: String, name: String) -> u32 {
        let next = self.classes.len() as u32;
        let class = *self.by_key.entry(key.clone()).or_insert(next);
        if class == next {
            self.classes.push(Class { key, name, distance: i32::MAX, ..Class::default() });
        }
        class
    }

    fn text(&mut self, node: usize) -> Text {
        match self.columns.nodes.kind[node] {
            NodeKind::HIDDEN => self.make("(system)"),
            NodeKind::CODE => self.make("(compiled code)"),
            NodeKind::CLOSURE => self.make("Function"),
            NodeKind::REGEXP => self.make("RegExp"),
            NodeKind::OBJECT if is_plain(self.columns, self.words, node) => match self.matcher.find(node) {
                Some(shape) => self.make(self.shapes.0[shape].name.as_str()),
                None => self.columns.nodes.name[node].0,
            },
            NodeKind::OBJECT | NodeKind::NATIVE => self.own_name(self.columns.nodes.name[node]),
            kind => {
                let name = kind_class(self.columns, kind);
                self.make(name)
            }
        }
    }

    /// The node's own name, but for a DOM element only its tag.
    fn own_name(&mut self, name: StrIdx) -> Text {
        let before_tag = match self.words.of(name) {
            Word::Tag => 0,
            Word::DetachedTag => "Detached ".len() + 1,
            _ => return name.0,
        };
        if let Some(&text) = self.text_of.get(&name) {
            return text;
        }
        let full = self.columns.strings.text(name);
        let made = match full.as_bytes().iter().skip(before_tag).position(|&b| b == b' ') {
            Some(space) => self.make(format!("{}>", &full[..before_tag + space])),
            None => self.make(full),
        };
        self.text_of.insert(name, made);
        made
    }

    fn make(&mut self, name: impl Into<Cow<'a, str>>) -> Text {
        let name = name.into();
        if let Some(&text) = self.made.get(&name) {
            return text;
        }
        let text = self.by_text.len() as Text;
        self.by_text.push(NO_CLASS);
        self.made_names.push(name.clone());
        self.made.insert(name, text);
        text
    }

    fn name(&self, text: Text) -> String {
        let strings = &self.columns.strings;
        match (text as usize).checked_sub(strings.len()) {
            Some(made) => self.made_names[made].clone().into_owned(),
            None => strings.text(StrIdx(text)).into_owned(),
        }
    }
}

/// The class of all nodes of a kind that says nothing else about them.
fn kind_class(columns: &Columns, kind: NodeKind) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        NodeKind::ARRAY => "(array)",
        NodeKind::STRING => "(string)",
        NodeKind::NUMBER => "(number)",
        NodeKind::SYNTHETIC => "(synthetic)",
        NodeKind::CONCATENATED_STRING => "(concatenated string)",
        NodeKind::SLICED_STRING => "(sliced string)",
        NodeKind::SYMBOL => "(symbol)",
        NodeKind::BIGINT => "(bigint)",
        NodeKind::OBJECT_SHAPE => "(object shape)",
        NodeKind::WASM_OBJECT => "(wasm object)",
        NodeKind(other) => {
            let row = usize::from(other.wrapping_sub(NodeKind::UNKNOWN));
            let name = columns.meta.node_types.get(row).map_or("unknown", String::as_str);
            return Cow::Owned(format!("({name})"));
        }
    })
}

/// Fills in the classes' distances.
pub fn add_distances(classes: &mut Classification, distances: &Distances, self_size: &Sizes) {
    for (node, class) in classes.class_of.iter().enumerate() {
        if self_size.get(node) != 0 {
            let nearest = &mut classes.table.classes[class.at()].distance;
            *nearest = distances.get(node).min(*nearest);
        }
    }
}

/// Fills in the classes' retained sizes: the sum over the instances that have no instance of the same class
/// above them in the dominator tree.
pub fn add_retained(classes: &mut Classification, preorder: &Preorder, self_size: &Sizes) {
    let Classification { class_of, table } = classes;
    let mut covers = Covers { class_of, top: vec![NOT_COVERED; table.classes.len()], table };
    preorder.read(self_size, &mut covers);
}

/// Which instances are the topmost of their class, while the dominator tree is read.
struct Covers<'a> {
    class_of: &'a [ClassIdx],
    table: &'a mut ClassTable,
    /// For each class, its instance that dominates the place being read, the topmost of several.
    top: Vec<NodeIdx>,
}

const NOT_COVERED: NodeIdx = NodeIdx(u32::MAX);

impl Visitor for &mut Covers<'_> {
    fn enter(&mut self, node: NodeIdx, _dominator: NodeIdx, self_size: u64) {
        let top = &mut self.top[self.class_of[node.at()].at()];
        if *top == NOT_COVERED && self_size != 0 {
            *top = node;
        }
    }

    fn leave(&mut self, node: NodeIdx, retained: u64) {
        let class = self.class_of[node.at()].at();
        if self.top[class] == node {
            self.top[class] = NOT_COVERED;
            let sum = &mut self.table.classes[class].retained_size;
            *sum = sum.saturating_add(retained);
        }
    }
}
