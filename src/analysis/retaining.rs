//! `path`: who keeps one object alive.
//!
//! In: a graph and an object id. Out: the object, and paths from the GC root to it: the cheapest one (see
//! [`Reach`]), then one through each other object that holds it directly, cheapest first; and its chain of
//! dominators, each of which alone would free it. Unknown ids fail with `LG_NO_OBJECT`.

use crate::analysis::path::{Link, Step, fold_repeats, visible};
use crate::analysis::places::Places;
use crate::analysis::reach::Reach;
use crate::analysis::scripts::ScriptTable;
use crate::analysis::suspect::hops;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::parse::columns::Edge;
use crate::report::{Hop, Place, SCHEMA};
use serde::Serialize;
use std::collections::HashSet;

/// What `path --json` prints. Sizes are bytes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retaining {
    pub schema: u32,
    pub object: Object,
    /// From the root to the object, both included. Empty if nothing keeps the object alive.
    pub paths: Vec<Vec<Hop>>,
    /// How many objects hold it directly, weakly or not.
    pub retainer_count: u64,
    /// From the nearest dominator up to the root.
    pub dominators: Vec<Object>,
}

/// One object's figures.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    pub id: u32,
    /// The name DevTools shows.
    pub name: String,
    pub class_name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub self_size: u64,
    pub retained_size: u64,
    pub distance: i32,
    pub detachedness: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defined_at: Option<Place>,
}

/// A retaining path: each edge with the node it belongs to.
type Path = Vec<(NodeIdx, Edge)>;

/// At most `count` paths to the object with that id.
pub fn retaining(graph: &Graph, scripts: &ScriptTable, id: u32, count: usize) -> Result<Retaining> {
    let node =
        graph.nodes().find(|node| graph.columns().nodes.id[node.at()] == id).ok_or(Error::NoObject { id })?;
    Ok(retaining_of(graph, scripts, &Reach::of(graph), node, count))
}

/// The same for a node of the graph.
pub fn retaining_of(
    graph: &Graph,
    scripts: &ScriptTable,
    reach: &Reach,
    node: NodeIdx,
    count: usize,
) -> Retaining {
    let (paths, retainer_count) = paths(graph, reach, node, count);
    let trails: Vec<Vec<Step>> =
        paths.iter().map(|path| fold_repeats(graph, steps(graph, path, node))).collect();
    let places = Places::new(graph, scripts, trails.iter().map(Vec::as_slice));
    let mut dominators = Vec::new();
    let mut at = node;
    while at != graph.root() {
        at = graph.dominator(at);
        dominators.push(object(graph, &places, at));
    }
    Retaining {
        schema: SCHEMA,
        object: object(graph, &places, node),
        paths: trails.iter().map(|steps| hops(graph, &places, steps)).collect(),
        retainer_count,
        dominators,
    }
}

fn object(graph: &Graph, places: &Places<'_>, node: NodeIdx) -> Object {
    Object {
        id: graph.columns().nodes.id[node.at()],
        // The root's own name is empty.
        name: if node == graph.root() { "(root)".to_owned() } else { graph.label(node).into_owned() },
        class_name: graph.class_name(node).into_owned(),
        kind: places.kind(node).to_owned(),
        self_size: graph.self_size(node),
        retained_size: graph.retained_size(node),
        distance: graph.distance(node),
        detachedness: graph.detachedness(node),
        defined_at: places.of(node),
    }
}

/// The steps a reader sees. A group of roots is not part of a path, unless it is what was asked for.
pub fn steps(graph: &Graph, path: &[(NodeIdx, Edge)], node: NodeIdx) -> Vec<Step> {
    let mut steps = visible(graph, path, node);
    if steps.last().is_none_or(|last| last.node != node) {
        let link = if steps.is_empty() { Link::Root } else { Link::Via };
        steps.push(Step { node, link, role: None, repeats: None });
    }
    steps
}

/// The cheapest path, then the cheapest one through each other holder; and how many edges lead to the node.
fn paths(graph: &Graph, reach: &Reach, node: NodeIdx, count: usize) -> (Vec<Path>, u64) {
    let best = reach.path(graph, node);
    let mut holders = Vec::new();
    let mut retainers = 0;
    for from in graph.nodes() {
        for edge in graph.edges(from).filter(|edge| edge.to == node) {
            retainers += 1;
            if graph.is_essential(from, &edge) && reach.is_reached(from) {
                holders.push((reach.cost(from), from, edge));
            }
        }
    }
    holders.sort_by_key(|&(cost, from, _)| (cost, from.0));
    let mut seen: HashSet<NodeIdx> = best.last().map(|(from, _)| *from).into_iter().collect();
    let mut paths: Vec<Path> = if best.is_empty() { vec![] } else { vec![best] };
    for (_, from, edge) in holders {
        if paths.len() >= count {
            break;
        }
        let mut path = reach.path(graph, from);
        // A holder that is itself reached through the object keeps nothing alive.
        let circular = from == node || path.iter().any(|(source, _)| *source == node);
        if !circular && seen.insert(from) {
            path.push((from, edge));
            paths.push(path);
        }
    }
    paths.truncate(count.max(1));
    (paths, retainers)
}
