//! Walks the JSON of a snapshot once, front to back, handing tables to a [`Visitor`] number by number and
//! string by string, and every byte in between as it is, so that copying is the default.

use super::layout::Layout;
use super::scanner::Scanner;
use crate::error::{Error, Result};

/// The tables a visitor may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Nodes,
    Edges,
    FunctionInfos,
}

pub trait Visitor {
    /// The description of the tables, which comes before them.
    fn layout(&mut self, layout: Layout) -> Result<(), String>;
    /// Whether to be given this table's numbers; the others' bytes are passed to [`Visitor::raw`].
    fn wants(&self, table: Table) -> bool;
    /// The next number of a table; `Some` replaces it. An error says what is wrong with the number.
    fn number(&mut self, table: Table, value: u64) -> Result<Option<u64>, String>;
    /// A table has ended.
    fn end(&mut self, table: Table) -> Result<(), String>;
    /// The next string, as JSON text without its quotes; false: pass `raw` the string as it was.
    fn string(&mut self, json: &[u8]) -> Result<bool>;
    /// After the last string, before the table's closing bracket, at `offset`.
    fn strings_end(&mut self, offset: u64) -> Result<()>;
    /// Bytes to copy.
    fn raw(&mut self, bytes: &[u8]) -> Result<()>;
}

/// Walks one whole file.
pub fn walk(scanner: Scanner<'_>, visitor: &mut impl Visitor) -> Result<()> {
    Walk { scanner, visitor }.file()
}

/// Nesting deeper than this is no snapshot (V8's allocation tree is the deepest part, one level per call).
const DEPTH: usize = 100_000;
/// The `snapshot` value is a few kilobytes; one of this size is no snapshot.
const DESCRIPTION: usize = 1 << 24;

struct Walk<'a, V> {
    scanner: Scanner<'a>,
    visitor: &'a mut V,
}

impl<V: Visitor> Walk<'_, V> {
    fn file(mut self) -> Result<()> {
        let mut seen = Vec::new();
        self.token(b'{', "the start of a JSON object")?;
        loop {
            let mut key = Vec::new();
            self.token(b'"', "a key")?;
            self.string(|chunk| key.extend_from_slice(chunk), true)?;
            self.token(b':', "a colon")?;
            self.section(&key)?;
            seen.push(key);
            match self.next("a comma or the end of the object")? {
                b',' => self.copy(1)?,
                b'}' => break self.copy(1)?,
                other => return Err(self.unexpected(other, "a comma or }")),
            }
        }
        for needed in ["snapshot", "nodes", "edges", "strings"] {
            if !seen.iter().any(|key| key == needed.as_bytes()) {
                return Err(self.scanner.invalid(format!("it has no \"{needed}\"")));
            }
        }
        match self.skip_space()? {
            None => Ok(()),
            Some(byte) => Err(self.unexpected(byte, "the end of the file")),
        }
    }

    fn section(&mut self, key: &[u8]) -> Result<()> {
        let table = match key {
            b"snapshot" => {
                let mut json = Vec::new();
                self.value(Some(&mut json))?;
                let layout = Layout::parse(&json).map_err(|what| self.scanner.invalid(what))?;
                return self.visitor.layout(layout).map_err(|what| self.scanner.invalid(what));
            }
            b"strings" => return self.strings(),
            b"nodes" => Table::Nodes,
            b"edges" => Table::Edges,
            b"trace_function_infos" => Table::FunctionInfos,
            _ => return self.value(None),
        };
        if self.visitor.wants(table) { self.numbers(table) } else { self.value(None) }
    }

    /// An array of whole numbers.
    fn numbers(&mut self, table: Table) -> Result<()> {
        self.token(b'[', "an array")?;
        if self.next("a number")? == b']' {
            self.copy(1)?;
            return self.visitor.end(table).map_err(|what| self.scanner.invalid(what));
        }
        loop {
            self.skip_space()?;
            self.number(table)?;
            match self.next("a comma or the end of an array")? {
                b',' => self.copy(1)?,
                b']' => {
                    self.copy(1)?;
                    return self.visitor.end(table).map_err(|what| self.scanner.invalid(what));
                }
                other => return Err(self.unexpected(other, "a comma or ]")),
            }
        }
    }

    /// One whole number, and as many more as are in the window, while only commas are between them.
    fn number(&mut self, table: Table) -> Result<()> {
        loop {
            let (mut value, mut digits) = (0u64, 0);
            // The digits may straddle two windows, so they are counted before they are copied.
            let mut text = [0; 20];
            loop {
                let window = self.scanner.fill()?;
                let run = window.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits + run > 19 {
                    return Err(self.scanner.invalid("a number of more than 19 digits"));
                }
                text[digits..digits + run].copy_from_slice(&window[..run]);
                for byte in &window[..run] {
                    value = value * 10 + u64::from(byte - b'0');
                }
                let more = run > 0 && run == window.len();
                digits += run;
                self.scanner.consume(run);
                if !more {
                    break;
                }
            }
            if digits == 0 {
                return Err(match self.scanner.fill()?.first() {
                    None => self.scanner.truncated("a number"),
                    Some(&byte) => self.unexpected(byte, "a whole number"),
                });
            }
            match self.visitor.number(table, value).map_err(|what| self.scanner.invalid(what))? {
                None => self.visitor.raw(&text[..digits])?,
                Some(new) => self.visitor.raw(new.to_string().as_bytes())?,
            }
            match self.scanner.fill()? {
                [b',', b'0'..=b'9', ..] => self.copy(1)?,
                _ => return Ok(()),
            }
        }
    }

    /// The array of strings.
    fn strings(&mut self) -> Result<()> {
        self.token(b'[', "an array")?;
        let mut json = Vec::new();
        let mut first = true;
        loop {
            match self.next("a string")? {
                b']' if first => break,
                b'"' => self.scanner.consume(1),
                other => return Err(self.unexpected(other, "a string")),
            }
            first = false;
            json.clear();
            self.string(|chunk| json.extend_from_slice(chunk), false)?;
            if !self.visitor.string(&json)? {
                self.visitor.raw(b"\"")?;
                self.visitor.raw(&json)?;
                self.visitor.raw(b"\"")?;
            }
            match self.next("a comma or the end of an array")? {
                b',' => self.copy(1)?,
                b']' => break,
                other => return Err(self.unexpected(other, "a comma or ]")),
            }
        }
        self.visitor.strings_end(self.scanner.offset())?;
        self.copy(1)
    }

    /// The rest of a string whose opening quote is consumed, up to and including its closing quote.
    fn string(&mut self, mut each: impl FnMut(&[u8]), copy: bool) -> Result<()> {
        let mut escaped = false;
        loop {
            let window = self.scanner.fill()?;
            if window.is_empty() {
                return Err(self.scanner.truncated("a string"));
            }
            if escaped {
                each(&window[..1]);
                escaped = false;
                self.pass(1, copy)?;
                continue;
            }
            let run = memchr::memchr2(b'"', b'\\', window).unwrap_or(window.len());
            each(&window[..run]);
            let stop = window.get(run).copied();
            match stop {
                None => self.pass(run, copy)?,
                Some(b'"') => return self.pass(run + 1, copy),
                Some(_) => {
                    each(b"\\");
                    escaped = true;
                    self.pass(run + 1, copy)?;
                }
            }
        }
    }

    /// Any value, copied; its text, but for white space between its parts, goes to `into` as well.
    fn value(&mut self, mut into: Option<&mut Vec<u8>>) -> Result<()> {
        let mut keep = |bytes: &[u8]| {
            into.as_mut().is_none_or(|kept| {
                kept.extend_from_slice(bytes);
                kept.len() <= DESCRIPTION
            })
        };
        let mut depth = 0usize;
        loop {
            let byte = self.next("a value")?;
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' | b',' | b':' if depth == 0 => return Err(self.unexpected(byte, "a value")),
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            if depth > DEPTH {
                return Err(self.scanner.invalid(format!("nested deeper than {DEPTH} levels")));
            }
            let small = match byte {
                b'[' | b'{' | b']' | b'}' => {
                    self.copy(1)?;
                    keep(&[byte])
                }
                b'"' => {
                    self.copy(1)?;
                    let mut small = keep(b"\"");
                    self.string(|chunk| small &= keep(chunk), true)?;
                    keep(b"\"") && small
                }
                _ => self.scalars(depth == 0, &mut keep)?,
            };
            if !small {
                return Err(self.scanner.invalid("a description of more than 16 MiB"));
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Numbers and literals, and the commas and colons between them, up to the next bracket or quote; only
    /// up to the next comma when `one`.
    fn scalars(&mut self, one: bool, keep: &mut impl FnMut(&[u8]) -> bool) -> Result<bool> {
        let mut small = true;
        loop {
            let window = self.scanner.fill()?;
            let stop = window
                .iter()
                .position(|b| matches!(b, b'[' | b'{' | b']' | b'}' | b'"') || (one && *b == b','));
            let run = stop.unwrap_or(window.len());
            small &= keep(&window[..run]);
            let ended = stop.is_some() || window.is_empty();
            self.copy(run)?;
            if ended {
                return Ok(small);
            }
        }
    }

    /// Copies white space; the byte after it, not consumed.
    fn skip_space(&mut self) -> Result<Option<u8>> {
        loop {
            let window = self.scanner.fill()?;
            let run = window.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
            match window.get(run).copied() {
                None if run == 0 => return Ok(None),
                next => {
                    if run > 0 {
                        self.copy(run)?;
                    }
                    if next.is_some() {
                        return Ok(next);
                    }
                }
            }
        }
    }

    fn next(&mut self, what: &str) -> Result<u8> {
        self.skip_space()?.ok_or_else(|| self.scanner.truncated(what))
    }

    /// Copies white space and the byte `wanted`.
    fn token(&mut self, wanted: u8, what: &str) -> Result<()> {
        match self.next(what)? {
            byte if byte == wanted => self.copy(1),
            other => Err(self.unexpected(other, what)),
        }
    }

    fn copy(&mut self, bytes: usize) -> Result<()> {
        self.pass(bytes, true)
    }

    fn pass(&mut self, bytes: usize, copy: bool) -> Result<()> {
        if copy {
            let window = self.scanner.fill()?;
            self.visitor.raw(&window[..bytes])?;
        }
        self.scanner.consume(bytes);
        Ok(())
    }

    fn unexpected(&self, found: u8, wanted: &str) -> Error {
        self.scanner.syntax(format!("expected {wanted}, found {:?}", char::from(found)))
    }
}
