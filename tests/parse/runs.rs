//! Ways to run the parser.

use crate::parse::oracle::{Flat, flatten};
use leakguard::error::Result;
use leakguard::parse::{Columns, ParseOptions, Parser};

/// Feeds pieces of the given lengths, over and over.
pub fn parse(text: &[u8], pieces: &[usize], block_bytes: usize, threads: usize) -> Result<Columns> {
    let mut parser = Parser::new(ParseOptions { threads, block_bytes, ..ParseOptions::default() });
    let mut rest = text;
    for &piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at(piece.clamp(1, rest.len()));
        parser.feed(now)?;
        rest = later;
    }
    parser.finish()
}

/// All at once, as a file of less than a block is.
pub fn at_once(text: &[u8]) -> Result<Columns> {
    parse(text, &[usize::MAX], 1 << 20, 1)
}

/// The columns in a form to compare, or the error's code and message.
pub fn outcome(result: Result<Columns>) -> Result<Flat, (String, String)> {
    result.map(|columns| flatten(&columns)).map_err(|e| (e.code().to_owned(), e.to_string()))
}

/// The error's code, none when there is no error.
pub fn code(result: Result<Columns>) -> Option<String> {
    result.err().map(|e| e.code().to_owned())
}
