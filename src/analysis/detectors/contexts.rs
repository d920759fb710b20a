//! Chains through closures: each new closure or object keeps the one before by a captured variable.

use super::{Clues, Words};
use crate::analysis::path::Link;
use crate::analysis::places::is_context;
use crate::report::GrowthKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    if clues.kind != GrowthKind::Chain {
        return None;
    }
    let through_context = clues.below().iter().any(|step| is_context(clues.scene.graph, step.node));
    let variable = clues.below().iter().find_map(|step| match &step.link {
        Link::Variable(name) => Some(name.clone()),
        _ => None,
    });
    match variable {
        Some(name) if through_context => Some(Words {
            category: "closure-context",
            what: None,
            place: None,
            code: None,
            hint: format!(
                "Each closure keeps the one before through the captured variable `{name}`: all closures made in \
                 one scope share its variables, even one that is never called. Set `{name}` to null at the end \
                 of the function, or create the closure where `{name}` is not in scope."
            ),
        }),
        _ => Some(Words {
            category: "chain",
            what: None,
            place: None,
            code: None,
            hint:
                "Each new object refers to the one before, so none can be freed while the newest is in use. \
                   Cut the link once the older one is no longer needed."
                    .to_owned(),
        }),
    }
}
