//! Small questions about the text of a program: names, numbers, comments. This reads text, not a program.

use memchr::memmem;

/// On the average.
const LONGEST_LINES: usize = 250;

/// Where the expression begins that ends at `at`: that of `this.` in `this.list`.
pub fn owner_start(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take_while(|&&b| is_part(b) || b == b'.').count()
}

/// Whether that name in the text is the container's.
pub fn is_that(text: &[u8], at: usize, name: &str, is_property: bool) -> bool {
    is_name(text, at, name.len()) && text[..at].ends_with(b".") == is_property && !in_comment(text, at)
}

/// Whether people could read it. Where all is on one line, everything is called `e`.
pub fn is_readable(text: &[u8]) -> bool {
    text.len() <= LONGEST_LINES * (1 + memchr::memchr_iter(b'\n', text).count())
}

/// Whether those bytes are an identifier, and not a part of one.
pub fn is_name(text: &[u8], at: usize, length: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    !before.into_iter().chain(text.get(at + length)).any(|&near| is_part(near))
}

/// Whether it stands in a comment, as far as its line tells.
pub fn in_comment(text: &[u8], at: usize) -> bool {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    let line = &text[start..at];
    line.trim_ascii_start().starts_with(b"*")
        || memmem::rfind(line, b"//").is_some_and(|at| !line[..at].ends_with(b":"))
}

/// Whether the byte may be part of an identifier.
pub fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// A name in small letters, without what joins its words: `#maxAge`, `MAX_AGE`.
pub fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The numbers that are assigned to that name: `const KEEP = 500`, `{ keep: 500 }`.
pub fn assigned(text: &[u8], name: &str) -> Vec<f64> {
    memmem::find_iter(text, name.as_bytes())
        .filter(|&at| is_name(text, at, name.len()) && !in_comment(text, at))
        .filter_map(|at| {
            let rest = text[at + name.len()..].trim_ascii_start();
            let value = rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b":"))?;
            number(value.trim_ascii_start()).map(|(value, _)| value)
        })
        .collect()
}

/// `500`, `10_000`, `1e4`, `10 * 1000`
pub fn number(text: &[u8]) -> Option<(f64, usize)> {
    let (mut value, mut length) = literal(text)?;
    while let Some(factor) = text[length..].trim_ascii_start().strip_prefix(b"*") {
        let factor = factor.trim_ascii_start();
        let (by, long) = literal(factor)?;
        value *= by;
        length = text.len() - factor.len() + long;
    }
    Some((value, length))
}

fn literal(text: &[u8]) -> Option<(f64, usize)> {
    let length = text.iter().take_while(|&&b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.').count();
    let digits: String = text[..length].iter().filter(|&&b| b != b'_').map(|&b| char::from(b)).collect();
    digits.starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
    Some((digits.parse().ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::{assigned, is_readable};

    #[test]
    fn what_is_assigned_to_a_name_is_found() {
        assert_eq!(assigned(b"const KEEP = 5_0, KEEPER = 7; x == KEEP; KEEP: 3", "KEEP"), [50.0, 3.0]);
        assert!(assigned(b"// KEEP = 5", "KEEP").is_empty());
    }

    #[test]
    fn minified_code_is_not_read() {
        assert!(is_readable(b"") && is_readable(b"a;\nb;\n"));
        assert!(!is_readable("e.length>5;".repeat(100).as_bytes()));
    }
}
