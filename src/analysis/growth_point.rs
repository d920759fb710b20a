//! The growth point: the one object whose children multiply while it stays.
//!
//! In: a growing group's members in the current graph. Tried in this order:
//! 1. the object that dominates them by a direct edge, when the group's parent group stays the same: an
//!    array's elements, a Map's values;
//! 2. a chain's head, when the group is a folded repetition: each member holds the next;
//! 3. the object that directly holds most of them, when several share them, so that none dominates;
//! 4. the object that dominates them at a distance;
//! 5. the deepest object on the cheapest retaining paths of most of them. It finds what holds a hundred vm
//!    contexts, which V8 lists at the root as well.
//!
//! (1) and (4) are Eclipse MAT's accumulation point, found in the fold of many rounds instead of by size.

use crate::analysis::fold::Fold;
use crate::analysis::label::Label;
use crate::analysis::members::{has_class, is_container, owner, role};
use crate::analysis::reach::Reach;
use crate::analysis::role::Role;
use crate::graph::Graph;
use crate::ids::NodeIdx;
use rustc_hash::{FxHashMap, FxHashSet};

/// Where a group grows.
#[derive(Clone, Debug)]
pub struct Site {
    /// The growth point; `None` when only roots hold the members.
    pub at: Option<NodeIdx>,
    /// Objects of the same group as the growth point that grow alike.
    pub instances: u64,
    /// Others that hold the same members directly.
    pub also: Vec<NodeIdx>,
    /// A member to show, preferably one held directly.
    pub member: NodeIdx,
    /// The group is a chain: its members hold each other.
    pub chain: bool,
    /// Some members are held by others only, so that their number is not that of what the growth point holds.
    pub partial: bool,
}

/// The graph and what was derived from it, for the search.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub graph: &'a Graph,
    pub fold: &'a Fold,
    pub reach: &'a Reach,
}

impl Scene<'_> {
    /// The growth point of a group, given a sample of its members and their direct holders.
    pub fn site(
        self,
        group: u32,
        members: &[NodeIdx],
        holders: &FxHashMap<NodeIdx, Vec<NodeIdx>>,
        growing: &FxHashSet<u32>,
    ) -> Option<Site> {
        let last = *members.last()?;
        let row = &self.fold.groups[group as usize];
        let owners = tally(members.iter().map(|&member| owner(self.graph, member)));
        let (top, most) = owners.first().copied()?;
        let alike = owners.iter().filter(|(_, n)| n * 4 >= most && *n > 1).count().max(1) as u64;
        let many = most * 2 >= members.len() || (most >= 3 && alike > 1);
        let site = |at: NodeIdx, instances: u64| Site {
            at: Some(at),
            instances,
            also: Vec::new(),
            member: self.newest(members, at).unwrap_or(last),
            chain: false,
            partial: false,
        };
        // Under the global object only entries are its own: V8 has all built-ins of all contexts below it as well.
        let own = row.label != Label::VIA && (!self.is_global(top) || row.label.is_collective());
        if many && own && role(self.graph, top) == Role::Program {
            return Some(site(top, alike));
        }
        if let Some((head, member)) = self.chain_head(group, members) {
            return Some(Site {
                at: Some(head),
                instances: 1,
                also: Vec::new(),
                member,
                chain: true,
                partial: false,
            });
        }
        if let Some((at, also)) = self.shared_holder(members, holders, growing) {
            let held = |member: &&NodeIdx| holders.get(*member).is_some_and(|list| list.contains(&at));
            let mut found = site(at, 1);
            found.partial = members.iter().filter(held).count() * 10 < members.len() * 9;
            found.member = members.iter().rev().find(held).copied().unwrap_or(last);
            found.also = also;
            return Some(found);
        }
        // What a global object keeps by some way or other is nowhere in particular.
        if many && role(self.graph, top) == Role::Program && !self.is_global(top) {
            return Some(site(top, alike));
        }
        // Members that hold each other are looked at together, with whatever else they belong to (`clusters`).
        let is_held = |member: &&NodeIdx| {
            let mut by = holders.get(*member).into_iter().flatten();
            by.any(|&holder| growing.contains(&self.fold.group_of(holder)))
        };
        let linked = members.iter().filter(is_held).count() * 2 >= members.len();
        let at = if linked { None } else { self.convergence(members) };
        Some(Site { at, instances: 1, also: Vec::new(), member: last, chain: false, partial: false })
    }

    /// The last sampled member that `at` dominates most closely.
    fn newest(self, members: &[NodeIdx], at: NodeIdx) -> Option<NodeIdx> {
        members.iter().rev().copied().find(|&member| owner(self.graph, member) == at)
    }

    /// Of a folded repetition: the first object of the chain, above which nothing repeats, and the member that
    /// is furthest from it.
    fn chain_head(self, group: u32, members: &[NodeIdx]) -> Option<(NodeIdx, NodeIdx)> {
        let groups = &self.fold.groups;
        let mut target = group;
        while groups[target as usize].period == 0 {
            if target == 0 {
                return None;
            }
            target = groups[target as usize].parent;
        }
        let inside = |mut at: u32| {
            while at != target && groups[at as usize].depth > groups[target as usize].depth {
                at = groups[at as usize].parent;
            }
            at == target
        };
        let steps: FxHashSet<(Label, u32)> = self.loop_steps(target);
        let repeats = |node: NodeIdx| {
            let at = self.fold.group_of(node);
            let row = &groups[at as usize];
            at != 0
                && role(self.graph, node) != Role::Root
                && (inside(at) || steps.contains(&(row.label, row.class)))
        };
        // For each node above a member: the head of its chain and how far up that is. Chains share their way.
        let mut heads: FxHashMap<NodeIdx, (NodeIdx, u32)> = FxHashMap::default();
        let mut way = Vec::new();
        for &member in members {
            let mut node = owner(self.graph, member);
            while repeats(node) && !heads.contains_key(&node) {
                way.push(node);
                node = owner(self.graph, node);
            }
            let (head, mut depth) = *heads.entry(node).or_insert((node, 0));
            while let Some(below) = way.pop() {
                depth += 1;
                heads.insert(below, (head, depth));
            }
        }
        let of = |member: &NodeIdx| heads.get(&owner(self.graph, *member)).copied();
        let &(head, most) = tally(members.iter().filter_map(of).map(|(head, _)| head)).first()?;
        // A chain has few beginnings; a heap of small trees has many.
        let starts = members.iter().filter(|&&m| !inside(self.fold.group_of(owner(self.graph, m)))).count();
        let long = members.len() > 4 && starts * 10 <= members.len().max(10);
        let usable = most * 2 >= members.len() && role(self.graph, head) == Role::Program;
        let deepest = members.iter().copied().max_by_key(|member| of(member).map(|(_, depth)| depth))?;
        (usable && long).then_some((head, deepest))
    }

    /// The steps that repeat: those of the loop that leads back into `target`.
    fn loop_steps(self, target: u32) -> FxHashSet<(Label, u32)> {
        let groups = &self.fold.groups;
        let mut steps = FxHashSet::default();
        let mut at = target;
        for _ in 0..groups[target as usize].period {
            steps.insert((groups[at as usize].label, groups[at as usize].class));
            at = groups[at as usize].parent;
        }
        steps
    }

    /// The object that directly holds most of the members, and the others that do as well.
    fn shared_holder(
        self,
        members: &[NodeIdx],
        holders: &FxHashMap<NodeIdx, Vec<NodeIdx>>,
        growing: &FxHashSet<u32>,
    ) -> Option<(NodeIdx, Vec<NodeIdx>)> {
        let all = members.iter().flat_map(|member| holders.get(member).into_iter().flatten().copied());
        let counted = tally(all.filter(|&holder| {
            has_class(self.graph, self.fold, holder)
                && self.reach.is_reached(holder)
                && !self.is_global(holder)
                && !growing.contains(&self.fold.group_of(holder))
        }));
        let &(_, most) = counted.first()?;
        if most < 2 || most * 2 < members.len() {
            return None;
        }
        let mut strong: Vec<NodeIdx> =
            counted.iter().take_while(|(_, n)| n * 5 >= most * 4).map(|&(holder, _)| holder).collect();
        strong.sort_by_key(|&holder| (!is_container(self.graph, holder), self.reach.cost(holder), holder));
        let at = strong.remove(0);
        strong.truncate(4);
        Some((at, strong))
    }

    /// The deepest object that the cheapest paths of most members have in common.
    pub fn convergence(self, members: &[NodeIdx]) -> Option<NodeIdx> {
        // Paths are long and alike; a few tell.
        let stride = members.len().div_ceil(200).max(1);
        let few: Vec<NodeIdx> = members.iter().step_by(stride).copied().collect();
        let mut visits: FxHashMap<NodeIdx, usize> = FxHashMap::default();
        for &member in &few {
            let mut node = member;
            while let Some((from, _)) = self.reach.before(self.graph, node) {
                *visits.entry(from).or_default() += 1;
                node = from;
            }
        }
        let common = |node: &NodeIdx| visits.get(node).is_some_and(|&n| n * 2 > few.len().max(2));
        let mut node = few.iter().copied().find(|member| {
            self.reach.path(self.graph, *member).iter().filter(|(from, _)| common(from)).count() > 0
        })?;
        // From a member upwards, the first object most of the others pass as well.
        while let Some((from, _)) = self.reach.before(self.graph, node) {
            if common(&from) && role(self.graph, from) == Role::Program {
                // Where all paths meet only at the global object, nothing in particular holds them.
                return Some(from).filter(|from| !self.is_global(*from));
            }
            node = from;
        }
        None
    }
}

impl Scene<'_> {
    /// Whether a node is a context's global object.
    fn is_global(self, node: NodeIdx) -> bool {
        self.graph.user_roots().contains(&node)
    }
}

/// How often each node occurs, most often first; equal ones by ordinal.
pub fn tally(nodes: impl Iterator<Item = NodeIdx>) -> Vec<(NodeIdx, usize)> {
    let mut counts: FxHashMap<NodeIdx, usize> = FxHashMap::default();
    nodes.for_each(|node| *counts.entry(node).or_default() += 1);
    let mut list: Vec<_> = counts.into_iter().collect();
    list.sort_by_key(|&(node, n)| (std::cmp::Reverse(n), node));
    list
}
