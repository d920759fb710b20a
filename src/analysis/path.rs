//! Retaining paths for people: from the GC root through the growth point to one of the leaked objects.
//!
//! In: the cheapest-path tree and a [`Site`]. Out: [`Trail`], the visible steps. Plumbing (elements, hash tables,
//! hidden nodes) and groups of roots are folded away; of the edges around a folded node the one with a name
//! stays. A step keeps its nodes, so that names and places can be added later; [`fold_repeats`] shortens long
//! chains.

use crate::analysis::growth_point::{Scene, Site};
use crate::analysis::members::role;
use crate::analysis::places::internal;
use crate::analysis::role::Role;
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Edge, EdgeKind, NodeKind};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// A visible step: how the one before refers to this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub node: NodeIdx,
    pub link: Link,
    pub role: Option<crate::report::Role>,
    /// (times, steps): the segment of that many steps that ends here repeats that many times.
    pub repeats: Option<(u64, u32)>,
}

/// How one object refers to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    Root,
    Property(String),
    /// A variable in a context.
    Variable(String),
    /// Element of an array; of a Map or Set with its key where that is a string.
    Element(Option<u32>),
    Entry(String),
    /// V8's own name for the edge.
    Internal(String),
    /// No direct edge.
    Via,
}

/// How many steps below a growth point may be fields of it rather than what it has many of.
const NEAR: usize = 3;
/// How far to look for the way from the growth point to a member.
const SEARCH: usize = 200_000;

/// The steps from the root to the site's member.
pub fn trail(scene: Scene<'_>, site: &Site) -> Vec<Step> {
    use crate::report::Role as Mark;
    let Some(at) = site.at else {
        let mut steps = visible(scene.graph, &scene.reach.path(scene.graph, site.member), site.member);
        if let Some(last) = steps.last_mut() {
            last.role = Some(Mark::Leaked);
        }
        return steps;
    };
    let mut steps = visible(scene.graph, &scene.reach.path(scene.graph, at), at);
    if let Some(last) = steps.last_mut() {
        last.role = Some(Mark::GrowthPoint);
    }
    if site.member != at {
        let below = way(scene, at, site.member);
        let mut tail = visible(scene.graph, &below, site.member);
        if tail.is_empty() {
            tail.push(Step { node: site.member, link: Link::Via, role: None, repeats: None });
        }
        if let Some(last) = tail.last_mut() {
            last.role = Some(Mark::Leaked);
        }
        steps.append(&mut tail);
    }
    steps
}

/// The last name that the program gave on a path.
pub fn last_name(steps: &[Step]) -> Option<&str> {
    last_named(steps).map(|(name, _)| name)
}

/// The same, and whether it is a property's.
pub fn last_named(steps: &[Step]) -> Option<(&str, bool)> {
    steps.iter().rev().find_map(|step| match &step.link {
        Link::Property(name) => Some((name.as_str(), true)),
        Link::Variable(name) => Some((name.as_str(), false)),
        _ => None,
    })
}

/// Where the members are held through other objects, what piles up is the object right below the growth point, or, when
/// that has but one of its kind (`_events.close`), the first below that is one of many: the path ends there. Returns the
/// growth point and that object.
pub fn end_at_first(steps: &mut Vec<Step>) -> Option<(NodeIdx, NodeIdx)> {
    use crate::report::Role as Mark;
    let mut at = steps.iter().position(|step| step.role == Some(Mark::GrowthPoint))?;
    if steps.len() <= at + 2 {
        return None;
    }
    let one_of_many = |step: &Step| matches!(step.link, Link::Element(_) | Link::Entry(_));
    let below = &steps[at + 1..steps.len().min(at + 1 + NEAR)];
    if let Some(first) = below.iter().position(one_of_many).filter(|first| *first > 0) {
        steps[at].role = None;
        at += first;
        steps[at].role = Some(Mark::GrowthPoint);
    }
    steps.truncate(at + 2);
    let growth_point = steps[at].node;
    let last = steps.last_mut()?;
    last.role = Some(Mark::Leaked);
    Some((growth_point, last.node))
}

/// The edges from `from` down to `to`: along the cheapest path if it leads there, else the shortest way.
fn way(scene: Scene<'_>, from: NodeIdx, to: NodeIdx) -> Vec<(NodeIdx, Edge)> {
    let path = scene.reach.path(scene.graph, to);
    if let Some(start) = path.iter().position(|(source, _)| *source == from) {
        return path[start..].to_vec();
    }
    let mut came: FxHashMap<NodeIdx, (NodeIdx, Edge)> = FxHashMap::default();
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for edge in scene.graph.edges(node) {
            let code = matches!(
                scene.graph.columns().nodes.kind[edge.to.at()],
                NodeKind::CODE | NodeKind::OBJECT_SHAPE
            );
            if code || edge.to == from || came.contains_key(&edge.to) || is_proto(scene.graph, &edge) {
                continue;
            }
            if scene.graph.is_essential(node, &edge) {
                came.insert(edge.to, (node, edge));
                if edge.to == to {
                    queue.clear();
                    break;
                }
                queue.push_back(edge.to);
            }
        }
        if came.len() > SEARCH {
            break;
        }
    }
    let mut back = Vec::new();
    let mut node = to;
    while let Some(&(source, edge)) = came.get(&node) {
        back.push((source, edge));
        node = source;
    }
    back.reverse();
    back
}

fn is_proto(graph: &Graph, edge: &Edge) -> bool {
    edge.kind == EdgeKind::PROPERTY
        && graph.columns().strings.bytes(StrIdx(edge.name_or_index)) == b"__proto__"
}

/// The steps a reader sees, given the edges of a path that ends at `end`.
pub fn visible(graph: &Graph, path: &[(NodeIdx, Edge)], end: NodeIdx) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut carried: Option<Link> = None;
    let mut at_root = path.first().is_some_and(|(from, _)| *from == graph.root());
    if path.is_empty() && end == graph.root() {
        at_root = true;
    }
    for (at, (from, edge)) in path.iter().enumerate() {
        let exported = (&*graph.node_name(*from) == "system / Cell")
            .then(|| exported(graph, &path[..at], *from))
            .flatten();
        let link = exported.map_or_else(|| link(graph, *from, edge), Link::Variable);
        match role(graph, edge.to) {
            Role::Root => continue,
            Role::Plumbing if edge.to != end => {
                carried = Some(prefer(carried.take(), link));
            }
            _ => {
                let link =
                    if at_root && steps.is_empty() { Link::Root } else { prefer(carried.take(), link) };
                carried = None;
                steps.push(Step { node: edge.to, link, role: None, repeats: None });
            }
        }
    }
    steps
}

/// Of the edges before and after a folded node, the more telling one.
fn prefer(before: Option<Link>, after: Link) -> Link {
    match (before, after) {
        (None, after) => after,
        (Some(_), after @ (Link::Property(_) | Link::Variable(_) | Link::Entry(_))) => after,
        (Some(before @ (Link::Property(_) | Link::Variable(_) | Link::Entry(_))), _) => before,
        (Some(_), after) => after,
    }
}

fn link(graph: &Graph, from: NodeIdx, edge: &Edge) -> Link {
    let columns = graph.columns();
    if edge.kind == EdgeKind::ELEMENT {
        return Link::Element(Some(edge.name_or_index));
    }
    if edge.kind == EdgeKind::HIDDEN {
        return Link::Element(None);
    }
    let text = columns.strings.text(StrIdx(edge.name_or_index)).into_owned();
    match edge.kind {
        EdgeKind::PROPERTY | EdgeKind::SHORTCUT => Link::Property(text),
        EdgeKind::CONTEXT => Link::Variable(text),
        _ if text.bytes().all(|b| b.is_ascii_digit()) => match text.parse::<u32>() {
            Ok(index) => map_key(graph, from, index).map_or(Link::Element(None), Link::Entry),
            Err(_) => Link::Element(None),
        },
        _ if crate::analysis::label::is_weak_pair(text.as_bytes()) => {
            Link::Internal("WeakMap value".to_owned())
        }
        _ => Link::Internal(text),
    }
}

/// The name of a variable that an ES module exports, given the way to its cell. The module's table of exports has the
/// name just before the cell.
fn exported(graph: &Graph, way: &[(NodeIdx, Edge)], cell: NodeIdx) -> Option<String> {
    let module =
        way.iter().rev().take(3).find(|(from, _)| &*graph.node_name(*from) == "system / SourceTextModule")?;
    let columns = graph.columns();
    let slot = |edge: &Edge| {
        let indexed = edge.kind == EdgeKind::INTERNAL;
        indexed.then(|| columns.strings.text(StrIdx(edge.name_or_index)))?.parse::<u32>().ok()
    };
    let tables = graph.edges(module.0).map(|edge| edge.to);
    tables.filter(|table| columns.nodes.kind[table.at()] == NodeKind::ARRAY).find_map(|table| {
        let at = graph.edges(table).filter(|edge| edge.to == cell).find_map(|edge| slot(&edge))?;
        key_before(graph, table, at).map(|name| graph.node_name(name).into_owned())
    })
}

/// The key of a Map's entry, if it is a string: in a Map's table the key stands just before its value.
fn map_key(graph: &Graph, table: NodeIdx, index: u32) -> Option<String> {
    if graph.columns().nodes.kind[table.at()] != NodeKind::ARRAY
        || &*graph.node_name(graph.dominator(table)) != "Map"
    {
        return None;
    }
    key_before(graph, table, index).map(|key| crate::analysis::label::clip(&graph.node_name(key)))
}

/// The string in the slot of a table before this one.
fn key_before(graph: &Graph, table: NodeIdx, slot: u32) -> Option<NodeIdx> {
    let key = internal(graph, table, slot.checked_sub(1)?.to_string().as_bytes())?;
    (graph.columns().nodes.kind[key.at()] == NodeKind::STRING).then_some(key)
}

/// How Node came to a CommonJS module (`process.mainModule.children…`, `require.cache…`) says nothing: the last
/// module on the path becomes its beginning.
pub fn begin_at_module(steps: Vec<Step>, is_module: impl Fn(NodeIdx) -> bool) -> Vec<Step> {
    use crate::report::Role as Mark;
    let end = steps.iter().position(|step| step.role == Some(Mark::GrowthPoint)).unwrap_or(steps.len());
    match steps[..end].iter().rposition(|step| is_module(step.node)) {
        Some(at) => {
            let mut rest = steps[at..].to_vec();
            rest[0].link = Link::Root;
            rest
        }
        None => steps,
    }
}

/// Segments of 1 to 6 steps that repeat three times or more become one, marked with how often.
pub fn fold_repeats(graph: &Graph, steps: Vec<Step>) -> Vec<Step> {
    const LONGEST: usize = 6;
    let keys: Vec<_> = steps
        .iter()
        .map(|step| {
            let link = match &step.link {
                Link::Element(_) => Link::Element(None),
                other => other.clone(),
            };
            (link, graph.node_name(step.node).into_owned(), step.role)
        })
        .collect();
    let mut folded = Vec::with_capacity(steps.len());
    let mut at = 0;
    while at < steps.len() {
        let best = (1..=LONGEST)
            .filter_map(|period| {
                let mut times = 1;
                while at + (times + 1) * period <= steps.len()
                    && (0..period).all(|i| keys[at + i] == keys[at + times * period + i])
                {
                    times += 1;
                }
                (times >= 3).then_some((times, period))
            })
            .max_by_key(|&(times, period)| (times * period, std::cmp::Reverse(period)));
        match best {
            Some((times, period)) => {
                folded.extend_from_slice(&steps[at..at + period]);
                if let Some(last) = folded.last_mut() {
                    last.repeats = Some((times as u64, period as u32));
                }
                at += times * period;
            }
            None => {
                folded.push(steps[at].clone());
                at += 1;
            }
        }
    }
    folded
}
