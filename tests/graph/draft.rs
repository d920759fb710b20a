//! A graph as a test writes it: nodes and edges with names as text.

use leakguard::graph::{BuildOptions, Graph};
use leakguard::ids::{NodeIdx, StrIdx};
use leakguard::parse::Columns;
use leakguard::parse::columns::{EdgeColumns, EdgeKind, Location, Meta, NodeColumns, NodeKind, Sizes};
use leakguard::parse::strings::Strings;
use std::collections::HashMap;

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub name: String,
    pub id: u32,
    pub size: u64,
    pub detachedness: u8,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Debug)]
pub struct Edge {
    pub kind: EdgeKind,
    /// A number for element and hidden edges.
    pub name: String,
    pub to: usize,
}

#[derive(Clone, Debug)]
pub struct Draft {
    pub nodes: Vec<Node>,
    pub locations: Vec<(usize, u32, u32, u32)>,
    pub extra_native_bytes: u64,
    pub has_detachedness: bool,
}

impl Draft {
    /// Just a root.
    pub fn new() -> Self {
        let mut draft =
            Self { nodes: vec![], locations: vec![], extra_native_bytes: 0, has_detachedness: true };
        draft.node(NodeKind::SYNTHETIC, "", 0);
        draft
    }

    /// Adds a node and returns its ordinal. Ids are odd and ascend.
    pub fn node(&mut self, kind: NodeKind, name: &str, size: u64) -> usize {
        let id = 2 * self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, name: name.into(), id, size, detachedness: 0, edges: vec![] });
        self.nodes.len() - 1
    }

    pub fn edge(&mut self, from: usize, kind: EdgeKind, name: &str, to: usize) {
        self.nodes[from].edges.push(Edge { kind, name: name.into(), to });
    }

    /// Adds a node the root has a shortcut to: the global object.
    pub fn global(&mut self, size: u64) -> usize {
        let global = self.node(NodeKind::OBJECT, "global", size);
        self.edge(0, EdgeKind::SHORTCUT, "global", global);
        global
    }

    /// Adds a plain object with the properties, each holding the root's `undefined`.
    pub fn plain(&mut self, holder: usize, properties: &[&str]) -> usize {
        let object = self.node(NodeKind::OBJECT, "Object", 16);
        self.edge(holder, EdgeKind::PROPERTY, "child", object);
        for name in properties {
            self.edge(object, EdgeKind::PROPERTY, name, holder);
        }
        object
    }

    pub fn columns(&self) -> Columns {
        let mut strings = Strings::default();
        let mut known: HashMap<String, StrIdx> = HashMap::new();
        let mut intern =
            |text: &str| *known.entry(text.to_string()).or_insert_with(|| strings.push(text.as_bytes()));
        let mut nodes = NodeColumns::default();
        let mut edges = EdgeColumns::default();
        let mut sizes = Sizes::default();
        nodes.first_edge.push(0);
        for node in &self.nodes {
            nodes.kind.push(node.kind);
            nodes.name.push(intern(&node.name));
            nodes.id.push(node.id);
            sizes.push(node.size);
            nodes.detachedness.push(node.detachedness);
            for edge in &node.edges {
                let name =
                    if edge.kind.is_indexed() { edge.name.parse().unwrap() } else { intern(&edge.name).0 };
                edges.push(edge.kind, name, NodeIdx::from(edge.to));
            }
            nodes.first_edge.push(edges.len() as u32);
        }
        nodes.self_size = sizes;
        if nodes.detachedness.iter().all(|&state| state == 0) {
            nodes.detachedness.clear();
        }
        let locations = self.locations.iter().map(|&(node, script_id, line, column)| Location {
            node: NodeIdx::from(node),
            script_id,
            line,
            column,
        });
        Columns {
            meta: Meta { has_detachedness: self.has_detachedness, ..Meta::default() },
            nodes,
            edges,
            strings,
            locations: locations.collect(),
            samples: vec![],
            traces: None,
            extra_native_bytes: self.extra_native_bytes,
            root: NodeIdx(0),
        }
    }

    pub fn graph(&self) -> Graph {
        self.graph_with(1)
    }

    pub fn graph_with(&self, threads: usize) -> Graph {
        Graph::build(self.columns(), &BuildOptions { threads, ..BuildOptions::default() }).unwrap()
    }
}

/// The name V8 gives both edges of a WeakMap pair.
pub fn pair_name(n: usize, key_id: u32, value_id: u32, table_id: u32) -> String {
    format!("{n} / part of key (K @{key_id}) -> value (V @{value_id}) pair in WeakMap (table @{table_id})")
}
