//! The same objects, but bigger: arrays of numbers, strings that are appended to, buffers.

use super::{Clues, Words};
use crate::report::GrowthKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    let it = clues.name_or_it();
    match clues.kind {
        GrowthKind::String => Some(Words {
            category: "growing-string",
            what: Some("a string".to_owned()),
            place: None,
            code: None,
            hint: format!(
                "{it} is appended to and never cut. Write it out in pieces, or keep only its tail."
            ),
        }),
        GrowthKind::InPlace => Some(Words {
            category: "growing-object",
            what: None,
            place: None,
            code: None,
            hint: format!(
                "The same object gets bigger: values are added to {it} and never removed. Bound its size or \
                 remove entries when they are no longer needed."
            ),
        }),
        _ => None,
    }
}
