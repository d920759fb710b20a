//! The string table: one arena of bytes and where each string ends.
//!
//! Bytes are WTF-8: UTF-8 that may also hold a lone surrogate, since JavaScript strings can.

use crate::ids::StrIdx;
use std::borrow::Cow;

#[derive(Default)]
pub struct Strings {
    arena: Vec<u8>,
    /// For each string, the arena offset just past its last byte.
    ends: Vec<u64>,
}

impl Strings {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn push(&mut self, wtf8: &[u8]) -> StrIdx {
        let idx = StrIdx::from(self.ends.len());
        self.arena.extend_from_slice(wtf8);
        self.ends.push(self.arena.len() as u64);
        idx
    }

    /// The string's bytes (WTF-8).
    #[inline]
    pub fn bytes(&self, idx: StrIdx) -> &[u8] {
        let start = if idx.0 == 0 { 0 } else { self.ends[idx.at() - 1] as usize };
        &self.arena[start..self.ends[idx.at()] as usize]
    }

    /// The string as text; a lone surrogate shows as U+FFFD, once for each of its three bytes.
    pub fn text(&self, idx: StrIdx) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(idx))
    }

    /// All strings in a row, without anything between them.
    pub fn arena(&self) -> &[u8] {
        &self.arena
    }

    /// Where in [`Self::arena`] the string ends.
    #[inline]
    pub fn end(&self, idx: StrIdx) -> usize {
        self.ends[idx.at()] as usize
    }

    /// The first string, from `from` on, that ends after that offset of [`Self::arena`].
    pub fn at_offset(&self, offset: usize, from: StrIdx) -> StrIdx {
        let ends = &self.ends[from.at()..];
        StrIdx::from(from.at() + ends.partition_point(|&end| end as usize <= offset))
    }

    /// Bytes of all strings together.
    pub fn arena_len(&self) -> usize {
        self.arena.len()
    }

    /// Adds to the string being read, which [`Strings::close`] completes.
    pub(super) fn extend(&mut self, wtf8: &[u8]) {
        self.arena.extend_from_slice(wtf8);
    }

    /// Completes the string being read; false when there are 2^32 already.
    pub(super) fn close(&mut self) -> bool {
        let room = u32::try_from(self.ends.len()).is_ok();
        self.ends.push(self.arena.len() as u64);
        room
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.arena.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
