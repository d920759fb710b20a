//! How every object is reached: the tree of cheapest retaining paths from the root.
//!
//! In: a graph. Out: [`Reach`], for each node the last edge of its cheapest path. Dijkstra's algorithm with
//! Dial's buckets (Dial 1969: costs are small integers), over essential edges. A hop costs the same wherever
//! a reader would follow it; what would mislead costs more: prototypes, code and shapes, stacks and handle
//! scopes, and the shortcuts from the root to the global objects of vm contexts, which V8 lists but does not
//! keep. So a path goes there only when nothing else leads to the object.
//!
//! Memory: 8 bytes per node and one queue.

use crate::analysis::expression::OWNER;
use crate::analysis::label::is_weak_pair;
use crate::graph::Graph;
use crate::ids::{EdgeIdx, NodeIdx, StrIdx};
use crate::parse::columns::{Edge, EdgeKind, NodeKind};
use std::collections::HashMap;

/// Cost of one ordinary hop.
const HOP: u32 = 10;
const DEAREST: usize = 255;

pub struct Reach {
    /// For each node ordinal, the edge by which it is reached; [`NONE`] for the root and the unreachable.
    edge: Vec<u32>,
    /// For each node ordinal, the cost of its path; [`NONE`] for the unreachable.
    cost: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Reach {
    pub fn of(graph: &Graph) -> Self {
        let mut reach = Self { edge: vec![NONE; graph.len()], cost: vec![NONE; graph.len()] };
        let prices = Prices::of(graph);
        let mut buckets: Vec<Vec<NodeIdx>> = vec![Vec::new(); DEAREST + 1];
        let root = graph.root();
        reach.cost[root.at()] = 0;
        buckets[0].push(root);
        let (mut now, mut waiting) = (0u32, 1usize);
        while waiting > 0 {
            let Some(node) = buckets[now as usize % (DEAREST + 1)].pop() else {
                now += 1;
                continue;
            };
            waiting -= 1;
            // Reached more cheaply since it was queued.
            if reach.cost[node.at()] != now {
                continue;
            }
            for edge in graph.edges(node) {
                let cost = now + prices.edge(graph, node, &edge);
                if cost < reach.cost[edge.to.at()] && graph.is_essential(node, &edge) {
                    reach.cost[edge.to.at()] = cost;
                    reach.edge[edge.to.at()] = edge.edge.0;
                    buckets[cost as usize % (DEAREST + 1)].push(edge.to);
                    waiting += 1;
                }
            }
        }
        reach
    }

    pub fn is_reached(&self, node: NodeIdx) -> bool {
        self.cost[node.at()] != NONE
    }

    pub fn cost(&self, node: NodeIdx) -> u32 {
        self.cost[node.at()]
    }

    /// The hop before `node` on its path: who holds it, by which edge.
    pub fn before(&self, graph: &Graph, node: NodeIdx) -> Option<(NodeIdx, Edge)> {
        let edge = self.edge[node.at()];
        (edge != NONE).then(|| (source(graph, EdgeIdx(edge)), graph.columns().edges.get(edge as usize)))
    }

    /// The whole path, from the root to `node`: each edge with its source.
    pub fn path(&self, graph: &Graph, node: NodeIdx) -> Vec<(NodeIdx, Edge)> {
        let mut path = Vec::new();
        let mut node = node;
        while let Some((from, edge)) = self.before(graph, node) {
            path.push((from, edge));
            node = from;
        }
        path.reverse();
        path
    }
}

/// The node an edge belongs to.
pub fn source(graph: &Graph, edge: EdgeIdx) -> NodeIdx {
    let first = &graph.columns().nodes.first_edge;
    NodeIdx::from(first.partition_point(|&start| start <= edge.0) - 1)
}

/// What each hop costs.
struct Prices {
    /// Names that mislead, by string.
    names: HashMap<StrIdx, u32>,
    /// The name by which a handle refers to its object.
    owner: Option<StrIdx>,
    /// Groups of roots that are not a reason to live for what the program made.
    roots: HashMap<NodeIdx, u32>,
    /// The global object of the program itself, when it can be told from those of vm contexts.
    main_global: Option<NodeIdx>,
}

impl Prices {
    fn of(graph: &Graph) -> Self {
        let columns = graph.columns();
        let mut names = HashMap::new();
        let (mut process, mut owner) = (None, None);
        for at in 0..columns.strings.len() {
            let price = match columns.strings.bytes(StrIdx::from(at)) {
                b"__proto__" | b"constructor" | b"prototype" | b"super_constructor" => 35,
                b"previous" | b"parent" | b"_idleNext" | b"_idlePrev" | b"domain" => 14,
                b"parameters_and_registers" => 40,
                b"process" => {
                    process = Some(StrIdx::from(at));
                    continue;
                }
                name if name == OWNER.as_bytes() => {
                    owner = Some(StrIdx::from(at));
                    continue;
                }
                _ => continue,
            };
            names.insert(StrIdx::from(at), price);
        }
        let root = graph.root();
        let mut roots = HashMap::new();
        let mut globals = Vec::new();
        for edge in graph.edges(root) {
            if edge.kind == EdgeKind::SHORTCUT {
                globals.push(edge.to);
            }
            for below in graph.edges(edge.to) {
                if columns.nodes.kind[below.to.at()] == NodeKind::SYNTHETIC {
                    roots.insert(below.to, root_price(&graph.node_name(below.to)));
                }
            }
        }
        let has_process = |node: &NodeIdx| {
            process.is_some_and(|name| {
                graph.edges(*node).any(|e| e.kind == EdgeKind::PROPERTY && e.name_or_index == name.0)
            })
        };
        let main_global = globals
            .iter()
            .copied()
            .find(|global| has_process(global) || graph.edges(*global).take(4).any(|e| has_process(&e.to)));
        Self { names, owner, roots, main_global }
    }

    fn edge(&self, graph: &Graph, from: NodeIdx, edge: &Edge) -> u32 {
        let columns = graph.columns();
        let target = columns.nodes.kind[edge.to.at()];
        match target {
            NodeKind::CODE | NodeKind::OBJECT_SHAPE => return 200,
            NodeKind::ARRAY => return 1,
            _ => {}
        }
        if edge.kind == EdgeKind::SHORTCUT {
            return if self.main_global.is_none_or(|main| main == edge.to) { 2 } else { 150 };
        }
        if columns.nodes.kind[from.at()] == NodeKind::SYNTHETIC {
            let price = self.roots.get(&from).copied().unwrap_or(HOP);
            return if target == NodeKind::SYNTHETIC { 1 } else { price };
        }
        if matches!(columns.nodes.kind[from.at()], NodeKind::CODE | NodeKind::OBJECT_SHAPE) {
            return 200;
        }
        let hop = match edge.kind {
            EdgeKind::INTERNAL => HOP + 1,
            EdgeKind::HIDDEN => HOP + 3,
            _ => HOP,
        };
        if edge.kind.is_indexed() {
            return hop;
        }
        let name = StrIdx(edge.name_or_index);
        // A server is where a program begins; a socket's handle says less than the variable that has the socket.
        if Some(name) == self.owner && columns.strings.bytes(columns.nodes.name[edge.to.at()]) != b"Server" {
            return 90;
        }
        match self.names.get(&name) {
            Some(&price) => price,
            None if edge.kind == EdgeKind::INTERNAL && is_weak_pair(columns.strings.bytes(name)) => 2 * HOP,
            None => hop,
        }
    }
}

fn root_price(name: &str) -> u32 {
    match name {
        "(Stack roots)" | "(Handle scope)" | "(Relocatable)" => 120,
        "(Debugger)" | "(Compilation cache)" | "(Code flusher)" | "(Weak roots)" => 150,
        "(Builtins)" | "(Startup object cache)" | "(Strong root list)" | "(Strong roots)" => 60,
        "(Extensions)" | "(Read-only roots)" | "(Internalized strings)" | "(External strings)" => 150,
        _ => HOP,
    }
}
