//! One suspect put together: names, rates, path, evidence, words.

use crate::analysis::bound::bound;
use crate::analysis::candidates::{Candidate, Growth as Grown, floats};
use crate::analysis::container::is_dictionary;
use crate::analysis::detectors::{self, Clues};
use crate::analysis::digest::Digest;
use crate::analysis::evidence::{End, evidence, is_bookkeeping, round};
use crate::analysis::expiry::Expiries;
use crate::analysis::growth_point::Scene;
use crate::analysis::label::VIA_TEXT;
use crate::analysis::members::owner;
use crate::analysis::path::{Link, Step, begin_at_module, end_at_first, last_named, trail, visible};
use crate::analysis::places::{Places, is_context};
use crate::analysis::removal::removal;
use crate::analysis::suspects::{Case, elements};
use crate::analysis::trend::{Schedule, Shape, trend};
use crate::analysis::wording;
use crate::graph::Graph;
use crate::ids::NodeIdx;
use crate::parse::columns::NodeKind;
use crate::report::{
    ClassGrowth, Expiry, GrowthKind, GrowthPoint, Hop, Place, RateUnit, Role, Strength, Suspect,
};

/// The category of growth that is not the program's doing.
pub const NOISE: &str = "noise";
/// The category of growth that drained.
pub const BACKLOG: &str = "backlog";

/// The captures, and the last one's graph.
#[derive(Clone, Copy)]
pub struct Series<'a> {
    pub scene: Scene<'a>,
    pub digests: &'a [&'a Digest],
    pub schedule: &'a Schedule,
    pub unit: RateUnit,
    pub expiries: &'a Expiries<'a>,
}

/// The case's path. Members that are held through other objects give way to what is held directly.
pub fn case_trail(scene: Scene<'_>, case: &mut Case) -> Vec<Step> {
    let mut steps = trail(scene, &case.site);
    let direct = case
        .site
        .at
        .is_none_or(|at| owner(scene.graph, case.site.member) == at && case.main.label != VIA_TEXT);
    let indirect = case.main.growth == Grown::Number && !direct && !case.site.chain;
    if let Some((at, direct)) = indirect.then(|| end_at_first(&mut steps)).flatten() {
        case.site.at = Some(at);
        case.site.member = direct;
        case.indirect = true;
    }
    steps
}

impl Series<'_> {
    /// One suspect, with its words, from what grows at one growth point and the path to it.
    pub fn suspect(&self, places: &Places<'_>, case: &Case, steps: &[Step]) -> Suspect {
        let Series { scene, digests, schedule, unit, .. } = *self;
        let main = &case.main;
        let kind = kind(scene, case, steps);
        let growth_steps = upto_growth_point(steps);
        let name = case.site.at.and_then(|_| places.expression(growth_steps));
        let home = places.home(growth_steps);
        let file = home.as_ref().map(|place| place.file.as_str());
        let mut classes = classes(places, case);
        let class_name = classes[0].class_name.clone();
        let holder = case.site.at.map_or_else(|| "the roots".to_owned(), |at| places.name(at));
        let text = wording::growth_point(kind, &holder, name.as_deref(), file, case.site.instances);
        let names: Vec<String> = classes.iter().map(|class| class.class_name.clone()).collect();
        let clues = Clues {
            scene,
            places,
            site: &case.site,
            steps,
            kind,
            class_name: &class_name,
            classes: &names,
            grows_at: &text,
            expression: name.as_deref(),
        };
        let words = detectors::words(&clues);
        let bytes_per_iteration = round(case.bytes_per_iteration());
        let siblings = siblings(case);
        let elements = growth_elements(scene, digests, case);
        let most = elements.iter().flatten().max().or_else(|| main.counts.iter().flatten().max());
        let end = End {
            bound: case.site.at.and_then(|_| bound(scene.graph, places, growth_steps, *most?)),
            expiry: self.expiry(places, kind, growth_steps, case),
        };
        let mut evidence = evidence(main, &siblings, schedule, kind, end);
        let backlog = case.all().all(|candidate| candidate.backlog);
        let mut count = siblings.iter().map(|c| c.count.slope).sum();
        // Members held through others are counted by what holds them.
        let held = trend(schedule, &floats(&elements));
        if (case.indirect || case.site.partial) && held.shape == Shape::Growing {
            count = held.slope;
            evidence.counts = elements.clone();
        }
        let count_per_iteration = round(count);
        if case.indirect || case.site.partial {
            classes[0].count_per_iteration = count_per_iteration;
        }
        // Linked members are no elements of what holds the first of them.
        let counted = held.shape == Shape::Growing || evidence.in_place || backlog;
        let elements = if counted { elements } else { evidence.counts.clone() };
        let what = words.what.unwrap_or_else(|| wording::what(&class_name, siblings.len()));
        let place = words.place.map_or_else(|| format!("in {text}"), |place| wording::of_file(place, file));
        let sentence = match main.growth {
            Grown::Number if kind != GrowthKind::String => {
                wording::more(&what, &place, count_per_iteration, bytes_per_iteration, unit)
            }
            _ => wording::bigger(&text, bytes_per_iteration, unit),
        };
        Suspect {
            rank: 0,
            category: match (backlog, kind, evidence.strength) {
                (true, ..) => BACKLOG.to_owned(),
                _ if evidence.in_place && is_bookkeeping(&main.class_name) => NOISE.to_owned(),
                // A little growth here and there that nothing in particular holds.
                (_, GrowthKind::Root, Strength::Weak) => NOISE.to_owned(),
                _ => words.category.to_owned(),
            },
            fingerprint: wording::fingerprint(&class_name, kind, growth_steps, file),
            count_per_iteration,
            bytes_per_iteration,
            retained_bytes: retained(scene, case),
            path: hops(scene.graph, places, steps),
            defined_at: words.code.and_then(|code| places.of(code)).or_else(|| {
                places.of(case.site.member).filter(|_| !is_context(scene.graph, case.site.member))
            }),
            allocated_at: None,
            hint: match taken_out(places, kind, growth_steps) {
                _ if backlog => wording::DRAINS.to_owned(),
                Some((text, place)) => wording::taken_out(&text, &place),
                None => words.hint,
            },
            sentence,
            evidence,
            also_held_by: case.site.also.iter().take(4).map(|&node| also_held(scene, places, node)).collect(),
            classes,
            grows_at: GrowthPoint {
                text,
                kind,
                class_name: holder,
                name,
                id: case.site.at.map_or(0, |at| scene.graph.columns().nodes.id[at.at()]),
                elements,
                instances: case.site.instances,
                place: home,
            },
            class_name,
        }
    }

    /// What a timer will do about it.
    fn expiry(
        &self,
        places: &Places<'_>,
        kind: GrowthKind,
        growth_steps: &[Step],
        case: &Case,
    ) -> Option<Expiry> {
        if kind == GrowthKind::Timers || case.main.class_name == "Timeout" {
            return self.expiries.of_timer(places, case.site.member);
        }
        is_container(kind)
            .then(|| self.expiries.of_container(places, growth_steps, case.site.member))
            .flatten()
    }
}

/// Whether what has that kind is a container of the program's.
fn is_container(kind: GrowthKind) -> bool {
    use GrowthKind::{Array, Dictionary, InPlace, Map, Object, Set};
    matches!(kind, Array | Dictionary | InPlace | Map | Object | Set)
}

/// Where the program takes out of the container again.
fn taken_out(places: &Places<'_>, kind: GrowthKind, growth_steps: &[Step]) -> Option<(String, Place)> {
    let (name, is_property) = last_named(growth_steps).filter(|_| is_container(kind))?;
    places.codes(growth_steps, 1).iter().find_map(|code| {
        let removal = removal(&code.text, name, is_property)?;
        Some((removal.text, places.place_in(code, removal.at)?))
    })
}

/// Another holder, by name: "Map `byId`".
fn also_held(scene: Scene<'_>, places: &Places<'_>, node: NodeIdx) -> String {
    let steps = visible(scene.graph, &scene.reach.path(scene.graph, node), node);
    let is_module = |node| places.module_file(node).is_some();
    let name = places.name(node);
    match places.expression(&begin_at_module(steps, is_module)) {
        Some(expression) => format!("{name} `{expression}`"),
        None => name,
    }
}

/// The classes that pile up, the main one first.
fn classes(places: &Places<'_>, case: &Case) -> Vec<ClassGrowth> {
    let of = |candidate: &Candidate, class_name: String| ClassGrowth {
        class_name,
        count_per_iteration: if candidate.growth == Grown::Number {
            round(candidate.count.slope)
        } else {
            0.0
        },
        bytes_per_iteration: round(candidate.bytes_per_iteration()),
    };
    let shown = places.name(case.site.member);
    let mut classes = vec![match case.main.growth {
        Grown::Number if !case.indirect => of(&case.main, shown_class(&case.main, &shown)),
        Grown::Number => of(&case.main, shown),
        Grown::Size => of(&case.main, shown),
    }];
    let mut others: Vec<ClassGrowth> = case
        .others
        .iter()
        .chain(&case.joined)
        .filter(|other| other.growth == Grown::Number)
        .map(|other| of(other, shown_class(other, &other.class_name)))
        .collect();
    others.sort_by(|a, b| b.bytes_per_iteration.total_cmp(&a.bytes_per_iteration));
    others.truncate(MOST_CLASSES);
    classes.append(&mut others);
    classes
}

/// The most classes listed per suspect.
const MOST_CLASSES: usize = 100;

/// The candidates that are elements of the growth point like the main one, which comes first: kinds of objects
/// in one list. Values (the keys of a Map, say) do not count as kinds.
fn siblings(case: &Case) -> Vec<&Candidate> {
    let alike = |other: &&Candidate| {
        other.growth == Grown::Number
            && (other.parent, &other.label) == (case.main.parent, &case.main.label)
            && !other.class_name.starts_with('(')
    };
    let mut list = vec![&case.main];
    if !case.main.class_name.starts_with('(') {
        list.extend(case.others.iter().filter(alike));
    }
    list
}

fn upto_growth_point(steps: &[Step]) -> &[Step] {
    let end = steps.iter().position(|s| s.role == Some(Role::GrowthPoint));
    end.map_or(steps, |at| &steps[..=at])
}

/// Plain objects are shown by their shape, all others by the folded class.
fn shown_class(candidate: &Candidate, member: &str) -> String {
    match candidate.class_name.as_str() {
        "Object" => member.to_owned(),
        name if name.starts_with("system / Context") => "context".to_owned(),
        "()" => member.to_owned(),
        "system / JSProxy" => "Proxy".to_owned(),
        name if name == "global" || name.starts_with("Object / ") || name.starts_with("global /") => {
            "globalThis".to_owned()
        }
        name => name.to_owned(),
    }
}

fn kind(scene: Scene<'_>, case: &Case, steps: &[Step]) -> GrowthKind {
    let Some(at) = case.site.at else { return GrowthKind::Root };
    let graph = scene.graph;
    if case.main.growth == Grown::Size {
        // All of Node hangs below the global object: its own growth is nobody's.
        if graph.user_roots().contains(&at) {
            return GrowthKind::Root;
        }
        return if case.main.class_name == "(string)" { GrowthKind::String } else { GrowthKind::InPlace };
    }
    if matches!(&*graph.node_name(at), "TimersList" | "ImmediateList") {
        return GrowthKind::Timers;
    }
    if case.site.chain {
        return if case.main.class_name == "(string)" { GrowthKind::String } else { GrowthKind::Chain };
    }
    let above = upto_growth_point(steps);
    let via =
        |name: &str| above.iter().rev().take(3).any(|s| matches!(&s.link, Link::Property(p) if p == name));
    if is_context(graph, at) {
        return GrowthKind::Context;
    }
    match (graph.columns().nodes.kind[at.at()], &*graph.node_name(at)) {
        (NodeKind::OBJECT, "Array" | "Object") if via("_events") => GrowthKind::Listeners,
        (NodeKind::OBJECT, "Array") => GrowthKind::Array,
        (NodeKind::OBJECT, "Map") => GrowthKind::Map,
        (NodeKind::OBJECT, "Set") => GrowthKind::Set,
        (NodeKind::OBJECT, "WeakMap") => GrowthKind::WeakMap,
        (NodeKind::OBJECT, _) if case.main.label == "{}" || is_dictionary(graph.columns(), at) => {
            GrowthKind::Dictionary
        }
        (NodeKind::CLOSURE, _) => GrowthKind::Closure,
        (NodeKind::NATIVE, _) => GrowthKind::Native,
        _ => GrowthKind::Object,
    }
}

/// Bytes held now by all that grows here: whole subtrees of what multiplies, the object alone of what swells.
fn retained(scene: Scene<'_>, case: &Case) -> u64 {
    let of = |candidate: &Candidate| -> u64 {
        let group = scene.fold.groups.iter().find(|group| group.signature == candidate.signature);
        group.map_or(0, |group| if candidate.growth == Grown::Number { group.retained } else { group.bytes })
    };
    case.all().filter(|candidate| !candidate.inside).map(of).sum()
}

fn growth_elements(scene: Scene<'_>, digests: &[&Digest], case: &Case) -> Vec<Option<u64>> {
    match case.site.at {
        Some(at) if case.main.growth == Grown::Number && !case.site.chain => {
            elements(digests, scene.fold, at)
        }
        Some(_) if case.site.chain => case.main.counts.clone(),
        Some(_) => case.main.elements.clone(),
        None => Vec::new(),
    }
}

/// The steps as a report shows them.
pub(crate) fn hops(graph: &Graph, places: &Places<'_>, steps: &[Step]) -> Vec<Hop> {
    steps
        .iter()
        .map(|step| Hop {
            edge: edge_text(&step.link),
            name: places.name(step.node),
            kind: places.kind(step.node).to_owned(),
            id: graph.columns().nodes.id[step.node.at()],
            location: places.of(step.node),
            role: step.role,
            repeats: step.repeats.map(|(times, _)| times),
            repeated_hops: step.repeats.map(|(_, hops)| hops),
        })
        .collect()
}

fn edge_text(link: &Link) -> String {
    match link {
        Link::Root => "(root)".to_owned(),
        Link::Property(name) | Link::Variable(name) => name.clone(),
        Link::Element(Some(index)) => format!("[{index}]"),
        Link::Element(None) => "[]".to_owned(),
        Link::Entry(key) => format!("get('{key}')"),
        Link::Internal(name) => format!("({name})"),
        Link::Via => "(via several)".to_owned(),
    }
}
