//! What is in an object, in a line: `{id: "a1", user: {…}, tags: Set}`, as a console would show it.
//!
//! A snapshot has no small integers, booleans written into code or values of numbers (unless it was taken with them), so
//! fields that hold one are not there.

use crate::analysis::container::is_dictionary;
use crate::explore::row::cut;
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Edge, EdgeKind, NodeKind};

/// Characters of a preview, of a text in it, and of a name in it.
const LONGEST: usize = 200;
const LONGEST_TEXT: usize = 40;
const LONGEST_NAME: usize = 40;
/// References looked at: an array may have millions.
const MOST_EDGES: usize = 60;

/// None for what has no inside.
pub fn of(graph: &Graph, node: NodeIdx) -> Option<String> {
    match graph.columns().nodes.kind[node.at()] {
        NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
            Some(quoted(graph, node, LONGEST))
        }
        NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::NATIVE => inside(graph, node),
        _ => None,
    }
}

fn inside(graph: &Graph, node: NodeIdx) -> Option<String> {
    let (elements, entries) = match &*graph.node_name(node) {
        "Array" => (true, false),
        "Map" | "Set" => (false, true),
        _ => (false, false),
    };
    let parts: Vec<String> = if entries {
        table(graph, node).map(|table| self::entries(graph, table)).unwrap_or_default()
    } else {
        graph.edges(node).take(MOST_EDGES).filter_map(|edge| field(graph, &edge, elements)).collect()
    };
    if parts.is_empty() {
        return None;
    }
    let (open, close) = if elements { ('[', ']') } else { ('{', '}') };
    let more = graph.edges(node).nth(MOST_EDGES).is_some();
    let mut text = String::from(open);
    let mut length = 2;
    for (at, part) in parts.iter().enumerate() {
        length += part.chars().count() + 2;
        if length > LONGEST {
            text.push_str(if at == 0 { "…" } else { ", …" });
            text.push(close);
            return Some(text);
        }
        if at > 0 {
            text.push_str(", ");
        }
        text.push_str(part);
    }
    if more {
        text.push_str(", …");
    }
    text.push(close);
    Some(text)
}

/// `name: value`, or just the value in an array.
fn field(graph: &Graph, edge: &Edge, elements: bool) -> Option<String> {
    let text = |edge: &Edge| graph.columns().strings.text(StrIdx(edge.name_or_index));
    match edge.kind {
        EdgeKind::ELEMENT if elements => Some(value(graph, edge.to)),
        EdgeKind::ELEMENT => Some(format!("{}: {}", edge.name_or_index, value(graph, edge.to))),
        EdgeKind::PROPERTY if !elements => {
            let name = text(edge);
            let own = &*name != "__proto__" && !name.starts_with("<symbol");
            own.then(|| format!("{}: {}", cut(&name, LONGEST_NAME), value(graph, edge.to)))
        }
        _ => None,
    }
}

fn table(graph: &Graph, node: NodeIdx) -> Option<NodeIdx> {
    crate::analysis::places::internal(graph, node, b"table")
}

/// The entries of a Map or Set: in a Map's table a key stands just before its value.
fn entries(graph: &Graph, table: NodeIdx) -> Vec<String> {
    let slots: Vec<(u32, NodeIdx)> = graph
        .edges(table)
        .take(2 * MOST_EDGES)
        .filter(|edge| edge.kind == EdgeKind::INTERNAL)
        .filter_map(|edge| {
            let slot = graph.columns().strings.text(StrIdx(edge.name_or_index)).parse().ok()?;
            Some((slot, edge.to))
        })
        .collect();
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(&(slot, node)) = slots.get(at) {
        match slots.get(at + 1) {
            Some(&(next, held)) if next == slot + 1 => {
                parts.push(format!("{} → {}", value(graph, node), value(graph, held)));
                at += 2;
            }
            _ => {
                parts.push(value(graph, node));
                at += 1;
            }
        }
    }
    parts
}

/// An object as a value in another's preview.
fn value(graph: &Graph, node: NodeIdx) -> String {
    match graph.columns().nodes.kind[node.at()] {
        NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
            quoted(graph, node, LONGEST_TEXT)
        }
        NodeKind::CLOSURE => format!("{}()", cut(&graph.node_name(node), LONGEST_NAME)),
        NodeKind::OBJECT if &*graph.node_name(node) == "Object" => {
            if is_dictionary(graph.columns(), node) {
                "Object".to_owned()
            } else {
                "{…}".to_owned()
            }
        }
        _ => cut(&graph.node_name(node), LONGEST_NAME),
    }
}

fn quoted(graph: &Graph, node: NodeIdx, longest: usize) -> String {
    format!("{:?}", cut(&graph.label(node), longest))
}
