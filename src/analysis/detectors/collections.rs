//! Only in, never out: arrays, Maps, Sets and dictionary objects.

use super::{Clues, Words};
use crate::report::GrowthKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    let it = clues.name_or_it();
    let (category, hint) = match clues.kind {
        GrowthKind::Array => (
            "array",
            format!(
                "Elements are pushed to {it} and never removed. Remove each when it is done with, or bound its length."
            ),
        ),
        GrowthKind::Map => (
            "map",
            format!(
                "Entries are added to {it} and never deleted. Delete them when done, bound its size (LRU), or use a \
                 WeakMap if the keys are objects that live elsewhere."
            ),
        ),
        GrowthKind::Set => (
            "set",
            format!("Values are added to {it} and never deleted. Delete them when done, or use a WeakSet."),
        ),
        GrowthKind::WeakMap => (
            "weakmap",
            format!("{it} holds its values as long as their keys live, and something else keeps the keys."),
        ),
        GrowthKind::Dictionary => (
            "object-cache",
            format!(
                "Keys are added to {it} and never deleted. Delete them when done, or use a bounded cache."
            ),
        ),
        _ => return None,
    };
    Some(Words { category, what: None, place: None, code: None, hint })
}

/// What can be said of any growth point.
pub fn otherwise(clues: &Clues<'_>) -> Words {
    Words {
        category: "retained",
        what: None,
        place: None,
        code: None,
        hint: match clues.kind {
            GrowthKind::Root => "No single object of the program keeps them: look at what each of them is \
                                 waiting for (handles, callbacks, pending work)."
                .to_owned(),
            _ => format!(
                "{} keeps every one of them. Let go of each when it is done with.",
                capital(clues.grows_at)
            ),
        },
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
