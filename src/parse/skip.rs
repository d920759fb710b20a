//! Steps over a JSON value nobody needs (or that is first collected whole), in pieces as they come.
//!
//! Checks that brackets match and strings end; what stands between them is not looked at. Nesting is
//! tracked in one bit per level, so that hostile depth costs an eighth of a byte per byte of input.

use crate::parse::scan::{Fault, show};

/// One value being stepped over.
#[derive(Default)]
pub(super) struct Skipper {
    /// For each open bracket, whether it is a brace.
    open: Bits,
    in_string: bool,
    escaped: bool,
    /// In a number, `true`, `false` or `null`.
    in_word: bool,
}

impl Skipper {
    /// Consumes text; `Some(end)` once the value is complete, with the position just past it.
    pub fn feed(&mut self, text: &[u8]) -> Result<Option<usize>, Fault> {
        let mut at = 0;
        while at < text.len() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let Some(step) = memchr::memchr2(b'"', b'\\', &text[at..]) else {
                    return Ok(None);
                };
                at += step + 1;
                if text[at - 1] == b'\\' {
                    self.escaped = true;
                    continue;
                }
                self.in_string = false;
                if self.open.len() == 0 {
                    return Ok(Some(at));
                }
                continue;
            }
            let byte = text[at];
            let word = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
            if self.in_word && !word {
                self.in_word = false;
                if self.open.len() == 0 {
                    return Ok(Some(at));
                }
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => self.open.push(byte == b'{'),
                b']' | b'}' => {
                    if self.open.pop() != Some(byte == b'}') {
                        return Err(unexpected(at, byte));
                    }
                    if self.open.len() == 0 {
                        return Ok(Some(at + 1));
                    }
                }
                _ if word => self.in_word = true,
                b' ' | b'\n' | b'\r' | b'\t' => {}
                b',' | b':' if self.open.len() > 0 => {}
                _ => return Err(unexpected(at, byte)),
            }
            at += 1;
        }
        Ok(None)
    }
}

fn unexpected(at: usize, byte: u8) -> Fault {
    Fault { at, what: format!("unexpected {}", show(byte)), contradiction: false }
}

/// A stack of bits.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    fn len(&self) -> usize {
        self.len
    }

    fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        let word = &mut self.words[self.len / 64];
        let mask = 1 << (self.len % 64);
        if bit {
            *word |= mask;
        } else {
            *word &= !mask;
        }
        self.len += 1;
    }

    fn pop(&mut self) -> Option<bool> {
        self.len = self.len.checked_sub(1)?;
        let bit = self.words[self.len / 64] >> (self.len % 64) & 1 == 1;
        if self.len.is_multiple_of(64) {
            self.words.pop();
        }
        Some(bit)
    }
}
