//! What a node is to a diagnosis: something the program made, V8's plumbing inside such a thing, or metadata
//! that V8 made for itself.
//!
//! Only the program's own objects can leak because of the program. Plumbing (backing stores, hash tables,
//! hidden cells) is see-through: its bytes belong to the object it serves and paths skip it. Metadata (compiled
//! code, feedback, shapes) grows during every warm-up and is counted apart.

use crate::ids::StrIdx;
use crate::parse::columns::{Columns, NodeKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Object, closure, string, regexp, number, bigint, symbol, native: it has a class of its own.
    Program,
    /// Backing stores and hidden nodes.
    Plumbing,
    /// Compiled code and object shapes.
    Metadata,
    /// V8's and Node's groups of roots: `(GC roots)`, `(Global handles)`.
    Root,
}

impl Role {
    pub fn of(columns: &Columns, kind: NodeKind, name: StrIdx) -> Self {
        match kind {
            NodeKind::CODE | NodeKind::OBJECT_SHAPE => Self::Metadata,
            NodeKind::ARRAY => Self::Plumbing,
            // A Proxy is an object of the program that V8 happens to show as hidden.
            NodeKind::HIDDEN if columns.strings.bytes(name) == b"system / JSProxy" => Self::Program,
            NodeKind::HIDDEN => Self::Plumbing,
            NodeKind::SYNTHETIC => Self::Root,
            _ => Self::Program,
        }
    }
}

/// Whether a node of this kind stays the program's when metadata dominates it: strings and numbers under code
/// are its constants, but an object there is an object (a boilerplate, say).
pub fn escapes_metadata(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::REGEXP | NodeKind::NATIVE | NodeKind::WASM_OBJECT
    )
}
