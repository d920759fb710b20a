//! Edge labels for path signatures: the name by which an object holds another, without what differs between
//! two runs (indexes, keys of dictionaries, object ids).
//!
//! A label is packed into 32 bits with its rank above its value, so that of several edges between the same two
//! nodes the lowest label wins, whatever their order in the file.

use crate::ids::StrIdx;
use crate::parse::columns::{Columns, Edge, EdgeKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u32);

const RANK: u32 = 29;
const VALUE: u32 = (1 << RANK) - 1;
const NAMED: u32 = 0;
const FIXED: u32 = 1;
const INTERNAL: u32 = 2;
const PROTO: u32 = 3;

/// The text of [`Label::VIA`].
pub const VIA_TEXT: &str = "(via several)";

impl Label {
    /// An entry of a dictionary object.
    pub const KEY: Self = Self(FIXED << RANK);
    /// An element of an array, a Map, a Set, a table.
    pub const INDEX: Self = Self(FIXED << RANK | 1);
    /// The value of a WeakMap entry, held through its key.
    pub const WEAK_PAIR: Self = Self(FIXED << RANK | 2);
    /// No direct edge: the dominator keeps the node through several others.
    pub const VIA: Self = Self(u32::MAX);

    /// The label of an edge. `dictionary` says whether the edge's source is a dictionary object.
    pub fn of(columns: &Columns, edge: &Edge, dictionary: bool) -> Self {
        if edge.kind.is_indexed() {
            return Self::INDEX;
        }
        let name = StrIdx(edge.name_or_index);
        let text = columns.strings.bytes(name);
        let rank = match edge.kind {
            EdgeKind::PROPERTY if text == b"__proto__" => PROTO,
            EdgeKind::PROPERTY if dictionary => return Self::KEY,
            EdgeKind::PROPERTY | EdgeKind::CONTEXT => NAMED,
            _ => INTERNAL,
        };
        if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
            return Self::INDEX;
        }
        if rank == INTERNAL && is_weak_pair(text) {
            return Self::WEAK_PAIR;
        }
        // More than 2^29 strings: the label loses its name, the rank remains.
        if name.0 >= VALUE { Self(rank << RANK | VALUE) } else { Self(rank << RANK | name.0) }
    }

    /// The text that stands in signatures and digests.
    pub fn text(self, columns: &Columns) -> String {
        match self {
            Self::KEY => "{}".to_owned(),
            Self::INDEX => "[]".to_owned(),
            Self::WEAK_PAIR => "(weak pair)".to_owned(),
            Self::VIA => VIA_TEXT.to_owned(),
            Self(packed) if packed & VALUE == VALUE => "?".to_owned(),
            // A property and V8's own edge of one name are two labels and need two texts.
            Self(packed) if self.rank() == INTERNAL => {
                format!("({})", clip(&columns.strings.text(StrIdx(packed & VALUE))))
            }
            Self(packed) => clip(&columns.strings.text(StrIdx(packed & VALUE))),
        }
    }

    /// Lower ranks win: names, then indexes and keys, then V8's internal names, then the prototype.
    pub fn rank(self) -> u32 {
        self.0 >> RANK
    }

    /// Whether the value is a string, whose number means nothing.
    pub fn is_named(self) -> bool {
        self.rank() != FIXED && self != Self::VIA
    }

    /// Whether children under this label can be many: they have no name of their own.
    pub fn is_collective(self) -> bool {
        self.rank() == FIXED || self == Self::VIA
    }
}

/// `<n> / part of key (… @id) -> value (… @id) pair in WeakMap (table @id)`
pub fn is_weak_pair(name: &[u8]) -> bool {
    memchr::memmem::find(name, b" / part of key ").is_some()
}

/// Names can be data and of any length; digests keep this much of them.
const LONGEST: usize = 100;

pub fn clip(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}
