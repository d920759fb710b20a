//! The parser: bytes in as they come, columns out; no input or output of its own.
//!
//! It owns one block of the file at a time. A block is filled, by [`Parser::feed`] or in place through
//! [`Parser::space`] and [`Parser::filled`], and consumed once it is full or the file has ended; what the
//! block ends with and cannot be decided on yet (part of a row, a key, an escape) moves to the next
//! block's front. So results and errors do not depend on how the bytes were chunked.

use crate::error::{Error, Result};
use crate::parse::assembly::Assembly;
use crate::parse::columns::Columns;
use crate::parse::crew::Crew;
use crate::parse::decode::{self, Scratch};
use crate::parse::divisor::ExactDivisor;
use crate::parse::document::{Document, Step, no_layout};
use crate::parse::header::Layout;
use crate::parse::peak::Climb;
use crate::parse::section::{Section, Table};
use crate::parse::side_tables::{FunctionSink, LocationSink, SampleSink};
use std::ops::Range;
use std::sync::Arc;

/// Longest row, in bytes with its whitespace; V8's have at most 100.
const MAX_ROW: usize = 1 << 20;
/// Smallest block, so that whatever has to stay together fits.
const MIN_BLOCK: usize = 64;

/// How to parse.
#[derive(Clone, Debug)]
pub struct ParseOptions {
    /// Threads to use, the caller's included; 0 counts as 1.
    pub threads: usize,
    /// Bytes read and decoded at a time.
    pub block_bytes: usize,
    /// Size of the whole file, if known; bounds what is reserved ahead.
    pub total_bytes: Option<u64>,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { threads: 1, block_bytes: 1 << 20, total_bytes: None }
    }
}

/// A snapshot being parsed.
pub struct Parser {
    block: Vec<u8>,
    filled: usize,
    /// Where in the file the block begins.
    base: u64,
    document: Document,
    assembly: Assembly,
    crew: Crew,
    scratch: Scratch,
    failed: bool,
}

impl Parser {
    pub fn new(options: ParseOptions) -> Self {
        Self {
            block: vec![0; options.block_bytes.max(MIN_BLOCK)],
            filled: 0,
            base: 0,
            document: Document::new(options.total_bytes),
            assembly: Assembly::default(),
            crew: Crew::new(options.threads),
            scratch: Scratch::default(),
            failed: false,
        }
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let space = self.space();
            let n = space.len().min(bytes.len());
            space[..n].copy_from_slice(&bytes[..n]);
            self.filled(n)?;
            bytes = &bytes[n..];
        }
        Ok(())
    }

    /// Where the next bytes may be written, never empty; [`Parser::filled`] says how many were.
    pub fn space(&mut self) -> &mut [u8] {
        &mut self.block[self.filled..]
    }

    /// Takes the first `bytes` of [`Parser::space`] as the next bytes of the file.
    pub fn filled(&mut self, bytes: usize) -> Result<()> {
        self.filled = (self.filled + bytes).min(self.block.len());
        if self.filled == self.block.len() { self.consume() } else { Ok(()) }
    }

    /// Bytes of the file taken so far.
    pub fn offset(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Says that the file has ended.
    pub fn finish(mut self) -> Result<Columns> {
        self.consume()?;
        self.crew.finish(&mut self.assembly)?;
        let end = self.offset();
        let layout = self.document.finish(&self.block[..self.filled], end)?;
        // The helpers' buffers go before the columns are trimmed.
        drop(self.crew);
        self.assembly.finish(&layout, end)
    }

    /// Consumes what the block holds and moves the rest to the next block's front.
    fn consume(&mut self) -> Result<()> {
        if self.failed {
            let what = "parsing goes on after an error".to_owned();
            return Err(Error::ParseInvalid { what, offset: self.base });
        }
        let result = self.consume_block();
        self.failed = result.is_err();
        // Blocks under way come earlier in the file, and so do their errors.
        result.or_else(|e| self.crew.finish(&mut self.assembly).and(Err(e)))
    }

    fn consume_block(&mut self) -> Result<()> {
        let mut at = 0;
        loop {
            let text = &self.block[at..self.filled];
            match self.document.step(text, self.base + at as u64, &mut self.assembly)? {
                Step::On(n) => at += n,
                Step::Wait(n) => {
                    at += n;
                    self.block.copy_within(at..self.filled, 0);
                    break;
                }
                Step::Rows { table, end, last } => {
                    let rows = at..at + end;
                    at = rows.end + 1;
                    if !last && self.crew.helps() && matches!(table, Table::Nodes | Table::Edges) {
                        self.hand_over(table, rows, at)?;
                        break;
                    }
                    self.decode(table, rows)?;
                }
            }
        }
        self.filled -= at;
        self.base += at as u64;
        if self.filled == self.block.len() {
            // Not one whole row in a whole block.
            if self.filled >= MAX_ROW {
                let what = "a row of more than a mebibyte".to_owned();
                return Err(Error::ParseInvalid { what, offset: self.base });
            }
            self.block.resize(self.filled * 2, 0);
        }
        Ok(())
    }

    /// Gives the block away for its rows and goes on with another, which begins with what stands at `rest`.
    fn hand_over(&mut self, table: Table, rows: Range<usize>, rest: usize) -> Result<()> {
        let layout = self.layout(table)?;
        let mut load = self.crew.load(&mut self.assembly)?;
        let mut next = std::mem::take(&mut load.block);
        next.resize(self.block.len(), 0);
        next[..self.filled - rest].copy_from_slice(&self.block[rest..self.filled]);
        load.block = std::mem::replace(&mut self.block, next);
        load.offset = self.base + rows.start as u64;
        load.text = rows;
        self.crew.give(load, table, &layout, &mut self.assembly)
    }

    /// Decodes rows on this thread.
    fn decode(&mut self, table: Table, rows: Range<usize>) -> Result<()> {
        let layout = self.layout(table)?;
        let offset = self.base + rows.start as u64;
        let node = ExactDivisor::new(layout.nodes.fields);
        let climb = Climb::default();
        let name = table.name();
        let scratch = &mut self.scratch;
        let no_layout = || no_layout(Section::Table(table), offset);
        match table {
            Table::Nodes | Table::Edges => {
                let mut load = self.crew.load(&mut self.assembly)?;
                load.decode(table, &layout, &self.block[rows], offset)?;
                self.crew.decoded(load, &mut self.assembly)
            }
            Table::Locations => {
                let layout = layout.locations.as_ref().ok_or_else(no_layout)?;
                let (table, targets) = (&mut self.assembly.locations, &mut self.assembly.targets);
                let mut sink = LocationSink { layout, node, table, targets, climb };
                decode::rows(&self.block[rows], offset, name, scratch, &mut sink)
            }
            Table::Samples => {
                let layout = layout.samples.as_ref().ok_or_else(no_layout)?;
                let mut sink = SampleSink { layout, table: &mut self.assembly.samples };
                decode::rows(&self.block[rows], offset, name, scratch, &mut sink)
            }
            Table::Functions => {
                let layout = layout.functions.as_ref().ok_or_else(no_layout)?;
                let (table, names) = (&mut self.assembly.functions, &mut self.assembly.names);
                let mut sink = FunctionSink { layout, table, names, climb };
                decode::rows(&self.block[rows], offset, name, scratch, &mut sink)
            }
        }
    }

    fn layout(&self, table: Table) -> Result<Arc<Layout>> {
        let offset = self.base;
        self.document.layout.clone().ok_or_else(|| no_layout(Section::Table(table), offset))
    }
}
