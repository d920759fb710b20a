//! A whole vm context per unit of work: thousands of built-in classes grow and one object keeps them.

use super::{Clues, Words};
use crate::analysis::members::owner;
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::NodeKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    let graph = clues.scene.graph;
    let at = clues.site.at?;
    let contexts = native_contexts(graph);
    // One is the program's own.
    if contexts.len() < 3 {
        return None;
    }
    let kept = contexts.iter().filter(|&&context| is_dominated(graph, context, at)).count();
    let global = clues.classes.iter().any(|c| c == "globalThis" || c.starts_with("Window"));
    if kept * 2 < contexts.len() && !global {
        return None;
    }
    Some(Words {
        category: "vm-context",
        what: Some(format!("vm contexts, each with all its built-ins and kept by a `{}`,", clues.class_name)),
        place: None,
        code: None,
        hint:
            "A new vm context is made for each unit of work and stays reachable. Make it once and reuse it, \
               or keep plain data instead of objects that came from the context: one function or object made \
               in a context keeps all of it alive."
                .to_owned(),
    })
}

fn native_contexts(graph: &Graph) -> Vec<NodeIdx> {
    let columns = graph.columns();
    let name = (0..columns.strings.len())
        .map(StrIdx::from)
        .find(|&name| columns.strings.bytes(name) == b"system / NativeContext");
    let Some(name) = name else { return Vec::new() };
    graph
        .nodes()
        .filter(|n| columns.nodes.name[n.at()] == name && columns.nodes.kind[n.at()] == NodeKind::HIDDEN)
        .collect()
}

fn is_dominated(graph: &Graph, node: NodeIdx, by: NodeIdx) -> bool {
    let mut above = owner(graph, node);
    while above != graph.root() {
        if above == by {
            return true;
        }
        above = owner(graph, above);
    }
    false
}
