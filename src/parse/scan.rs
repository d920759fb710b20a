//! The strict number scanner: one row's worth of JSON numbers at a time, any JSON whitespace, exact errors.
//!
//! In: the text between the brackets of a flat table, cut at row ends. Out: numbers as `u64`. It is the
//! reference for the fast decoder in `digits`, takes over wherever that one gives up (other whitespace
//! than V8's, numbers of more than ten digits, malformed text), and finds the byte an error points at.

/// A malformed spot: where in the scanned text, and what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub what: String,
    /// Valid JSON, but not what a snapshot may hold.
    pub contradiction: bool,
}

/// A cursor over comma-separated numbers. Between calls it stands where a number is expected.
pub(super) struct Scan<'a> {
    pub text: &'a [u8],
    pub at: usize,
    /// Whether a number is still expected.
    pub more: bool,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, more: true }
    }

    /// Decodes one number and steps over the comma after it. An ignored field may hold any JSON number.
    pub fn number(&mut self, ignored: bool) -> Result<u64, Fault> {
        self.space();
        let start = self.at;
        let value = if ignored { self.skip_number()? } else { self.unsigned()? };
        self.space();
        match self.text.get(self.at) {
            None => self.more = false,
            Some(b',') => self.at += 1,
            Some(b'.' | b'e' | b'E' | b'-' | b'+') => {
                return Err(contradiction(start, "a number that is not a whole number"));
            }
            Some(_) => return Err(self.unexpected("`,` or `]`")),
        }
        Ok(value)
    }

    fn unsigned(&mut self) -> Result<u64, Fault> {
        let start = self.at;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(u64::from(digit - b'0')))
                .ok_or_else(|| contradiction(start, "a number above 2^64"))?;
            self.at += 1;
        }
        if self.at > start {
            Ok(value)
        } else if self.text.get(start) == Some(&b'-') {
            Err(contradiction(start, "a negative number"))
        } else {
            Err(self.unexpected("a number"))
        }
    }

    fn skip_number(&mut self) -> Result<u64, Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
        }
        if self.at > start { Ok(0) } else { Err(self.unexpected("a number")) }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let what = match self.text.get(self.at) {
            Some(&byte) if byte != b',' => format!("expected {wanted}, found {}", show(byte)),
            // The text ends where the next row's comma stands.
            _ => format!("{wanted} is missing"),
        };
        Fault { at: self.at, what, contradiction: false }
    }
}

/// Where the `nth` number of a text begins (its first digit, past whitespace).
pub(super) fn locate(text: &[u8], nth: usize) -> usize {
    let mut at = match nth {
        0 => 0,
        _ => memchr::memchr_iter(b',', text).nth(nth - 1).map_or(text.len(), |comma| comma + 1),
    };
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// A byte as an error message shows it.
pub(super) fn show(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}

fn contradiction(at: usize, what: &str) -> Fault {
    Fault { at, what: what.to_owned(), contradiction: true }
}
