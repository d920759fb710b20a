//! Each rule by its definition. Everything here may be as slow as it likes.

use crate::draft::{Draft, Edge};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

pub type Set = BTreeSet<usize>;

/// All that `start` reaches over the edges `follow` allows.
fn reach(draft: &Draft, start: Vec<usize>, follow: impl Fn(usize, &Edge) -> bool) -> Set {
    let mut seen: Set = start.iter().copied().collect();
    let mut todo = start;
    while let Some(node) = todo.pop() {
        for edge in &draft.nodes[node].edges {
            if follow(node, edge) && seen.insert(edge.to) {
                todo.push(edge.to);
            }
        }
    }
    seen
}

fn is_dom_trees(draft: &Draft, node: usize) -> bool {
    draft.nodes[node].kind == NodeKind::SYNTHETIC && draft.nodes[node].name == "(Document DOM trees)"
}

pub fn user_roots(draft: &Draft) -> Vec<usize> {
    let targets = draft.nodes[0].edges.iter().map(|edge| edge.to);
    targets.filter(|&to| draft.nodes[to].kind != NodeKind::SYNTHETIC || is_dom_trees(draft, to)).collect()
}

pub fn page(draft: &Draft) -> Set {
    let seeds = draft.nodes[0].edges.iter().filter(|edge| {
        edge.kind == EdgeKind::SHORTCUT || edge.kind == EdgeKind::ELEMENT && is_dom_trees(draft, edge.to)
    });
    reach(draft, seeds.map(|edge| edge.to).collect(), |_, edge| edge.kind != EdgeKind::WEAK)
}

/// For each node, its essential edges' targets.
pub fn essential(draft: &Draft) -> Vec<Vec<usize>> {
    let page = page(draft);
    let keep = |from: usize, edge: &Edge| {
        let id = draft.nodes[from].id;
        let from_table = edge.kind == EdgeKind::INTERNAL
            && edge.name.contains(" / part of key (")
            && edge.name.ends_with(&format!(" pair in WeakMap (table @{id})"));
        !from_table
            && edge.kind != EdgeKind::WEAK
            && edge.to != from
            && (from == 0
                || edge.kind != EdgeKind::SHORTCUT && (page.contains(&from) || !page.contains(&edge.to)))
    };
    let of = |(from, node): (usize, &crate::draft::Node)| {
        node.edges.iter().filter(|edge| keep(from, edge)).map(|edge| edge.to).collect()
    };
    draft.nodes.iter().enumerate().map(of).collect()
}

/// All that the essential edges reach from the root and from those without any essential retainer, if one
/// may not enter `without`.
fn alive(edges: &[Vec<usize>], without: Option<usize>) -> Set {
    let held: HashSet<usize> = edges.iter().flatten().copied().collect();
    let orphans = (1..edges.len()).filter(|node| !held.contains(node));
    let mut todo: Vec<usize> =
        std::iter::once(0).chain(orphans).filter(|&node| Some(node) != without).collect();
    let mut seen: Set = todo.iter().copied().collect();
    while let Some(node) = todo.pop() {
        for &to in &edges[node] {
            if Some(to) != without && seen.insert(to) {
                todo.push(to);
            }
        }
    }
    seen
}

/// For each node, all that dies with it, itself included. Those that only hold each other, out of
/// everyone's reach, die alone; with the root dies everything.
pub fn dominated(edges: &[Vec<usize>]) -> Vec<Set> {
    let all = alive(edges, None);
    (0..edges.len())
        .map(|node| match node {
            0 => (0..edges.len()).collect(),
            _ if !all.contains(&node) => Set::from([node]),
            _ => all.difference(&alive(edges, Some(node))).copied().collect(),
        })
        .collect()
}

/// The immediate dominator: of all the others that dominate the node, the one that dominates least.
pub fn dominators(dominated: &[Set]) -> Vec<usize> {
    (0..dominated.len())
        .map(|node| {
            let above = (0..dominated.len()).filter(|&d| d != node && dominated[d].contains(&node));
            above.min_by_key(|&d| dominated[d].len()).unwrap_or(0)
        })
        .collect()
}

/// Shallow sizes after the transfer.
pub fn self_sizes(draft: &Draft) -> Vec<u64> {
    let mut sizes: Vec<u64> = draft.nodes.iter().map(|node| node.size).collect();
    if user_roots(draft).is_empty() {
        return sizes;
    }
    let can_be_owned = |node: usize| match draft.nodes[node].kind {
        NodeKind::HIDDEN | NodeKind::ARRAY => true,
        NodeKind::NATIVE => draft.nodes[node].name == "system / ExternalStringData",
        _ => false,
    };
    let mut owners: BTreeMap<usize, Set> = BTreeMap::new();
    for owner in (0..draft.nodes.len()).filter(|&node| !can_be_owned(node)) {
        let belongings =
            reach(draft, vec![owner], |_, edge| edge.kind != EdgeKind::WEAK && can_be_owned(edge.to));
        for node in belongings.into_iter().filter(|&node| node != owner) {
            owners.entry(node).or_default().insert(owner);
        }
    }
    for (node, owners) in owners {
        if owners.len() == 1 {
            let owner = *owners.first().unwrap();
            if owner != 0 && draft.nodes[owner].kind != NodeKind::SYNTHETIC {
                sizes[owner] += std::mem::take(&mut sizes[node]);
            }
        }
    }
    sizes
}

pub fn distances(draft: &Draft) -> Vec<i32> {
    let mut distance = vec![-5; draft.nodes.len()];
    let mut half_met: HashSet<String> = HashSet::new();
    let roots = user_roots(draft);
    for &root in &roots {
        distance[root] = 1;
    }
    let root_distance = if roots.is_empty() { 0 } else { 100_000_000 };
    search(draft, &mut distance, &mut half_met, roots.into());
    distance[0] = root_distance;
    search(draft, &mut distance, &mut half_met, VecDeque::from([0]));
    distance
}

fn search(draft: &Draft, distance: &mut [i32], half_met: &mut HashSet<String>, mut queue: VecDeque<usize>) {
    while let Some(node) = queue.pop_front() {
        let from = &draft.nodes[node];
        for edge in &from.edges {
            if edge.kind == EdgeKind::WEAK || distance[edge.to] != -5 {
                continue;
            }
            if from.kind == NodeKind::HIDDEN
                && from.name == "system / NativeContext"
                && edge.name == "sloppy_function_map"
            {
                continue;
            }
            if from.kind == NodeKind::ARRAY && from.name == "(map descriptors)" {
                let digits: String = edge.name.chars().take_while(char::is_ascii_digit).collect();
                if digits.parse().is_ok_and(|index: u64| index >= 2 && index % 3 == 1) {
                    continue;
                }
            } else if edge.kind == EdgeKind::INTERNAL && edge.name.contains(" / part of key (") {
                let pair = edge.name.split_once(' ').unwrap().1.to_string();
                if !half_met.remove(&pair) {
                    half_met.insert(pair);
                    continue;
                }
            }
            distance[edge.to] = distance[node] + 1;
            queue.push_back(edge.to);
        }
    }
}

/// For each node, its state and whether its name gets the prefix.
pub fn detachedness(draft: &Draft) -> Vec<(u8, bool)> {
    let native = |node: usize| draft.nodes[node].kind == NodeKind::NATIVE;
    let known = |node: usize| draft.nodes[node].detachedness != 0;
    let seeds = |state: u8| -> Vec<usize> {
        (0..draft.nodes.len())
            .filter(|&node| native(node) && draft.nodes[node].detachedness == state)
            .collect()
    };
    let strong = |edge: &Edge| edge.kind != EdgeKind::WEAK && edge.kind != EdgeKind::HIDDEN;
    let takes = |edge: &Edge| strong(edge) && native(edge.to) && !known(edge.to);
    let attached = reach(draft, seeds(1), |_, edge| takes(edge));
    let detached = reach(draft, seeds(2), |_, edge| takes(edge) && !attached.contains(&edge.to));
    (0..draft.nodes.len())
        .map(|node| match node {
            _ if attached.contains(&node) => (1, false),
            _ if detached.contains(&node) => (2, true),
            _ => (draft.nodes[node].detachedness, false),
        })
        .collect()
}
