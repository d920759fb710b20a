//! Promises that never settle, or a chain that each unit of work makes longer.

use super::{Clues, Words};
use crate::report::GrowthKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    reactions(clues).or_else(|| pending(clues))
}

/// One promise that stays pending, and a reaction of each unit of work that waits for it.
fn reactions(clues: &Clues<'_>) -> Option<Words> {
    let at = clues.site.at.filter(|_| clues.kind != GrowthKind::Chain)?;
    (clues.node_name(at) == "Promise").then(|| Words {
        category: "promise-reactions",
        what: Some("reactions (`then`, `await`, `Promise.race`)".to_owned()),
        place: None,
        code: None,
        hint: format!(
            "Each unit of work waits for one promise that stays pending, {}, and that keeps a reaction for each, with \
             what it refers to. Wait for something that settles, such as a promise or signal per unit of work.",
            clues.name_or_it()
        ),
    })
}

fn pending(clues: &Clues<'_>) -> Option<Words> {
    let name = |class: &str| clues.class_name == class;
    if clues.kind == GrowthKind::Chain && (name("Promise") || clues.classes.iter().any(|c| c == "Promise")) {
        return Some(Words {
            category: "promise-chain",
            what: Some("promises, each waiting for the one before".to_owned()),
            place: None,
            code: None,
            hint: "Each unit of work appends to one promise chain that never settles, so every link stays. \
                   Await and drop the chain, or start a new one once the old one has settled."
                .to_owned(),
        });
    }
    let pending = name("Promise") || name("Generator") || name("AsyncFunction") || name("AsyncGenerator");
    pending.then(|| Words {
        category: "promises",
        what: None,
        place: None,
 code: None,
        hint: "Promises (or the functions awaiting them) pile up: something they wait for never happens, or \
               they are kept after it has. Settle or drop them, with a timeout if the other side may be silent."
            .to_owned(),
    })
}
