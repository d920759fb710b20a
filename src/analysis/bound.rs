//! The bound a container was given. A cache that is still filling up grows like a leak until it is full, and how
//! long that takes nobody knows but the program: `max: 5000`.
//!
//! In: the path to a growth point and how much is in it. Out: [`Bound`], the number under a name like `max`,
//! `limit` or `capacity` in the container itself, in the two objects above it, or in a variable beside it; or the
//! one that the code nearby compares its length with. Only captures with numbers made visible have the former.

use crate::analysis::length_check::{Operand, length_checks};
use crate::analysis::path::{Step, last_named};
use crate::analysis::places::{Places, is_context, number_value};
use crate::analysis::source_text::{assigned, plain};
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{EdgeKind, NodeKind};
use crate::report::Bound;

/// The container and so many objects above it are asked.
pub const NEAREST: usize = 3;
/// No cache is given more room than this and means it.
const LARGEST: f64 = 1e6;
/// A larger number in code is more likely to be an alarm's than a cache's.
const LARGEST_WRITTEN: f64 = 1e5;
/// What a limit's name begins with, and what it ends with …
const BEGINS: [&str; 4] = ["max", "limit", "capacity", "lrusize"];
const ENDS: [&str; 4] = ["max", "limit", "capacity", "maximum"];
/// … and what makes it a limit of something else than the number of entries.
const ELSE: [&str; 22] = [
    "age",
    "ttl",
    "time",
    "delay",
    "wait",
    "interval",
    "ms",
    "second",
    "byte",
    "listener",
    "retr",
    "redirect",
    "attempt",
    "socket",
    "connection",
    "concurren",
    "parallel",
    "depth",
    "header",
    "stack",
    "frame",
    "param",
];

/// The smallest bound that `elements` have not reached.
pub fn bound(graph: &Graph, places: &Places<'_>, above: &[Step], elements: u64) -> Option<Bound> {
    let numbers = numbers_near(graph, above);
    let written = written(places, above, &numbers);
    numbers
        .into_iter()
        .filter(|(name, value)| is_limit(name) && *value <= LARGEST)
        .chain(written)
        .filter(|(_, value)| *value >= elements as f64)
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(name, value)| Bound { name, value: value as u64 })
}

/// What the code in which the container lives, and that of the classes around it, compares its length with.
fn written(places: &Places<'_>, above: &[Step], numbers: &[(String, f64)]) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    for code in places.codes(above, NEAREST) {
        // A class that is a Map itself.
        let names = last_named(above).into_iter().chain(std::iter::once(("this", false)));
        for check in names.flat_map(|(name, is_property)| length_checks(&code.text, name, is_property)) {
            let values = match &check.with {
                Operand::Number(value) => vec![*value],
                Operand::Name(other) => {
                    let known = numbers.iter().filter(|(name, _)| name == other).map(|(_, value)| *value);
                    known.chain(assigned(&code.text, other)).collect()
                }
            };
            let meant = values.into_iter().filter(|value| *value <= LARGEST_WRITTEN);
            found.extend(meant.map(|value| (check.text.clone(), value)));
        }
    }
    found
}

/// The numbers in a container and in the objects above it.
pub fn numbers_near(graph: &Graph, above: &[Step]) -> Vec<(String, f64)> {
    above.iter().rev().take(NEAREST).flat_map(|step| numbers(graph, step.node)).collect()
}

/// The fields, or variables, of a node that are numbers.
pub fn numbers(graph: &Graph, node: NodeIdx) -> Vec<(String, f64)> {
    let wanted = if is_context(graph, node) { EdgeKind::CONTEXT } else { EdgeKind::PROPERTY };
    let strings = &graph.columns().strings;
    graph
        .edges(node)
        .filter(|e| e.kind == wanted && graph.columns().nodes.kind[e.to.at()] == NodeKind::NUMBER)
        .filter_map(|e| {
            Some((strings.text(StrIdx(e.name_or_index)).into_owned(), number_value(graph, e.to)?))
        })
        .collect()
}

fn is_limit(name: &str) -> bool {
    let plain = plain(name);
    (BEGINS.iter().any(|word| plain.starts_with(word)) || ENDS.iter().any(|word| plain.ends_with(word)))
        && !ELSE.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_limit;

    #[test]
    fn limits_of_entries_are_told_from_other_limits() {
        for name in ["max", "#max", "_maxSize", "MAX_ENTRIES", "limit", "capacity", "sizeLimit", "cacheMax"] {
            assert!(is_limit(name), "{name}");
        }
        for name in ["maxAge", "_maxListeners", "maxSockets", "size", "MAX_RETRIES", "timeLimit", "maxBytes"]
        {
            assert!(!is_limit(name), "{name}");
        }
    }
}
