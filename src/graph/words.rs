//! Which strings mean something to the rules: one small number per string, found in a single pass over the
//! string table, so that the rules compare bytes instead of text. A table may hold the same text twice
//! (DevTools compares text, so both count); that is why this is not a list of string indexes.

use crate::graph::weakmap;
use crate::ids::StrIdx;
use crate::parse::strings::Strings;

/// The words the rules look for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Word {
    Other,
    /// `Object`, the raw name of a plain object.
    Object,
    /// `Array`, the raw name of an array.
    Array,
    /// `__proto__`
    Proto,
    /// `elements`, the edge to an array's backing store.
    Elements,
    /// `first` and `second`, the halves of a concatenated string.
    First,
    Second,
    /// `(Document DOM trees)`
    DocumentDomTrees,
    /// `(map descriptors)`
    MapDescriptors,
    /// `sloppy_function_map`
    SloppyFunctionMap,
    /// `system / NativeContext`
    NativeContext,
    /// `system / ExternalStringData`
    ExternalStringData,
    /// `system / JSArrayBufferData`
    ArrayBufferData,
    /// `<tag …`
    Tag,
    /// `Detached <tag …`
    DetachedTag,
    /// The name of an edge from a WeakMap's table or key to a value; see [`weakmap`].
    WeakMapPair,
}

/// For each string index, its word.
pub struct Words(Vec<Word>);

impl Words {
    pub fn new(strings: &Strings) -> Self {
        let mut words = Self(Vec::with_capacity(strings.len()));
        words.extend(strings);
        words
    }

    /// Reads the strings added since the last call.
    pub fn extend(&mut self, strings: &Strings) {
        for i in self.0.len()..strings.len() {
            self.0.push(word(strings.bytes(StrIdx::from(i))));
        }
    }

    #[inline]
    pub fn of(&self, string: StrIdx) -> Word {
        self.0[string.at()]
    }
}

fn word(text: &[u8]) -> Word {
    match text.first() {
        Some(b'0'..=b'9') if weakmap::Pair::parse(text).is_some() => return Word::WeakMapPair,
        Some(b'<') => return Word::Tag,
        Some(b'D') if text.starts_with(b"Detached <") => return Word::DetachedTag,
        Some(b'(' | b's' | b'A' | b'O' | b'_' | b'e' | b'f') => {}
        _ => return Word::Other,
    }
    match text {
        b"Object" => Word::Object,
        b"Array" => Word::Array,
        b"__proto__" => Word::Proto,
        b"elements" => Word::Elements,
        b"first" => Word::First,
        b"second" => Word::Second,
        b"(Document DOM trees)" => Word::DocumentDomTrees,
        b"(map descriptors)" => Word::MapDescriptors,
        b"sloppy_function_map" => Word::SloppyFunctionMap,
        b"system / NativeContext" => Word::NativeContext,
        b"system / ExternalStringData" => Word::ExternalStringData,
        b"system / JSArrayBufferData" => Word::ArrayBufferData,
        _ => Word::Other,
    }
}
