//! Cuts a flat table's text at row ends, so that rows can be decoded apart from each other.
//!
//! Numbers are only counted here, by their commas: what stands between commas is the decoders' business.

/// What can be taken from the text at hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Not one whole row yet.
    Nothing,
    /// Whole rows; the text of the next begins after the comma at `end`.
    Rows { end: usize },
    /// The table's closing bracket stands at `end`: rows up to there, nothing after.
    Last { end: usize },
}

/// `text` begins at a row, `fields` is the row's length.
pub(super) fn cut(text: &[u8], fields: usize) -> Cut {
    if let Some(end) = memchr::memchr(b']', text) {
        return Cut::Last { end };
    }
    let numbers = memchr::memchr_iter(b',', text).count();
    if numbers < fields {
        return Cut::Nothing;
    }
    // The comma that ends the last whole row: skip those of the row that has begun.
    let begun = numbers % fields;
    match memchr::memrchr_iter(b',', text).nth(begun) {
        Some(end) => Cut::Rows { end },
        None => Cut::Nothing,
    }
}

/// Whether nothing but whitespace stands in the text.
pub(super) fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t'))
}
