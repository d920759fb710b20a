//! What a program compares the length of a container with, found in its text: `if (recent.length > 500)`. A number that is
//! written in code is nowhere in a heap.
//!
//! In: a script's text and a container's name in it. Out: [`LengthCheck`]s. This reads text, not a program: a comparison that
//! it takes for one of this container may be one of another of the same name.

use crate::analysis::source_text::{is_part, is_that, number, owner_start};
use memchr::memmem;

/// `text` as it is written, one side of which is how much the container has.
#[derive(Clone, Debug, PartialEq)]
pub struct LengthCheck {
    pub text: String,
    pub with: Operand,
}

/// The other side.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Number(f64),
    /// A variable, or the last name of `this.options.keep`.
    Name(String),
}

/// Longer ones are not shown, and not meant.
const LONGEST: usize = 80;
/// Shorter names are of counters: `i < list.length`.
const SHORTEST: usize = 3;
const LENGTHS: [&[u8]; 2] = [b"size", b"length"];
/// Longer operators first. `-` and `=` shorten: `list.splice(0, list.length - 100)`, `list.length = 100`.
const AFTER: [&[u8]; 8] = [b"===", b"==", b">=", b"<=", b">", b"<", b"-", b"="];
const BEFORE: [&[u8]; 5] = [b"===", b"==", b">=", b"<=", b"<"];

/// All of one container: a variable, or a property of something.
pub fn length_checks(text: &[u8], name: &str, is_property: bool) -> Vec<LengthCheck> {
    if name.is_empty() {
        return Vec::new();
    }
    memmem::find_iter(text, name.as_bytes())
        .filter(|&at| is_that(text, at, name, is_property))
        .filter_map(|at| {
            let end = at + name.len();
            kept(text, at, end).or_else(|| {
                let length = length_end(text, end)?;
                after(text, at, length).or_else(|| before(text, at, length))
            })
        })
        .collect()
}

/// `list.slice(-100)`
fn kept(text: &[u8], at: usize, end: usize) -> Option<LengthCheck> {
    let rest = text[end..].strip_prefix(b".slice(-")?;
    let (with, length) = operand(rest)?;
    let close = rest[length..].trim_ascii_start().first() == Some(&b')');
    close.then(|| length_check(text, at, text.len() - rest.len() + length + 1, with)).flatten()
}

/// Where `.length` ends that follows a name, or `Object.keys(name)`.
fn length_end(text: &[u8], end: usize) -> Option<usize> {
    let rest = &text[end..];
    let rest = rest.strip_prefix(b")").unwrap_or(rest);
    let rest = rest.strip_prefix(b"?.").or_else(|| rest.strip_prefix(b"."))?;
    let rest = LENGTHS.iter().find_map(|length| rest.strip_prefix(*length))?;
    (!rest.first().is_some_and(|&next| is_part(next))).then_some(text.len() - rest.len())
}

/// `list.length > 500`
fn after(text: &[u8], at: usize, length_end: usize) -> Option<LengthCheck> {
    let rest = text[length_end..].trim_ascii_start();
    let operator = AFTER.iter().find(|operator| rest.starts_with(operator))?;
    let rest = &rest[operator.len()..];
    // `>>`, `=>`, `-=`
    if rest.first().is_some_and(|next| b"<>=-".contains(next)) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let (with, length) = operand(rest)?;
    length_check(text, at, text.len() - rest.len() + length, with)
}

/// `500 < list.length`
fn before(text: &[u8], at: usize, length_end: usize) -> Option<LengthCheck> {
    let start = owner_start(text, at);
    let start = text[..start].strip_suffix(b"Object.keys(").map_or(start, <[u8]>::len);
    let rest = text[..start].trim_ascii_end();
    let operator = BEFORE.iter().find(|operator| rest.ends_with(operator))?;
    let rest = rest[..rest.len() - operator.len()].trim_ascii_end();
    let from = owner_start(rest, rest.len());
    let (with, length) = operand(&rest[from..])?;
    let counts = matches!(&with, Operand::Name(name) if name.len() < SHORTEST);
    (from + length == rest.len() && !counts).then(|| length_check(text, from, length_end, with)).flatten()
}

fn length_check(text: &[u8], from: usize, to: usize, with: Operand) -> Option<LengthCheck> {
    let text = std::str::from_utf8(text.get(from..to)?).ok()?;
    (text.len() <= LONGEST && !text.contains('\n')).then(|| LengthCheck { text: text.to_owned(), with })
}

/// A number or a name at the beginning, and how long it is.
fn operand(text: &[u8]) -> Option<(Operand, usize)> {
    if let Some((value, length)) = number(text) {
        return Some((Operand::Number(value), length));
    }
    let length = text.iter().take_while(|&&b| is_part(b) || b == b'.' || b == b'#').count();
    let path = std::str::from_utf8(&text[..length]).ok()?;
    let last = path.rsplit('.').next().filter(|last| !last.is_empty())?;
    // What is called, or indexed, is no limit.
    let called = text.get(length).is_some_and(|next| b"([".contains(next));
    (!called).then(|| (Operand::Name(last.to_owned()), length))
}

#[cfg(test)]
mod tests {
    use super::{Operand, length_checks};

    fn found(text: &str, name: &str) -> Vec<(String, Operand)> {
        let is_property = text.contains(&format!(".{name}"));
        length_checks(text.as_bytes(), name, is_property).into_iter().map(|c| (c.text, c.with)).collect()
    }

    fn one(text: &str, name: &str, shown: &str, with: Operand) {
        assert_eq!(found(text, name), [(shown.to_owned(), with)], "{text}");
    }

    #[test]
    fn lengths_are_compared_with_numbers() {
        let n = Operand::Number;
        one("if (cache.size > 500) f();", "cache", "cache.size > 500", n(500.0));
        one("while(this.#items.length>=1e3){", "#items", "#items.length>=1e3", n(1000.0));
        one("if (2_000 <= list.length) f()", "list", "2_000 <= list.length", n(2000.0));
        one("Object.keys(byId).length === 10 * 1000)", "byId", "byId).length === 10 * 1000", n(10_000.0));
        one("list.splice(0, list.length - 100)", "list", "list.length - 100", n(100.0));
        one("list = list.slice(-50);", "list", "list.slice(-50)", n(50.0));
        one("list.length = 20", "list", "list.length = 20", n(20.0));
    }

    #[test]
    fn lengths_are_compared_with_names() {
        let name = |name: &str| Operand::Name(name.to_owned());
        one("q.length > KEEP)", "q", "q.length > KEEP", name("KEEP"));
        one("q.length > this.options.keep)", "q", "q.length > this.options.keep", name("keep"));
        one("q.length > this.#keep)", "q", "q.length > this.#keep", name("#keep"));
        one("if (KEEP < q.length)", "q", "KEEP < q.length", name("KEEP"));
    }

    #[test]
    fn what_is_no_comparison_of_it_is_left_out() {
        for text in [
            "myq.length > 5",
            "q.lengths > 5",
            "q.length > f(5)",
            "for (; i < q.length; i++)",
            "q.length >> 5",
            "x => q.length",
            "// q.length > 5",
            " * q.length > 5",
            "q.push(5)",
            "q.length > ",
            "q",
            "",
        ] {
            assert_eq!(found(text, "q"), [], "{text}");
        }
        assert_eq!(found("q", ""), []);
        assert!(length_checks(b"this.q.length > 5", "q", false).is_empty());
        assert!(length_checks(b"q.length > 5", "q", true).is_empty());
        assert!(!found("open('http://x'); q.length > 5", "q").is_empty());
    }
}
