//! Finds a piece of text in names and strings. ASCII letters match whatever their case; other characters match
//! themselves.

use crate::graph::Bits;
use crate::ids::StrIdx;
use crate::parse::strings::Strings;
use std::thread;

/// Whether `text` contains `piece`.
pub fn contains(text: &[u8], piece: &[u8]) -> bool {
    piece.is_empty() || text.windows(piece.len()).any(|window| window.eq_ignore_ascii_case(piece))
}

/// The strings that contain `piece`, which must not be empty.
///
/// The whole table is searched as one text for the piece's rarest character; what surrounds it decides. `threads`
/// share the table.
pub fn strings_with(strings: &Strings, piece: &[u8], threads: usize) -> Bits {
    let mut found = Bits::new(strings.len());
    let share = strings.len().div_ceil(threads.max(1)).max(1);
    let parts: Vec<Vec<StrIdx>> = thread::scope(|scope| {
        let search = |first: usize| {
            let end = (first + share).min(strings.len());
            move || hits(strings, piece, StrIdx::from(first), StrIdx::from(end))
        };
        let mut starts = (0..strings.len()).step_by(share);
        let here = starts.next().map(search);
        let others: Vec<_> = starts.map(|first| scope.spawn(search(first))).collect();
        let here = here.map(|search| search()).unwrap_or_default();
        let others = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(here).chain(others).collect()
    });
    parts.into_iter().flatten().for_each(|string| found.set(string.at()));
    found
}

/// Those of `first .. end` that contain the piece.
fn hits(strings: &Strings, piece: &[u8], first: StrIdx, end: StrIdx) -> Vec<StrIdx> {
    let mut found = Vec::new();
    let start = |string: StrIdx| if string.0 == 0 { 0 } else { strings.end(StrIdx(string.0 - 1)) };
    let Some((ahead, &rare)) = piece.iter().enumerate().min_by_key(|(_, byte)| frequency(**byte)) else {
        return found;
    };
    let (lower, upper) = (rare.to_ascii_lowercase(), rare.to_ascii_uppercase());
    let arena = &strings.arena()[..start(end)];
    let mut string = first;
    let mut at = start(first);
    // Each turn finds one string, or one that is none.
    while let Some(step) = memchr::memchr2(lower, upper, &arena[at.min(arena.len())..]) {
        let hit = at + step;
        at = hit + 1;
        let Some(from) = hit.checked_sub(ahead) else { continue };
        let Some(window) = arena.get(from..from + piece.len()) else { continue };
        if !window.eq_ignore_ascii_case(piece) {
            continue;
        }
        string = near(strings, from, string);
        // It may begin in one string and end in the next, which is none.
        if from + piece.len() <= strings.end(string) && from >= start(string) {
            found.push(string);
            at = strings.end(string);
        }
    }
    found
}

/// The string at that offset, which is likely to be near.
fn near(strings: &Strings, offset: usize, from: StrIdx) -> StrIdx {
    let mut string = from;
    for _ in 0..8 {
        if strings.end(string) > offset {
            return string;
        }
        string.0 += 1;
    }
    strings.at_offset(offset, string)
}

/// How frequent a character is in the names and texts of programs, as a rank.
fn frequency(byte: u8) -> usize {
    const FREQUENT_LAST: &[u8] = b"zqxjkvbywgpfmuhd_.:/-9876543210clnsiorat e";
    let byte = byte.to_ascii_lowercase();
    FREQUENT_LAST.iter().position(|&each| each == byte).map_or(0, |rank| rank + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(texts: &[String]) -> Strings {
        let mut strings = Strings::default();
        texts.iter().for_each(|text| {
            strings.push(text.as_bytes());
        });
        strings
    }

    #[test]
    fn case_counts_only_outside_ascii() {
        assert!(contains(b"HttpServer", b"SERVER") && contains(b"x", b"") && !contains(b"", b"x"));
        let strings = table(&["Äpfel".into(), "äpfel".into(), "ÄPFEL".into()]);
        assert_eq!(strings_with(&strings, "Äpfel".as_bytes(), 1).iter().collect::<Vec<_>>(), [0, 2]);
    }

    proptest! {
        #[test]
        fn equals_asking_each_string(
            texts in proptest::collection::vec("[abAB .]{0,6}", 0..40),
            piece in "[abAB .]{1,4}",
            threads in 1usize..4,
        ) {
            let expected: Vec<usize> = (0..texts.len())
                .filter(|&at| texts[at].to_ascii_lowercase().contains(&piece.to_ascii_lowercase()))
                .collect();
            let found = strings_with(&table(&texts), piece.as_bytes(), threads);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
    }
}
