//! Rows of a flat table from text into a sink, with errors that point at the byte.
//!
//! A batch at a time, small enough for the first-level cache: numbers are decoded by the fast decoder as
//! far as it goes, else by the strict scanner, and handed to the sink as whole rows.

use crate::error::{Error, Result};
use crate::parse::digits;
use crate::parse::scan::{Fault, Scan, locate};
use crate::parse::sink::{Batch, Sink};

/// Numbers per batch of the fast decoder.
const BATCH: usize = 3 << 10;
/// Rows per batch of the strict scanner.
const STRICT_ROWS: usize = 32;

/// Room for a batch, kept from block to block.
pub(super) struct Scratch {
    narrow: Vec<u32>,
    wide: Vec<u64>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { narrow: vec![0; BATCH], wide: Vec::new() }
    }
}

/// Decodes whole rows. `text` holds them without the comma after the last, `offset` is where in the file
/// it begins; `section` is named in errors.
pub(super) fn rows(
    text: &[u8],
    offset: u64,
    section: &str,
    scratch: &mut Scratch,
    sink: &mut impl Sink,
) -> Result<()> {
    let fields = sink.fields();
    let batch = &mut scratch.wide;
    let mut scan = Scan::new(text);
    let place = |Batch(start), nth| offset + (start + locate(&text[start..], nth)) as u64;
    while scan.more {
        let start = scan.at;
        let (count, mut end) = digits::decode(text, start, &mut scratch.narrow);
        let whole = count - count % fields;
        if whole > 0 {
            // Back to the row's beginning: the comma before each number that is too many, and one more.
            for _ in 0..=count % fields {
                end = memchr::memrchr(b',', &text[..end]).unwrap_or(0);
            }
            scan.at = end + 1;
            sink.rows(Batch(start), &scratch.narrow[..whole])
                .map_err(|m| misfit(&m.what, place(Batch(start), m.index), section))?;
            continue;
        }
        let fault = strict_rows(&mut scan, sink, batch).err();
        let whole = batch.len() - batch.len() % fields;
        // Rows before a fault first: they may hold an earlier error.
        sink.rows(Batch(start), &batch[..whole])
            .map_err(|m| misfit(&m.what, place(Batch(start), m.index), section))?;
        if let Some(fault) = fault {
            return Err(fault_error(fault, offset, section));
        }
        if whole < batch.len() {
            let what = format!("`{section}` ends within a row of {fields} numbers,");
            return Err(Error::ParseInvalid { what, offset: offset + text.len() as u64 });
        }
    }
    sink.settle(&place);
    Ok(())
}

fn strict_rows(scan: &mut Scan<'_>, sink: &impl Sink, batch: &mut Vec<u64>) -> Result<(), Fault> {
    batch.clear();
    let fields = sink.fields();
    for _ in 0..STRICT_ROWS {
        for field in 0..fields {
            if !scan.more {
                return Ok(());
            }
            batch.push(scan.number(sink.ignores(field))?);
        }
    }
    Ok(())
}

fn misfit(what: &str, offset: u64, section: &str) -> Error {
    Error::ParseInvalid { what: format!("{what} in `{section}`"), offset }
}

fn fault_error(fault: Fault, offset: u64, section: &str) -> Error {
    let what = format!("{} in `{section}`", fault.what);
    let offset = offset + fault.at as u64;
    if fault.contradiction {
        Error::ParseInvalid { what, offset }
    } else {
        Error::ParseSyntax { what, offset }
    }
}
