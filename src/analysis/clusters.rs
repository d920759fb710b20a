//! What only roots seem to hold, and yet is held by something.
//!
//! Dominators give up where two ways lead in: one timer of a ring that somebody else knows as well, one handle
//! that Node keeps, and the whole cluster hangs at the root. So a case without a growth point
//! 1. joins the case whose objects hold most of its own: a worker's ports belong to the list of workers;
//! 2. else, when its objects hold each other, grows at the object outside of them with most references into
//!    them, provided that from there most of them are reached through each other: the head of a ring.

use crate::analysis::growth_point::{Scene, Site, tally};
use crate::analysis::members::{has_class, is_container, is_holding, owner, role};
use crate::analysis::role::Role;
use crate::analysis::suspects::Case;
use crate::graph::Bits;
use crate::ids::NodeIdx;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// Of the objects outside a cluster that refer into it, the most that are tried as its growth point.
const MOST_ENTRIES: usize = 8;
/// A container that refers to so many of a cluster's main objects is the list of them.
const FEWEST_LISTED: usize = 3;
const NONE: u32 = u32::MAX;

/// The sampled members of each growing group, and who holds each of those.
#[derive(Clone, Copy)]
pub struct Sample<'a> {
    pub members: &'a FxHashMap<u32, Vec<NodeIdx>>,
    pub holders: &'a FxHashMap<NodeIdx, Vec<NodeIdx>>,
}

/// Finds a home for the cases without a growth point, as far as there is one.
pub fn settle(scene: Scene<'_>, cases: Vec<Case>, sample: Sample<'_>) -> Vec<Case> {
    let cases = merge(scene, cases, sample);
    cases.into_iter().map(|case| anchor(scene, case, sample)).collect()
}

fn merge(scene: Scene<'_>, cases: Vec<Case>, sample: Sample<'_>) -> Vec<Case> {
    let mut cases: Vec<Option<Case>> = cases.into_iter().map(Some).collect();
    // A case that joined another may be what a third was waiting for; each pass that changes ends one case.
    loop {
        let case_of = owners(scene, &cases);
        let mut changed = false;
        for at in 0..cases.len() {
            let Some(to) =
                cases[at].as_ref().and_then(|case| keeper(scene, case, at, sample, &case_of, &cases))
            else {
                continue;
            };
            let (Some(case), Some(target)) = (cases[at].take(), cases[to].as_mut()) else { continue };
            target.absorb(case);
            changed = true;
            break;
        }
        if !changed {
            return cases.into_iter().flatten().collect();
        }
    }
}

/// For each group, the case that it or a group above it belongs to.
fn owners(scene: Scene<'_>, cases: &[Option<Case>]) -> Vec<u32> {
    let groups = &scene.fold.groups;
    let mut case_of = vec![NONE; groups.len()];
    for (at, case) in cases.iter().enumerate() {
        for &group in case.iter().flat_map(|case| &case.groups) {
            case_of[group as usize] = at as u32;
        }
    }
    for at in 1..groups.len() {
        if case_of[at] == NONE {
            case_of[at] = case_of[groups[at].parent as usize];
        }
    }
    case_of
}

/// The case whose objects hold most of this one's; one with a growth point before one without.
fn keeper(
    scene: Scene<'_>,
    case: &Case,
    own: usize,
    sample: Sample<'_>,
    case_of: &[u32],
    cases: &[Option<Case>],
) -> Option<usize> {
    if case.site.at.is_some() {
        return None;
    }
    let members = || case.groups.iter().flat_map(|group| sample.members.get(group).into_iter().flatten());
    let mut held: FxHashMap<u32, usize> = FxHashMap::default();
    let mut seen = Vec::new();
    for member in members() {
        seen.clear();
        for holder in sample.holders.get(member).into_iter().flatten() {
            let by = case_of[scene.fold.group_of(*holder) as usize];
            if by != NONE && by != own as u32 && !seen.contains(&by) {
                seen.push(by);
                *held.entry(by).or_default() += 1;
            }
        }
    }
    let all = members().count();
    held.into_iter()
        .filter(|&(_, n)| n * 2 >= all)
        .filter_map(|(at, n)| cases[at as usize].as_ref().map(|case| (at as usize, n, case)))
        .max_by(|(a, n, x), (b, m, y)| {
            // A list of objects is more of a home than one of the functions that know them.
            let rank = |case: &Case, held: usize| {
                (case.site.at.is_some(), held, !case.main.class_name.ends_with("()"))
            };
            rank(x, *n)
                .cmp(&rank(y, *m))
                .then(x.bytes_per_iteration().total_cmp(&y.bytes_per_iteration()))
                .then(b.cmp(a))
        })
        .map(|(at, ..)| at)
}

fn anchor(scene: Scene<'_>, mut case: Case, sample: Sample<'_>) -> Case {
    if case.site.at.is_some() {
        return case;
    }
    let Some(main) = case.group.and_then(|group| sample.members.get(&group)) else { return case };
    let mut inside = vec![false; scene.fold.groups.len()];
    case.groups.iter().for_each(|&group| inside[group as usize] = true);
    for at in 1..inside.len() {
        inside[at] = inside[at] || inside[scene.fold.groups[at].parent as usize];
    }
    let linked = |member: &&NodeIdx| {
        let holders = sample.holders.get(member).into_iter().flatten();
        holders.into_iter().any(|holder| inside[scene.fold.group_of(*holder) as usize])
    };
    if main.iter().filter(linked).count() * 2 < main.len() {
        return case;
    }
    let mut entries = entries(scene, &inside);
    entries.truncate(MOST_ENTRIES);
    let head = entries.into_iter().find_map(|at| {
        let (reached, last) = reached(scene, at, &inside, main);
        (reached * 2 >= main.len()).then_some((at, last))
    });
    if let Some((at, last)) = head {
        // A list, even though what is in it holds each other; or else a ring, of which it knows some.
        let held = |member: &&NodeIdx| sample.holders.get(member).is_some_and(|by| by.contains(&at));
        let listed: Vec<&NodeIdx> = main.iter().filter(held).collect();
        let is_list = is_container(scene.graph, at) && listed.len() >= FEWEST_LISTED;
        let member = listed.last().filter(|_| is_list).map_or(last, |member| **member);
        case.site =
            Site { at: Some(at), instances: 1, also: Vec::new(), member, chain: !is_list, partial: is_list };
    } else {
        case.site.at = scene.convergence(main);
    }
    case
}

/// The objects outside that refer into the cluster: most references first, then the nearest to the root.
fn entries(scene: Scene<'_>, inside: &[bool]) -> Vec<NodeIdx> {
    let graph = scene.graph;
    let is_inside = |node| inside[scene.fold.group_of(node) as usize];
    let mut found = Vec::new();
    for from in graph.nodes().filter(|&from| matches!(role(graph, from), Role::Program | Role::Plumbing)) {
        if is_inside(from) {
            continue;
        }
        for edge in graph.edges(from) {
            if is_inside(edge.to) && has_class(graph, scene.fold, edge.to) && is_holding(graph, from, &edge) {
                let holder = if role(graph, from) == Role::Plumbing { owner(graph, from) } else { from };
                found.push((holder, edge.to));
            }
        }
    }
    // A property and its place in a backing store are one reference.
    found.sort_unstable();
    found.dedup();
    let usable = |node: &NodeIdx| {
        has_class(graph, scene.fold, *node)
            && scene.reach.is_reached(*node)
            && !graph.user_roots().contains(node)
            && !is_inside(*node)
    };
    let mut counted = tally(found.into_iter().map(|(holder, _)| holder).filter(usable));
    counted.sort_by_key(|&(node, n)| (std::cmp::Reverse(n), scene.reach.cost(node), node));
    counted.into_iter().map(|(node, _)| node).collect()
}

/// How many of `wanted` are reached from `start` through the cluster alone, and the one furthest away.
fn reached(scene: Scene<'_>, start: NodeIdx, inside: &[bool], wanted: &[NodeIdx]) -> (usize, NodeIdx) {
    let graph = scene.graph;
    let mut open = Bits::new(graph.len());
    wanted.iter().for_each(|node| open.set(node.at()));
    let mut seen = Bits::new(graph.len());
    let mut queue = VecDeque::from([start]);
    let (mut count, mut last) = (0, start);
    seen.set(start.at());
    while let Some(node) = queue.pop_front() {
        for edge in graph.edges(node).filter(|edge| is_holding(graph, node, edge)) {
            let passable = match role(graph, edge.to) {
                Role::Program => inside[scene.fold.group_of(edge.to) as usize],
                Role::Plumbing => true,
                Role::Metadata | Role::Root => false,
            };
            if passable && !seen.get(edge.to.at()) {
                seen.set(edge.to.at());
                queue.push_back(edge.to);
                if open.get(edge.to.at()) {
                    count += 1;
                    last = edge.to;
                }
            }
        }
    }
    (count, last)
}
