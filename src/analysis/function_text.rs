//! Functions in the text of a program: how far one reaches, and which others of the same text it calls by name.
//!
//! In: a script's text and where V8 says that a function begins. Out: byte ranges. Text is not a program: what is called
//! through a variable is not found, and of two functions of a name both are.

use crate::analysis::source_text::{is_name, is_part};
use memchr::memmem;
use rustc_hash::FxHashSet;
use std::ops::Range;

/// Functions that are followed from one.
const MOST: usize = 32;
/// Names that are looked up for one.
const MOST_NAMES: usize = 256;
/// No function is longer, …
const LONGEST: usize = 256 * 1024;
/// … and in a longer text none is looked for.
const LONGEST_TEXT: usize = 1024 * 1024;
/// What is followed by a parenthesis and is no call.
const WORDS: [&[u8]; 9] =
    [b"if", b"for", b"while", b"switch", b"catch", b"function", b"return", b"typeof", b"await"];

/// The function that begins at `at`, and those that it calls, by way of others too.
pub fn reachable(text: &[u8], at: usize) -> Vec<Range<usize>> {
    if text.len() > LONGEST_TEXT {
        return Vec::new();
    }
    let mut found: Vec<Range<usize>> = extent(text, at).into_iter().collect();
    let mut names: FxHashSet<&[u8]> = FxHashSet::default();
    let mut next = 0;
    while let Some(range) = found.get(next).cloned() {
        next += 1;
        for name in called(text, range) {
            if names.len() >= MOST_NAMES || !names.insert(name) {
                continue;
            }
            for definition in defined(text, name) {
                if found.len() < MOST && !found.contains(&definition) {
                    found.push(definition);
                }
            }
        }
    }
    found
}

/// From the parameters, or what comes before them, to the end of the body.
fn extent(text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut at = start;
    // `async`, `function*`, a name, a parameter without parentheses
    while text.get(at).is_some_and(|&b| is_part(b) || matches!(b, b' ' | b'*' | b'#')) {
        at += 1;
    }
    if text.get(at) == Some(&b'(') {
        at = blank(text, matching(text, at)?);
    }
    let end = match text.get(at..)? {
        [b'=', b'>', ..] => match blank(text, at + 2) {
            body if text.get(body) == Some(&b'{') => matching(text, body)?,
            body => expression_end(text, body),
        },
        [b'{', ..] => matching(text, at)?,
        _ => return None,
    };
    Some(start..end)
}

/// The names in a range that are called.
fn called(text: &[u8], range: Range<usize>) -> Vec<&[u8]> {
    let mut names: Vec<&[u8]> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if !is_part(text[at]) && text[at] != b'#' {
            at = skip(text, at);
            continue;
        }
        let end = at + 1 + text[at + 1..range.end].iter().take_while(|&&b| is_part(b)).count();
        let name = &text[at..end];
        let rest = text[end..].strip_prefix(b"?.").unwrap_or(&text[end..]);
        if rest.first() == Some(&b'(') && !WORDS.contains(&name) && !names.contains(&name) {
            names.push(name);
        }
        at = end;
    }
    names
}

/// The functions of that name: `name() {}`, `name = () => {}`, `name: function () {}`.
fn defined(text: &[u8], name: &[u8]) -> Vec<Range<usize>> {
    let found = memmem::find_iter(text, name).filter(|&at| is_name(text, at, name.len()));
    found
        .filter_map(|at| {
            let after = blank(text, at + name.len());
            match text.get(after..)? {
                [b'(', ..] => extent(text, after).filter(|range| !is_arrow(text, range)),
                [b'=', next, ..] if !matches!(next, b'=' | b'>') => extent(text, blank(text, after + 1)),
                [b':', ..] => extent(text, blank(text, after + 1)),
                _ => None,
            }
        })
        .collect()
}

/// Whether what looks like a method, `name(…) => …`, is a call whose argument list stands before an arrow.
fn is_arrow(text: &[u8], range: &Range<usize>) -> bool {
    matching(text, range.start).is_some_and(|end| text[blank(text, end)..].starts_with(b"=>"))
}

/// Behind what closes the bracket at `open`.
fn matching(text: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    while at < text.len().min(open + LONGEST) {
        match text[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at = skip(text, at);
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Where the body of an arrow function without braces ends.
fn expression_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < text.len().min(start + LONGEST) {
        match text[at] {
            b'(' | b'[' | b'{' => match matching(text, at) {
                Some(end) => at = end,
                None => return at,
            },
            b')' | b']' | b'}' | b',' | b';' => return at,
            b'\n' if text.get(blank(text, at)).is_none_or(|&next| is_part(next)) => return at,
            _ => at = skip(text, at),
        }
    }
    at
}

/// Behind the string, the comment or the regular expression that begins at `at`, otherwise the next byte.
fn skip(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let long = match rest {
        [quote @ (b'"' | b'\'' | b'`'), inside @ ..] => 1 + closed(inside, *quote),
        [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        [b'/', b'*', ..] => memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2),
        [b'/', inside @ ..] if begins_expression(text, at) => 1 + closed(inside, b'/'),
        _ => 1,
    };
    at + long
}

/// How long it is to the end of a literal; a regular expression ends with its line at the latest.
fn closed(inside: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = inside.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if quote != b'`' => return at,
            _ if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    inside.len()
}

/// Whether an operand may begin here, so that a slash is no division.
fn begins_expression(text: &[u8], at: usize) -> bool {
    text[..at].trim_ascii_end().last().is_none_or(|before| b"(,=:[!&|?{};+".contains(before))
}

/// The next byte that is no white space.
fn blank(text: &[u8], at: usize) -> usize {
    at + text.get(at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_whitespace()).count())
}

#[cfg(test)]
mod tests {
    use super::reachable;

    /// The function that begins behind `@`, and what it reaches.
    fn of(code: &str) -> Vec<String> {
        let at = code.find('@').unwrap();
        let text = format!("{}{}", &code[..at], &code[at + 1..]);
        let ranges = reachable(text.as_bytes(), at);
        ranges.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn a_function_ends_where_its_body_does() {
        for (code, function) in [
            ("setTimeout(@() => open.delete(id), 60_000);", "() => open.delete(id)"),
            ("f(@k => { a('}'); /* } */ b(/[)}]/) }, 5)", "k => { a('}'); /* } */ b(/[)}]/) }"),
            ("function tick@() { if (a) { b(`}`) } }\nx", "() { if (a) { b(`}`) } }"),
            ("const f = @async () => a.b(1)\nconst g = 2", "async () => a.b(1)"),
            (
                "f(@async function* ({ a } = {}) { yield 4 / 2; }, 1)",
                "async function* ({ a } = {}) { yield 4 / 2; }",
            ),
        ] {
            assert_eq!(of(code), [function], "{code}");
        }
        for code in ["@", "@(", "@() =>", "@x", "@() { '", "@() { /"] {
            assert!(of(code).len() <= 1, "{code}");
        }
    }

    #[test]
    fn what_it_calls_is_followed() {
        let class = "class S { constructor() { setInterval(@() => this.#sweep(), 9) } \
                     #sweep() { for (const k of this.m) if (old(k)) this.drop(k); } \
                     drop(k) { this.m.delete(k); } add(k) { this.m.set(k) } } \
                     const old = (k) => k.at < 5, young = (k) => !old(k);";
        assert_eq!(
            of(class),
            [
                "() => this.#sweep()",
                "() { for (const k of this.m) if (old(k)) this.drop(k); }",
                "(k) => k.at < 5",
                "(k) { this.m.delete(k); }",
            ]
        );
        assert_eq!(of("f(@() => a(), 1); function a() { b() } function b() { a() }").len(), 3);
        assert_eq!(of("f(@() => { if (x) { g(y, (z) => z) } }, 1); g(1, (z) => { h() })").len(), 1);
    }
}
