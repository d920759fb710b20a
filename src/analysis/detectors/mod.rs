//! Detectors: one file per kind of leak, one ordered list.
//!
//! A detector recognises a kind from the growth point and the path and adds words: the category, what grows in
//! the user's terms, and the fix. The evidence (growth point, counts, path) comes from the common analysis and
//! stands without it. The first detector that speaks wins, so the special ones come first.

mod collections;
mod contexts;
mod growing_values;
mod handles;
mod listeners;
mod node_lists;
mod promises;
mod timers;
mod vm_contexts;

use crate::analysis::growth_point::{Scene, Site};
use crate::analysis::path::{Link, Step};
use crate::analysis::places::{Places, property};
use crate::ids::NodeIdx;
use crate::report::GrowthKind;

/// What a detector may look at.
pub struct Clues<'a> {
    pub scene: Scene<'a>,
    pub places: &'a Places<'a>,
    pub site: &'a Site,
    /// From the root to the leaked object.
    pub steps: &'a [Step],
    pub kind: GrowthKind,
    /// The leaked class, as shown.
    pub class_name: &'a str,
    /// All classes that pile up at the growth point.
    pub classes: &'a [String],
    /// The growth point in words.
    pub grows_at: &'a str,
    /// The growth point as an expression: `app.state.items`.
    pub expression: Option<&'a str>,
}

/// What a detector says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub category: &'static str,
    /// What grows, in the user's terms; it replaces "`Class`" in the sentence when given.
    pub what: Option<String>,
    /// Where it grows, when that can be said better than by the growth point's own words.
    pub place: Option<String>,
    /// The function to blame, when it is not the leaked object's class: a timer's callback.
    pub code: Option<NodeIdx>,
    /// The fix, in one sentence.
    pub hint: String,
}

type Detector = fn(&Clues<'_>) -> Option<Words>;

const IN_ORDER: &[Detector] = &[
    timers::words,
    vm_contexts::words,
    node_lists::words,
    handles::words,
    listeners::words,
    promises::words,
    contexts::words,
    growing_values::words,
    collections::words,
];

/// The words of the first detector that recognises the kind.
pub fn words(clues: &Clues<'_>) -> Words {
    IN_ORDER.iter().find_map(|detector| detector(clues)).unwrap_or_else(|| collections::otherwise(clues))
}

impl Clues<'_> {
    /// The steps up to the growth point.
    pub fn above(&self) -> &[Step] {
        let end = self.steps.iter().position(|s| s.role == Some(crate::report::Role::GrowthPoint));
        &self.steps[..end.map_or(0, |at| at + 1)]
    }

    /// The steps after the growth point, to the leaked object.
    pub fn below(&self) -> &[Step] {
        &self.steps[self.above().len()..]
    }

    /// The target of a node's property.
    pub fn property(&self, node: NodeIdx, name: &str) -> Option<NodeIdx> {
        property(self.scene.graph, node, name.as_bytes())
    }

    pub fn node_name(&self, node: NodeIdx) -> String {
        self.scene.graph.node_name(node).into_owned()
    }

    /// The position, counted from the growth point upwards, of the nearest step whose object has this class.
    pub fn class_above(&self, class: &str, within: usize) -> Option<&Step> {
        self.above().iter().rev().take(within).find(|step| self.node_name(step.node) == class)
    }

    /// Whether a step near the growth point is reached by a property of this name.
    pub fn property_above(&self, name: &str, within: usize) -> Option<usize> {
        let above = self.above();
        let from = above.len().saturating_sub(within);
        (from..above.len()).rev().find(|&at| matches!(&above[at].link, Link::Property(p) if p == name))
    }

    pub fn name_or_it(&self) -> String {
        self.expression.map_or_else(|| "it".to_owned(), |e| format!("`{e}`"))
    }
}
