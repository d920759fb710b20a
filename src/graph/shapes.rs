//! Names for plain objects: `{id, name, tags}` instead of `Object`, taken from the shapes that occur often
//! (`inferInterfaceDefinitions`, `applyInterfaceDefinitions`).
//!
//! A shape is inferred from the property names a plain object starts with, and kept if enough objects start
//! that way. An object then gets the shape with the most properties that it has all of, in whatever order
//! and whatever else it has.

use crate::graph::names::{property, utf16_length};
use crate::graph::words::{Word, Words};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{EdgeKind, NodeKind};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, RandomState};

/// A shape's name stops growing before this many UTF-16 units, after its first property.
const NAME_LIMIT: usize = 120;
/// A shape is kept if at least this many objects have it …
const FEWEST_OBJECTS: f64 = 2.0;
/// … and at least one in this many plain objects.
const ONE_IN: f64 = 1000.0;

/// One shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// What the class is called: the properties in braces.
    pub name: String,
    /// The property names, in the order of the object they were found in.
    pub properties: Vec<String>,
}

/// Shapes in order of popularity. They hold text, not string indexes, so that they can be applied to
/// another snapshot: DevTools' comparison classifies both with those of the newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shapes(pub Vec<Shape>);

/// Whether the node is an object literal, or looks like one.
#[inline]
pub fn is_plain(columns: &Columns, words: &Words, node: usize) -> bool {
    columns.nodes.kind[node] == NodeKind::OBJECT && words.of(columns.nodes.name[node]) == Word::Object
}

fn properties(columns: &Columns, node: usize) -> impl Iterator<Item = StrIdx> + '_ {
    columns
        .nodes
        .edges_of(NodeIdx::from(node))
        .filter(|&edge| columns.edges.kind(edge) == EdgeKind::PROPERTY)
        .map(|edge| StrIdx(columns.edges.name_or_index(edge)))
}

/// The shapes of a snapshot's plain objects.
pub fn infer(columns: &Columns, words: &Words) -> Shapes {
    let mut reader = Reader { columns, words, hasher: RandomState::new(), known: Vec::new() };
    reader.known.resize(columns.strings.len(), Known::default());
    let mut candidates: FxHashMap<u64, Candidate> = FxHashMap::default();
    let mut objects = 0u32;
    for node in 0..columns.nodes.len() {
        if !is_plain(columns, words, node) {
            continue;
        }
        objects += 1;
        if let Some(fingerprint) = reader.fingerprint(node) {
            let fresh = Candidate { objects: 0, example: node as u32 };
            candidates.entry(fingerprint).or_insert(fresh).objects += 1;
        }
    }
    let fewest = (f64::from(objects) / ONE_IN).max(FEWEST_OBJECTS);
    let mut popular: Vec<Candidate> =
        candidates.into_values().filter(|candidate| f64::from(candidate.objects) >= fewest).collect();
    popular.sort_unstable_by_key(|candidate| (std::cmp::Reverse(candidate.objects), candidate.example));
    Shapes(popular.iter().map(|candidate| reader.shape(candidate.example as usize)).collect())
}

/// A way for objects to start.
struct Candidate {
    objects: u32,
    /// The first object that starts this way.
    example: u32,
}

/// What one string means as a property name.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Hash of the text; 0 while unknown.
    hash: u64,
    /// Length as formatted, in UTF-16 units.
    length: u32,
}

struct Reader<'a> {
    columns: &'a Columns,
    words: &'a Words,
    hasher: RandomState,
    /// For each string index, what is known of it.
    known: Vec<Known>,
}

impl Reader<'_> {
    /// The property names the object starts with, as far as a shape's name has room for them.
    fn start(&mut self, node: usize, mut each: impl FnMut(StrIdx, Known)) {
        let (columns, words) = (self.columns, self.words);
        let mut length = 1;
        for name in properties(columns, node).filter(|&name| words.of(name) != Word::Proto) {
            let known = self.know(name);
            let more = known.length as usize;
            if length > 1 && length + more > NAME_LIMIT {
                break;
            }
            if length > 1 {
                length += 2;
            }
            length += more;
            each(name, known);
        }
    }

    /// A number for the name [`Self::shape`] would give the object, `None` for one without properties.
    /// Being keyed at random, 64 bits are enough to tell different names apart.
    fn fingerprint(&mut self, node: usize) -> Option<u64> {
        let mut fingerprint = None;
        self.start(node, |_, known| {
            let so_far = fingerprint.unwrap_or(0u64);
            // An empty name at the start leaves no trace in the shape's name.
            let empty = so_far == 0 && known.length == 0;
            let mixed = (so_far.rotate_left(23) ^ known.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            fingerprint = Some(if empty { 0 } else { mixed });
        });
        fingerprint
    }

    fn know(&mut self, name: StrIdx) -> Known {
        let slot = &mut self.known[name.at()];
        if slot.hash == 0 {
            let text = self.columns.strings.text(name);
            let hash = self.hasher.hash_one(text.as_bytes()) | 1;
            *slot = Known { hash, length: utf16_length(property(text).as_bytes()) as u32 };
        }
        *slot
    }

    fn shape(&mut self, node: usize) -> Shape {
        let strings = &self.columns.strings;
        let mut shape = Shape { name: String::from("{"), properties: Vec::new() };
        self.start(node, |name, _| {
            if shape.name.len() > 1 {
                shape.name.push_str(", ");
            }
            shape.name.push_str(&property(strings.text(name)));
            shape.properties.push(strings.text(name).into_owned());
        });
        shape.name.push('}');
        shape
    }
}

/// Finds the shape of one object after the other.
pub struct Matcher<'a> {
    columns: &'a Columns,
    shapes: Vec<Needs>,
    /// For each property name of any shape, its slot.
    slots: FxHashMap<&'a str, u32>,
    /// For each string index, its slot plus one, 0 while unknown, or [`NO_SLOT`].
    slot_of: Vec<u32>,
    /// For each slot, the shapes to try when an object has that property, best first.
    tried_at: Vec<Vec<u32>>,
    /// For each slot, how often the object at hand has the property, and which object that is: no need
    /// to clear the counts between objects.
    has: Vec<(u32, u32)>,
    object: u32,
    /// The slots of the object at hand.
    present: Vec<u32>,
}

/// What a shape asks of an object.
struct Needs {
    /// Slots, and how often each must be there.
    slots: Vec<(u32, u32)>,
    /// How many properties that makes.
    count: usize,
}

const NO_SLOT: u32 = u32::MAX;

impl<'a> Matcher<'a> {
    pub fn new(columns: &'a Columns, shapes: &'a Shapes) -> Self {
        let mut slots: FxHashMap<&str, u32> = FxHashMap::default();
        let mut popularity: Vec<u32> = Vec::new();
        let mut needs: Vec<Needs> = Vec::new();
        for shape in &shapes.0 {
            let mut counts: Vec<(u32, u32)> = Vec::new();
            for name in &shape.properties {
                let next = slots.len() as u32;
                let slot = *slots.entry(name).or_insert(next);
                match counts.iter_mut().find(|(known, _)| *known == slot) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((slot, 1)),
                }
            }
            popularity.resize(slots.len(), 0);
            counts.iter().for_each(|&(slot, _)| popularity[slot as usize] += 1);
            needs.push(Needs { slots: counts, count: shape.properties.len() });
        }
        // A shape is tried at the property fewest other shapes have.
        let mut tried_at = vec![Vec::new(); slots.len()];
        for (shape, needs) in needs.iter().enumerate() {
            let rarest = needs.slots.iter().min_by_key(|&&(slot, _)| popularity[slot as usize]);
            if let Some(&(slot, _)) = rarest {
                tried_at[slot as usize].push(shape as u32);
            }
        }
        for list in &mut tried_at {
            list.sort_by_key(|&shape| (std::cmp::Reverse(needs[shape as usize].count), shape));
        }
        Self {
            columns,
            shapes: needs,
            has: vec![(0, 0); slots.len()],
            slot_of: vec![0; columns.strings.len()],
            slots,
            tried_at,
            object: 0,
            present: Vec::new(),
        }
    }

    /// The position in [`Shapes`] of the plain object's shape: most properties, then most popular.
    pub fn find(&mut self, node: usize) -> Option<usize> {
        self.object += 1;
        self.present.clear();
        let columns = self.columns;
        for name in properties(columns, node) {
            let slot = self.slot(name);
            if slot == NO_SLOT {
                continue;
            }
            let (object, count) = &mut self.has[slot as usize];
            if *object == self.object {
                *count += 1;
            } else {
                (*object, *count) = (self.object, 1);
                self.present.push(slot);
            }
        }
        let mut best: Option<(usize, usize)> = None;
        for &slot in &self.present {
            for &shape in &self.tried_at[slot as usize] {
                let shape = shape as usize;
                let needs = &self.shapes[shape];
                let better =
                    best.is_none_or(|(count, at)| needs.count > count || needs.count == count && shape < at);
                if !better {
                    break;
                }
                if needs.slots.iter().all(|&(slot, count)| self.has[slot as usize] >= (self.object, count)) {
                    best = Some((needs.count, shape));
                    break;
                }
            }
        }
        best.map(|(_, shape)| shape)
    }

    fn slot(&mut self, name: StrIdx) -> u32 {
        let known = &mut self.slot_of[name.at()];
        if *known == 0 {
            let slot = self.slots.get(&*self.columns.strings.text(name));
            *known = slot.map_or(NO_SLOT, |slot| slot + 1);
        }
        if *known == NO_SLOT { NO_SLOT } else { *known - 1 }
    }
}
