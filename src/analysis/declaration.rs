//! The line on which a module declares a variable, found in its text: a heap snapshot has no such thing.

use memchr::memmem;

/// Words before the name of what they declare.
const KEYWORDS: [&[u8]; 5] = [b"const", b"let", b"var", b"class", b"function"];

/// Zero-based line and column (in UTF-16 units) of the one declaration of that name, if there is just one.
pub fn find(text: &[u8], name: &str) -> Option<(u32, u32)> {
    if name.is_empty() {
        return None;
    }
    let mut found = memmem::find_iter(text, name).filter(|&at| is_declared(text, at, name.len()));
    let at = found.next()?;
    if found.next().is_some() {
        return None;
    }
    position(text, at)
}

/// Zero-based line and column (in UTF-16 units) of a byte.
pub fn position(text: &[u8], at: usize) -> Option<(u32, u32)> {
    let before = text.get(..at)?;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let line = memchr::memchr_iter(b'\n', before).count();
    let column = String::from_utf8_lossy(&before[start..]).encode_utf16().count();
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}

/// The byte at a zero-based line and column (in UTF-16 units).
pub fn offset(text: &[u8], line: u32, column: u32) -> Option<usize> {
    let start = match line.checked_sub(1) {
        None => 0,
        Some(before) => memchr::memchr_iter(b'\n', text).nth(before as usize)? + 1,
    };
    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
    let mut units = 0;
    let before = std::str::from_utf8(&text[start..end]).ok()?.chars().take_while(|c| {
        units += c.len_utf16();
        units <= column as usize
    });
    Some(start + before.map(char::len_utf8).sum::<usize>())
}

fn is_declared(text: &[u8], at: usize, length: usize) -> bool {
    if text.get(at + length).is_some_and(|&next| is_part(next)) {
        return false;
    }
    let before = text[..at].trim_ascii_end();
    before.len() < at
        && KEYWORDS.iter().any(|keyword| {
            before.strip_suffix(*keyword).is_some_and(|rest| !rest.last().is_some_and(|&last| is_part(last)))
        })
}

/// Whether the byte may be part of an identifier.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{find, offset, position};

    #[test]
    fn a_byte_has_a_position_and_a_position_a_byte() {
        let text = "let a;\n'\u{1F600}é' + b;\n\n".as_bytes();
        for at in (0..=text.len()).filter(|&at| std::str::from_utf8(&text[..at]).is_ok()) {
            let (line, column) = position(text, at).unwrap();
            assert_eq!(offset(text, line, column), Some(at));
        }
        assert_eq!(offset(text, 9, 0), None);
        assert_eq!(offset(text, 0, 99), Some(6), "its line's end");
    }

    #[test]
    fn a_variable_is_found_where_it_is_declared() {
        let text = "f(list);\nconst lists = 1, x = list;\n  const  list = [];\nlist.push(1);\n";
        assert_eq!(find(text.as_bytes(), "list"), Some((2, 9)));
        assert_eq!(find(text.as_bytes(), "lists"), Some((1, 6)));
        assert_eq!(find("/* é */ class A{}".as_bytes(), "A"), Some((0, 14)));
    }

    #[test]
    fn two_declarations_are_none() {
        assert_eq!(find(b"let a; { let a; }", "a"), None);
        assert_eq!(find(b"a = 1; outlet a; var ab; x.const a", "a"), None);
        assert_eq!(find(b"", "a"), None);
        assert_eq!(find(b"const ", ""), None);
    }
}
