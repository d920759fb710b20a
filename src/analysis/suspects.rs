//! From growing groups to suspects: one for each growth point.
//!
//! In: the candidates of [`candidates`](crate::analysis::candidates) and the current graph. A hundred kinds of
//! objects that leak through one list have one growth point and become one [`Case`]; a backing store that
//! grows because of its elements joins them. The case's main class is what piles up directly at the growth
//! point with most bytes.

use crate::analysis::candidates::{Candidate, Growth};
use crate::analysis::clusters::{Sample, settle};
use crate::analysis::digest::Digest;
use crate::analysis::fold::Fold;
use crate::analysis::growth_point::{Scene, Site};
use crate::analysis::label::VIA_TEXT;
use crate::analysis::members::{holders, owner, role, sample};
use crate::analysis::places::property;
use crate::analysis::role::Role;
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::parse::columns::NodeKind;
use rustc_hash::{FxHashMap, FxHashSet};

/// Everything that grows at one growth point.
pub struct Case {
    pub site: Site,
    /// The candidate shown first.
    pub main: Candidate,
    pub others: Vec<Candidate>,
    /// What grows along with these, held by them rather than by the growth point.
    pub joined: Vec<Candidate>,
    /// The group of `main` in the current graph; `None` when it has drained away.
    pub group: Option<u32>,
    /// The groups of all of them in the current graph.
    pub groups: Vec<u32>,
    /// The members are held through other objects, which are shown instead.
    pub indirect: bool,
}

/// The most groups looked at in the graph; the others are smaller.
const MOST: usize = 400;

/// Groups the candidates by growth point. The second list has those with no member left in the current graph.
pub fn cases(scene: Scene<'_>, candidates: Vec<Candidate>) -> (Vec<Case>, Vec<Candidate>) {
    let by_signature: FxHashMap<u64, u32> =
        scene.fold.groups.iter().enumerate().map(|(at, group)| (group.signature, at as u32)).collect();
    let mut gone = Vec::new();
    let mut here = Vec::new();
    for candidate in candidates {
        match by_signature.get(&candidate.signature) {
            Some(&group) => here.push((candidate, group)),
            None => gone.push(candidate),
        }
    }
    here.truncate(MOST);
    let groups: Vec<u32> = here.iter().map(|(_, group)| *group).collect();
    let growing: FxHashSet<u32> =
        here.iter().filter(|(c, _)| c.growth == Growth::Number).map(|(_, group)| *group).collect();
    let members = sample(scene.graph, scene.fold, &groups);
    let shared: Vec<NodeIdx> = here
        .iter()
        .filter(|(c, _)| c.growth == Growth::Number)
        .flat_map(|(_, group)| members.get(group).into_iter().flatten().copied())
        .collect();
    let holders = holders(scene.graph, &shared);
    let mut by_site: FxHashMap<Key, Case> = FxHashMap::default();
    // For each group, the key of the case whose growth point is in it: its backing store grows with it.
    let mut growth_points: FxHashMap<u32, NodeIdx> = FxHashMap::default();
    // Growth in number first, so that growth in size finds what explains it.
    here.sort_by_key(|(candidate, _)| candidate.growth != Growth::Number);
    for (candidate, group) in here {
        let list = members.get(&group).map_or(&[][..], Vec::as_slice);
        let site = match candidate.growth {
            Growth::Number => scene.site(group, list, &holders, &growing),
            Growth::Size => largest(scene.graph, list),
        };
        let Some(site) = site else {
            gone.push(candidate);
            continue;
        };
        let home = site.at.map(|at| all_listeners(scene.graph, at).unwrap_or(at));
        let key = home.map_or(Key::Group(group), Key::Node);
        let key = match growth_points.get(&group) {
            Some(&at) if candidate.growth == Growth::Size => Key::Node(at),
            _ => key,
        };
        if let (Growth::Number, Some(at), Some(home)) = (candidate.growth, site.at, home) {
            for &holder in std::iter::once(&at).chain(&site.also) {
                growth_points.entry(scene.fold.group_of(holder)).or_insert(home);
            }
        }
        match by_site.entry(key) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(Case {
                    site,
                    main: candidate,
                    others: Vec::new(),
                    joined: Vec::new(),
                    group: Some(group),
                    groups: vec![group],
                    indirect: false,
                });
            }
            std::collections::hash_map::Entry::Occupied(mut taken) => {
                taken.get_mut().join(site, candidate, group);
            }
        }
    }
    let mut cases: Vec<Case> = by_site.into_values().collect();
    // In an order that does not depend on the table's.
    cases.sort_by_key(|case| case.main.signature);
    let mut cases = settle(scene, cases, Sample { members: &members, holders: &holders });
    cases.iter_mut().for_each(|case| case.mark_inside(scene.fold, &by_signature));
    cases.sort_by(|a, b| {
        b.bytes_per_iteration()
            .total_cmp(&a.bytes_per_iteration())
            .then(a.main.signature.cmp(&b.main.signature))
    });
    (cases, gone)
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Node(NodeIdx),
    Group(u32),
}

impl Case {
    fn join(&mut self, site: Site, candidate: Candidate, group: u32) {
        self.groups.push(group);
        if candidate.weight() > self.main.weight() {
            let before = std::mem::replace(&mut self.main, candidate);
            self.others.push(before);
            self.group = Some(group);
            let mut also = std::mem::replace(&mut self.site, site).also;
            self.site.also.append(&mut also);
        } else {
            self.others.push(candidate);
            self.site.also.extend(site.also);
        }
        self.site.also.sort();
        self.site.also.dedup();
    }

    /// Adds a candidate without changing the site.
    pub fn add(&mut self, candidate: Candidate) {
        if candidate.weight() > self.main.weight() {
            self.others.push(std::mem::replace(&mut self.main, candidate));
        } else {
            self.others.push(candidate);
        }
    }

    /// Takes over what grows in another case; this one's growth point stays.
    pub fn absorb(&mut self, other: Case) {
        self.groups.extend(other.groups);
        if self.site.at.is_none() && other.main.weight() > self.main.weight() {
            self.site = other.site;
            self.group = other.group;
            self.joined.push(std::mem::replace(&mut self.main, other.main));
            self.joined.append(&mut self.others);
            self.others = other.others;
        } else {
            self.joined.push(other.main);
            self.joined.extend(other.others);
        }
        self.joined.extend(other.joined);
    }

    pub fn all(&self) -> impl Iterator<Item = &Candidate> {
        std::iter::once(&self.main).chain(&self.others).chain(&self.joined)
    }

    /// What is inside of another group of the case is in that one's bytes already.
    pub fn bytes_per_iteration(&self) -> f64 {
        self.all().filter(|candidate| !candidate.inside).map(Candidate::bytes_per_iteration).sum()
    }

    fn mark_inside(&mut self, fold: &Fold, by_signature: &FxHashMap<u64, u32>) {
        // Growth in size is of the object's own bytes; what it holds is not in them.
        let whole = self.all().filter(|candidate| candidate.growth == Growth::Number);
        let groups: FxHashSet<u32> =
            whole.filter_map(|candidate| by_signature.get(&candidate.signature).copied()).collect();
        let is_inside = |candidate: &Candidate| {
            let mut at = by_signature.get(&candidate.signature).copied().unwrap_or(0);
            while at != 0 {
                at = fold.groups[at as usize].parent;
                if groups.contains(&at) {
                    return true;
                }
            }
            false
        };
        for candidate in std::iter::once(&mut self.main).chain(&mut self.others).chain(&mut self.joined) {
            candidate.inside = is_inside(candidate);
        }
    }
}

impl Candidate {
    /// What to show first: growth in number, objects before bare values (the keys of a Map), what is held by a
    /// direct edge before what that holds (however big: a listener's socket), most bytes.
    fn weight(&self) -> (bool, bool, bool, u64) {
        let value = self.class_name.starts_with('(');
        let bytes = self.bytes_per_iteration().max(0.0) as u64;
        (self.growth == Growth::Number, !value, self.label != VIA_TEXT, bytes)
    }
}

/// The growth point of growth in size is the object itself: the group's largest.
fn largest(graph: &Graph, members: &[NodeIdx]) -> Option<Site> {
    let at = members.iter().copied().max_by_key(|&node| (graph.retained_size(node), node))?;
    let big =
        members.iter().filter(|&&node| graph.retained_size(node) * 2 >= graph.retained_size(at)).count();
    let known = known_owner(graph, at);
    let instances = if known == at { big as u64 } else { 1 };
    Some(Site { at: Some(known), instances, also: Vec::new(), member: known, chain: false, partial: false })
}

/// Of the list of one event's listeners, the object that has the lists of all events of the emitter: who adds
/// listeners for three events has one leak.
fn all_listeners(graph: &Graph, list: NodeIdx) -> Option<NodeIdx> {
    let events = owner(graph, list);
    property(graph, owner(graph, events), b"_events").filter(|found| *found == events)
}

/// Bytes of a buffer count for the object the program knows, pieces of a string for the whole string.
fn known_owner(graph: &Graph, node: NodeIdx) -> NodeIdx {
    let inner = |at: NodeIdx| {
        is_string(graph, at) || matches!(&*graph.node_name(at), "system / JSArrayBufferData" | "ArrayBuffer")
    };
    let mut at = node;
    while inner(at) {
        let above = owner(graph, at);
        let piece = is_string(graph, at) && !is_string(graph, above);
        if piece || role(graph, above) != Role::Program {
            break;
        }
        at = above;
    }
    at
}

pub fn is_string(graph: &Graph, node: NodeIdx) -> bool {
    matches!(
        graph.columns().nodes.kind[node.at()],
        NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING
    )
}

/// Elements of the growth point's group in each capture.
pub fn elements(digests: &[&Digest], fold: &Fold, at: NodeIdx) -> Vec<Option<u64>> {
    let signature = fold.groups[fold.group_of(at) as usize].signature;
    digests.iter().map(|digest| digest.find(signature).map(|row| digest.row(row).elements)).collect()
}
