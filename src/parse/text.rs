//! The `strings` section: a JSON array of strings into the string table.
//!
//! In: pieces of the array's text, past its opening bracket. Out: strings as WTF-8. `\u` escapes become
//! UTF-8, a pair of surrogates one character; a lone surrogate is kept in WTF-8's three bytes, and bytes
//! that stand in the file unescaped are kept as they are, valid UTF-8 or not (V8 and tools write both).

use crate::error::{Error, Result};
use crate::parse::scan::show;
use crate::parse::strings::Strings;

/// What stands next in the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The first string, or the end of an empty array.
    First,
    String,
    /// More of a string that has begun.
    Rest,
    CommaOrEnd,
}

/// The array being read.
pub(super) struct Text {
    next: Next,
}

/// How far [`Text::feed`] came.
pub(super) struct Progress {
    /// Bytes consumed; the caller offers the rest again, with more after it.
    pub consumed: usize,
    /// Whether the array has ended.
    pub done: bool,
}

impl Text {
    pub fn new() -> Self {
        Self { next: Next::First }
    }

    /// Takes as much of `text` as it can decide on: all but, at most, the escape it ends with. `offset`
    /// is where in the file `text` begins.
    pub fn feed(&mut self, text: &[u8], offset: u64, strings: &mut Strings) -> Result<Progress> {
        let mut at = 0;
        while at < text.len() {
            let byte = text[at];
            match (self.next, byte) {
                (Next::Rest, _) => {
                    at = self.rest(text, at, offset, strings)?;
                    if self.next == Next::Rest {
                        break;
                    }
                    continue;
                }
                (Next::First | Next::String, b'"') => self.next = Next::Rest,
                (Next::CommaOrEnd, b',') => self.next = Next::String,
                (Next::First | Next::CommaOrEnd, b']') => {
                    return Ok(Progress { consumed: at + 1, done: true });
                }
                (_, b' ' | b'\n' | b'\r' | b'\t') => {}
                (next, _) => {
                    let wanted = if next == Next::CommaOrEnd { "`,` or `]`" } else { "a string" };
                    let what = format!("expected {wanted}, found {} in `strings`", show(byte));
                    return Err(Error::ParseSyntax { what, offset: offset + at as u64 });
                }
            }
            at += 1;
        }
        Ok(Progress { consumed: at, done: false })
    }

    /// Within a string: copies up to its closing quote, or as far as the text goes.
    fn rest(&mut self, text: &[u8], mut at: usize, offset: u64, strings: &mut Strings) -> Result<usize> {
        loop {
            let Some(step) = memchr::memchr2(b'"', b'\\', &text[at..]) else {
                strings.extend(&text[at..]);
                return Ok(text.len());
            };
            strings.extend(&text[at..at + step]);
            at += step;
            if text[at] == b'"' {
                if !strings.close() {
                    return Err(Error::ParseTooLarge { what: "the number of strings".to_owned() });
                }
                self.next = Next::CommaOrEnd;
                return Ok(at + 1);
            }
            match unescape(&text[at..]) {
                Escape::Char { code, len } => {
                    push_wtf8(strings, code);
                    at += len;
                }
                Escape::Incomplete => return Ok(at),
                Escape::Malformed => {
                    let what = "a malformed escape in `strings`".to_owned();
                    return Err(Error::ParseSyntax { what, offset: offset + at as u64 });
                }
            }
        }
    }
}

enum Escape {
    /// A code point (a surrogate only when it stands alone) and the bytes it took.
    Char {
        code: u32,
        len: usize,
    },
    /// More text is needed to tell.
    Incomplete,
    Malformed,
}

/// Decodes the escape that `text` begins with.
fn unescape(text: &[u8]) -> Escape {
    let Some(&letter) = text.get(1) else {
        return Escape::Incomplete;
    };
    let code = match letter {
        b'"' | b'\\' | b'/' => u32::from(letter),
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => 0x0a,
        b'r' => 0x0d,
        b't' => 0x09,
        b'u' => return unescape_unit(text),
        _ => return Escape::Malformed,
    };
    Escape::Char { code, len: 2 }
}

fn unescape_unit(text: &[u8]) -> Escape {
    let Some(digits) = text.get(2..6) else {
        // Whatever follows, four digits it must be.
        let malformed = text.iter().skip(2).any(|b| !b.is_ascii_hexdigit());
        return if malformed { Escape::Malformed } else { Escape::Incomplete };
    };
    let Some(unit) = hex(digits) else {
        return Escape::Malformed;
    };
    let alone = Escape::Char { code: unit, len: 6 };
    if !(0xd800..0xdc00).contains(&unit) {
        return alone;
    }
    // A high surrogate: with a low one it makes a character.
    match (text.get(6), text.get(7)) {
        (None, _) | (Some(b'\\'), None) => Escape::Incomplete,
        (Some(b'\\'), Some(b'u')) => match text.get(8..12).map(hex) {
            None => Escape::Incomplete,
            Some(Some(low @ 0xdc00..0xe000)) => {
                Escape::Char { code: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), len: 12 }
            }
            Some(_) => alone,
        },
        _ => alone,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &b| Some(value << 4 | char::from(b).to_digit(16)?))
}

fn push_wtf8(strings: &mut Strings, code: u32) {
    match char::from_u32(code) {
        Some(c) => strings.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => strings.extend(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}
