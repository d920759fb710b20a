//! The parsed snapshot as columns (struct of arrays): exactly what the file says, nothing derived.
//!
//! Sizes are bytes, ordinals are rows. Field order and type numbers differ between V8 versions, so the
//! parser finds every field through `snapshot.meta` and translates type numbers into the kinds below.

use crate::ids::{EdgeIdx, NodeIdx, StrIdx};
use crate::parse::strings::Strings;
use crate::sys::prefetch::prefetch;

/// A node's type. Known types have constants; a type this version does not know keeps its number in the
/// file's own table, offset by [`NodeKind::UNKNOWN`], so that its name can still be shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct NodeKind(pub u8);

impl NodeKind {
    pub const HIDDEN: Self = Self(0);
    pub const ARRAY: Self = Self(1);
    pub const STRING: Self = Self(2);
    pub const OBJECT: Self = Self(3);
    pub const CODE: Self = Self(4);
    pub const CLOSURE: Self = Self(5);
    pub const REGEXP: Self = Self(6);
    pub const NUMBER: Self = Self(7);
    pub const NATIVE: Self = Self(8);
    pub const SYNTHETIC: Self = Self(9);
    pub const CONCATENATED_STRING: Self = Self(10);
    pub const SLICED_STRING: Self = Self(11);
    pub const SYMBOL: Self = Self(12);
    pub const BIGINT: Self = Self(13);
    pub const OBJECT_SHAPE: Self = Self(14);
    pub const WASM_OBJECT: Self = Self(15);
    /// First of the numbers for types found in the file's own table but not above.
    pub const UNKNOWN: u8 = 32;
}

/// An edge's type; at most eight, because [`EdgeColumns`] packs it into three bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct EdgeKind(pub u8);

impl EdgeKind {
    pub const CONTEXT: Self = Self(0);
    pub const ELEMENT: Self = Self(1);
    pub const PROPERTY: Self = Self(2);
    pub const INTERNAL: Self = Self(3);
    pub const HIDDEN: Self = Self(4);
    pub const SHORTCUT: Self = Self(5);
    pub const WEAK: Self = Self(6);
    /// Any type this version does not know; it keeps objects alive like an ordinary one.
    pub const OTHER: Self = Self(7);

    /// Element and hidden edges carry an index, all others a string.
    #[inline]
    pub fn is_indexed(self) -> bool {
        self == Self::ELEMENT || self == Self::HIDDEN
    }
}

/// One whole snapshot, as parsed.
pub struct Columns {
    pub meta: Meta,
    pub nodes: NodeColumns,
    pub edges: EdgeColumns,
    pub strings: Strings,
    pub locations: Vec<Location>,
    /// Allocation-timeline samples, empty for an ordinary snapshot.
    pub samples: Vec<Sample>,
    /// Allocation stacks, present when the snapshot was taken while tracking allocations.
    pub traces: Option<AllocationTraces>,
    /// Bytes V8 knows to be held outside its heap and outside any node (Node 24 and later).
    pub extra_native_bytes: u64,
    pub root: NodeIdx,
}

impl NodeColumns {
    /// Makes room for rows to come, without touching the memory.
    pub(super) fn reserve(&mut self, rows: usize) {
        room(&mut self.kind, rows);
        room(&mut self.name, rows);
        room(&mut self.id, rows);
        room(&mut self.self_size.small, rows);
        room(&mut self.first_edge, rows + 1);
    }
}

impl EdgeColumns {
    /// Makes room for rows to come, without touching the memory.
    pub(super) fn reserve(&mut self, rows: usize) {
        room(&mut self.packed, rows);
        room(&mut self.to, rows);
    }
}

/// Reserves if that much is to be had; if not, the column grows as it fills.
fn room<T>(column: &mut Vec<T>, rows: usize) {
    let _ = column.try_reserve_exact(rows);
}

impl Columns {
    /// Gives back what the columns reserved but did not fill.
    pub(super) fn shrink_to_fit(&mut self) {
        let nodes = &mut self.nodes;
        nodes.kind.shrink_to_fit();
        nodes.name.shrink_to_fit();
        nodes.id.shrink_to_fit();
        nodes.self_size.small.shrink_to_fit();
        nodes.detachedness.shrink_to_fit();
        nodes.trace_node.shrink_to_fit();
        nodes.first_edge.shrink_to_fit();
        self.edges.packed.shrink_to_fit();
        self.edges.to.shrink_to_fit();
        self.strings.shrink_to_fit();
        self.locations.shrink_to_fit();
        self.samples.shrink_to_fit();
    }
}

/// What the file says about itself.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// `snapshot.meta.node_types[0]`, for the names of unknown kinds.
    pub node_types: Vec<String>,
    /// Whether nodes have a `detachedness` field at all (V8 8.x and later).
    pub has_detachedness: bool,
}

/// For each node ordinal, its fields.
#[derive(Default)]
pub struct NodeColumns {
    pub kind: Vec<NodeKind>,
    pub name: Vec<StrIdx>,
    /// V8's object id, stable for one object within one process between inline captures.
    pub id: Vec<u32>,
    pub self_size: Sizes,
    /// 0 unknown, 1 attached, 2 detached. Empty when every node is 0 or the file has no such field.
    pub detachedness: Vec<u8>,
    /// Row of the allocation-trace tree, 0 for none. Empty when the file has no traces.
    pub trace_node: Vec<u32>,
    /// For each node ordinal the first of its edges; one more entry at the end: node `n` owns the edges
    /// `first_edge[n] .. first_edge[n + 1]`.
    pub first_edge: Vec<u32>,
}

impl NodeColumns {
    #[inline]
    pub fn len(&self) -> usize {
        self.kind.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }

    /// The ordinals of a node's edges.
    #[inline]
    pub fn edges_of(&self, node: NodeIdx) -> std::ops::Range<usize> {
        self.first_edge[node.at()] as usize..self.first_edge[node.at() + 1] as usize
    }

    #[inline]
    pub fn detachedness_of(&self, node: NodeIdx) -> u8 {
        self.detachedness.get(node.at()).copied().unwrap_or(0)
    }
}

/// For each edge ordinal, its fields. Kind (3 bits) and name-or-index (29 bits) share one word, since
/// edges are the bulk of a snapshot; the rare index of 2^29 and more lives in a side table.
#[derive(Default)]
pub struct EdgeColumns {
    pub(crate) packed: Vec<u32>,
    pub(crate) wide: std::collections::HashMap<u32, u32>,
    pub to: Vec<NodeIdx>,
}

impl EdgeColumns {
    pub(super) const SHIFT: u32 = 3;
    pub(super) const WIDE: u32 = (1 << 29) - 1;

    #[inline]
    pub fn len(&self) -> usize {
        self.to.len()
    }

    pub fn is_empty(&self) -> bool {
        self.to.is_empty()
    }

    #[inline]
    pub fn push(&mut self, kind: EdgeKind, name_or_index: u32, to: NodeIdx) {
        let stored = if name_or_index >= Self::WIDE {
            self.wide.insert(self.to.len() as u32, name_or_index);
            Self::WIDE
        } else {
            name_or_index
        };
        self.packed.push(stored << Self::SHIFT | u32::from(kind.0));
        self.to.push(to);
    }

    /// Appends rows that are packed already; `wide` has (row among these, name or index) for each `WIDE`.
    pub(super) fn append(&mut self, packed: &[u32], wide: &[(u32, u32)], to: &[NodeIdx]) {
        let first = self.to.len() as u32;
        self.wide.extend(wide.iter().map(|&(row, index)| (first + row, index)));
        self.packed.extend_from_slice(packed);
        self.to.extend_from_slice(to);
    }

    #[inline]
    pub fn kind(&self, edge: usize) -> EdgeKind {
        EdgeKind((self.packed[edge] & 7) as u8)
    }

    /// The string index of a named edge, the number of an indexed one (see [`EdgeKind::is_indexed`]).
    #[inline]
    pub fn name_or_index(&self, edge: usize) -> u32 {
        match self.packed[edge] >> Self::SHIFT {
            Self::WIDE => self.wide[&(edge as u32)],
            stored => stored,
        }
    }

    /// Asks for the edge's kind and name ahead of time.
    #[inline]
    pub fn prefetch_kind(&self, edge: usize) {
        prefetch(&self.packed, edge);
    }

    #[inline]
    pub fn get(&self, edge: usize) -> Edge {
        Edge {
            edge: EdgeIdx(edge as u32),
            kind: self.kind(edge),
            name_or_index: self.name_or_index(edge),
            to: self.to[edge],
        }
    }
}

/// One edge, read out of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub edge: EdgeIdx,
    pub kind: EdgeKind,
    pub name_or_index: u32,
    pub to: NodeIdx,
}

/// Bytes per node. Nearly all fit 32 bits; the few of 4 GiB and more live in a side table.
#[derive(Default, Clone)]
pub struct Sizes {
    small: Vec<u32>,
    large: std::collections::HashMap<u32, u64>,
}

impl Sizes {
    /// `len` times 0.
    pub fn zeroed(len: usize) -> Self {
        Self { small: vec![0; len], ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.small.len()
    }

    pub fn is_empty(&self) -> bool {
        self.small.is_empty()
    }

    #[inline]
    pub fn push(&mut self, bytes: u64) {
        let row = self.small.len();
        self.small.push(0);
        self.set(row, bytes);
    }

    /// Appends rows; `large` has (row among these, bytes) for each `u32::MAX`.
    pub(super) fn append(&mut self, small: &[u32], large: &[(u32, u64)]) {
        let first = self.small.len() as u32;
        self.large.extend(large.iter().map(|&(row, bytes)| (first + row, bytes)));
        self.small.extend_from_slice(small);
    }

    #[inline]
    pub fn get(&self, row: usize) -> u64 {
        match self.small[row] {
            u32::MAX => self.large[&(row as u32)],
            bytes => u64::from(bytes),
        }
    }

    #[inline]
    pub fn set(&mut self, row: usize, bytes: u64) {
        match u32::try_from(bytes) {
            Ok(small) if small != u32::MAX => self.small[row] = small,
            _ => {
                self.small[row] = u32::MAX;
                self.large.insert(row as u32, bytes);
            }
        }
    }
}

/// Where an object's constructor, or a closure itself, is defined. Line and column are zero-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    pub node: NodeIdx,
    pub script_id: u32,
    pub line: u32,
    pub column: u32,
}

/// One interval of an allocation timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub timestamp_us: u64,
    pub last_assigned_id: u32,
}

/// The allocation-trace tree, flattened: parents come before children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllocationTraces {
    pub functions: Vec<TraceFunction>,
    pub nodes: Vec<TraceNode>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceFunction {
    pub function_id: u32,
    pub name: StrIdx,
    pub script_name: StrIdx,
    pub script_id: u32,
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceNode {
    pub id: u32,
    /// Row in [`AllocationTraces::functions`].
    pub function: u32,
    pub count: u64,
    pub size: u64,
    /// Row of the caller in [`AllocationTraces::nodes`]; `None` for the root.
    pub parent: Option<u32>,
}
