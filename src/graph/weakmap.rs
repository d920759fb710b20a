//! The names V8 gives the two edges to a WeakMap's value.
//!
//! A WeakMap's value lives as long as its key *and* the table, and V8 writes two internal edges for it, one
//! from the table and one from the key, both named
//! `<n> / part of key (<name> @<id>) -> value (<name> @<id>) pair in WeakMap (table @<id>)`
//! where only `<n>` differs. DevTools recognizes them by a regular expression
//! (`tryParseWeakMapEdgeName`); this is the same language, read from both ends.

/// One parsed edge name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair<'a> {
    /// The name without its leading number: equal in both edges of the pair, different between pairs.
    pub identity: &'a [u8],
    /// The object id of the WeakMap's table.
    pub table: u64,
}

impl<'a> Pair<'a> {
    /// `None` if the name is an ordinary one.
    pub fn parse(name: &'a [u8]) -> Option<Self> {
        let digits = name.iter().take_while(|b| b.is_ascii_digit()).count();
        let identity = &name[digits..];
        let rest = identity.strip_prefix(b" / part of key (").filter(|_| digits > 0)?;

        let rest = rest.strip_suffix(b")")?;
        let (rest, table) = strip_number(rest)?;
        let rest = rest.strip_suffix(b") pair in WeakMap (table @")?;
        let (rest, _value_id) = strip_number(rest)?;
        let rest = rest.strip_suffix(b" @")?;

        // What is left is `<key name> @<id>) -> value (<value name>`. Names may contain anything but a
        // line break, the arrow too, so any arrow that follows a number will do.
        let arrow = memchr::memchr_iter(b'>', rest).any(|tip| {
            let key = rest[..tip].strip_suffix(b") -").filter(|_| rest[tip..].starts_with(b"> value ("));
            key.and_then(strip_number).is_some_and(|(key, _)| key.ends_with(b" @"))
        });
        (arrow && !has_line_break(rest)).then_some(Self { identity, table })
    }
}

/// The table's id alone, of a name known to parse.
pub fn table_of(name: &[u8]) -> Option<u64> {
    name.strip_suffix(b")").and_then(strip_number).map(|(_, table)| table)
}

/// Splits the decimal number off the end. One too large for 64 bits equals no object id, so it saturates.
fn strip_number(text: &[u8]) -> Option<(&[u8], u64)> {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let (rest, number) = text.split_at(text.len() - digits);
    let value = number.iter().fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
    Some((rest, value))
}

/// What `.` does not match in a JavaScript regular expression: LF, CR, U+2028, U+2029.
fn has_line_break(text: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', text).is_some()
        || memchr::memchr_iter(0xe2, text).any(|at| matches!(text[at..], [_, 0x80, 0xa8 | 0xa9, ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "12 / part of key (Foo @101) -> value (Bar @203) pair in WeakMap (table @55)";

    #[test]
    fn reads_v8s_name() {
        let pair = Pair::parse(NAME.as_bytes()).unwrap();
        assert_eq!(pair.table, 55);
        assert_eq!(table_of(NAME.as_bytes()), Some(55));
        assert_eq!(pair.identity, &NAME.as_bytes()[2..]);
    }

    #[test]
    fn names_may_contain_anything_but_a_line_break() {
        for key in ["", "a) -> value (b", "é@1", "a @9) -> value ("] {
            let name = format!("0 / part of key ({key} @1) -> value (v @2) pair in WeakMap (table @3)");
            assert!(Pair::parse(name.as_bytes()).is_some(), "{name}");
        }
        for key in ["a\nb", "a\rb", "a\u{2028}b"] {
            let name = format!("0 / part of key ({key} @1) -> value (v @2) pair in WeakMap (table @3)");
            assert!(Pair::parse(name.as_bytes()).is_none(), "{name:?}");
        }
    }

    #[test]
    fn ordinary_names_are_not_pairs() {
        for name in ["", "0", "elements", "12 / part of key (", &NAME[2..], &NAME[..NAME.len() - 1]] {
            assert!(Pair::parse(name.as_bytes()).is_none(), "{name}");
        }
        assert!(Pair::parse(NAME.replace("@101", "@").as_bytes()).is_none());
        assert!(Pair::parse(NAME.replace("@203", "203").as_bytes()).is_none());
    }
}
