//! Where a program takes out of a container again, found in its text: `open.delete(id)`. What is there and does not
//! happen is the shortest way to a fix. This reads text, not a program, as [`length_check`](crate::analysis::length_check)
//! does.

use crate::analysis::source_text::{is_that, owner_start};
use memchr::memmem;

/// Where it is, a byte offset, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub at: usize,
    pub text: String,
}

const METHODS: [&[u8]; 5] = [b".delete(", b".clear(", b".shift(", b".pop(", b".splice("];
const EMPTY: [&[u8]; 6] = [b"new Map", b"new Set", b"Object.create(null)", b"{}", b"[]", b"0"];
const KEEPING: [&[u8]; 2] = [b".filter(", b".slice("];

/// The first of that container: a variable, or a property of something.
pub fn removal(text: &[u8], name: &str, is_property: bool) -> Option<Removal> {
    if name.is_empty() {
        return None;
    }
    memmem::find_iter(text, name).filter(|&at| is_that(text, at, name, is_property)).find_map(|at| {
        let end = at + name.len();
        let shown = method(name, &text[end..])
            .or_else(|| deleted(text, at, end).then(|| format!("delete {name}[…]")))
            .or_else(|| filtered(name, &text[end..]))?;
        Some(Removal { at, text: shown })
    })
}

/// `open.delete(id)`
fn method(name: &str, rest: &[u8]) -> Option<String> {
    let rest = rest.strip_prefix(b"?").unwrap_or(rest);
    let method = METHODS.iter().find(|method| rest.starts_with(method))?;
    Some(format!("{name}{}…)", String::from_utf8_lossy(method)))
}

/// `delete open[id]`
fn deleted(text: &[u8], at: usize, end: usize) -> bool {
    let before = text[..owner_start(text, at)].trim_ascii_end();
    matches!(text.get(end), Some(b'[' | b'.')) && before.ends_with(b"delete")
}

/// `open = open.filter(…)`
fn filtered(name: &str, rest: &[u8]) -> Option<String> {
    let value = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"this.").unwrap_or(value).strip_prefix(name.as_bytes())?;
    let method = KEEPING.iter().find(|method| value.starts_with(method))?;
    Some(format!("{name} = {name}{}…)", String::from_utf8_lossy(method)))
}

/// Where a container is emptied as a whole: `open = new Map()`, `open.length = 0`. Only in a function that runs again and
/// again: elsewhere it is how a container begins.
pub fn reset(text: &[u8], name: &str, is_property: bool) -> Option<String> {
    memmem::find_iter(text, name).filter(|&at| is_that(text, at, name, is_property)).find_map(|at| {
        let rest = &text[at + name.len()..];
        let (length, rest) = match rest.strip_prefix(b".length") {
            Some(rest) => (".length", rest),
            None => ("", rest),
        };
        let value = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let emptied = EMPTY.iter().find(|empty| value.starts_with(empty))?;
        Some(format!("{name}{length} = {}", String::from_utf8_lossy(emptied)))
    })
}

#[cfg(test)]
mod tests {
    use super::{removal, reset};

    #[test]
    fn what_empties_is_found() {
        for (code, is_property, shown) in [
            ("open = new Map();", false, "open = new Map"),
            ("this.open = {}", true, "open = {}"),
            ("open.length = 0", false, "open.length = 0"),
            ("open=[]", false, "open = []"),
        ] {
            assert_eq!(reset(code.as_bytes(), "open", is_property).as_deref(), Some(shown), "{code}");
        }
        for code in ["open == []", "open = [1]", "open = other", "opened = []"] {
            assert_eq!(reset(code.as_bytes(), "open", false), None, "{code}");
        }
    }

    #[test]
    fn what_takes_out_is_found() {
        for (code, is_property, shown) in [
            ("open.set(1); this.open.delete(id)", true, "open.delete(…)"),
            ("x.open?.clear()", true, "open.clear(…)"),
            ("open.shift();", false, "open.shift(…)"),
            ("if (a) delete this.open[id]", true, "delete open[…]"),
            ("open = open.filter((x) => x)", false, "open = open.filter(…)"),
            ("this.open = this.open.slice(1)", true, "open = open.slice(…)"),
        ] {
            let found = removal(code.as_bytes(), "open", is_property);
            assert_eq!(found.map(|r| r.text).as_deref(), Some(shown), "{code}");
            assert_eq!(
                removal(code.as_bytes(), "open", !is_property),
                None,
                "{code}: another one of that name"
            );
        }
        assert_eq!(removal(b"ab; open.pop()", "open", false).map(|r| r.at), Some(4));
    }

    #[test]
    fn what_does_not_is_not() {
        for code in
            ["reopen.delete(1)", "opens.delete(1)", "// open.delete(1)", "open.push(1)", "open = []", ""]
        {
            assert_eq!(removal(code.as_bytes(), "open", false), None, "{code}");
        }
        assert_eq!(removal(b"delete a", "", false), None);
    }
}
