//! Heaps as Node has them: a global object, a module with its scope, and containers with V8's plumbing.

use crate::draft::Draft;
use leakguard::analysis::{Digest, Options, ScriptTable, diagnose};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use leakguard::report::{Diagnosis, Round};
use std::sync::Arc;

pub struct Heap {
    pub draft: Draft,
    /// The module scope: variables hang here.
    pub scope: usize,
}

impl Heap {
    pub fn new() -> Self {
        let mut draft = Draft::new();
        let global = draft.global(40);
        let closure = draft.node(NodeKind::CLOSURE, "handler", 64);
        draft.edge(global, EdgeKind::PROPERTY, "handler", closure);
        let scope = draft.node(NodeKind::OBJECT, "system / Context", 48);
        draft.edge(closure, EdgeKind::INTERNAL, "context", scope);
        Self { draft, scope }
    }

    pub fn object(&mut self, class: &str) -> usize {
        self.draft.node(NodeKind::OBJECT, class, 48)
    }

    pub fn property(&mut self, from: usize, name: &str, to: usize) {
        self.draft.edge(from, EdgeKind::PROPERTY, name, to);
    }

    pub fn variable(&mut self, name: &str, to: usize) {
        self.draft.edge(self.scope, EdgeKind::CONTEXT, name, to);
    }

    /// An array in a variable, with its elements in a backing store as well.
    pub fn array(&mut self, name: &str, elements: &[usize]) -> usize {
        let array = self.object("Array");
        self.variable(name, array);
        self.fill(array, elements);
        array
    }

    /// The lists of listeners of an emitter in a variable, by event.
    pub fn emitter(&mut self, name: &str) -> usize {
        let emitter = self.object("Socket");
        self.variable(name, emitter);
        let events = self.object("Object");
        self.property(emitter, "_events", events);
        events
    }

    pub fn listeners(&mut self, events: usize, event: &str, function: &str, count: u64) {
        let list = self.object("Array");
        self.property(events, event, list);
        let listeners: Vec<usize> =
            (0..count).map(|_| self.draft.node(NodeKind::CLOSURE, function, 64)).collect();
        self.fill(list, &listeners);
    }

    pub fn fill(&mut self, array: usize, elements: &[usize]) {
        let store = self.draft.node(NodeKind::ARRAY, "(object elements)", 16 + 8 * elements.len() as u64);
        self.draft.edge(array, EdgeKind::INTERNAL, "elements", store);
        for (i, &element) in elements.iter().enumerate() {
            self.draft.edge(array, EdgeKind::ELEMENT, &i.to_string(), element);
            self.draft.edge(store, EdgeKind::INTERNAL, &i.to_string(), element);
        }
    }

    /// A Map in a variable; only its hash table refers to the entries.
    pub fn map(&mut self, name: &str, entries: &[(usize, usize)]) -> usize {
        let map = self.object("Map");
        self.variable(name, map);
        let table = self.draft.node(NodeKind::ARRAY, "", 64 + 24 * entries.len() as u64);
        self.draft.edge(map, EdgeKind::INTERNAL, "table", table);
        for (i, &(key, value)) in entries.iter().enumerate() {
            self.draft.edge(table, EdgeKind::INTERNAL, &(5 + 3 * i).to_string(), key);
            self.draft.edge(table, EdgeKind::INTERNAL, &(6 + 3 * i).to_string(), value);
        }
        map
    }

    pub fn string(&mut self, text: &str) -> usize {
        self.draft.node(NodeKind::STRING, text, 24)
    }
}

/// The diagnosis of the heaps that `build` makes, each after `iterations` more; the last may be a cool-down. Like a
/// series, each diagnosis knows the suspects of the one before.
pub fn diagnose_rounds(rounds: &[(u64, bool)], build: impl Fn(usize, u64, &mut Heap)) -> Diagnosis {
    let rounds: Vec<Round> = rounds
        .iter()
        .map(|&(iterations, cool_down)| Round { iterations, cool_down, ..Round::default() })
        .collect();
    let mut history: Vec<Digest> = Vec::new();
    let mut done = 0;
    let mut latest: Option<Diagnosis> = None;
    for (at, round) in rounds.iter().enumerate() {
        done += if round.cool_down { 0 } else { round.iterations };
        let mut heap = Heap::new();
        build(at, done, &mut heap);
        let remembered = Arc::new(latest.map_or_else(Vec::new, |before| before.suspects));
        let options = Options { remembered, ..Options::default() };
        let scripts = ScriptTable::default();
        let (diagnosis, digest) = diagnose(&history, &heap.draft.graph(), &rounds[..=at], &scripts, &options);
        history.push(digest);
        latest = Some(diagnosis);
    }
    latest.unwrap()
}

/// Four rounds of a hundred iterations.
pub fn diagnose_growth(build: impl Fn(u64, &mut Heap)) -> Diagnosis {
    diagnose_rounds(&[(100, false); 4], |_, done, heap| build(done, heap))
}
