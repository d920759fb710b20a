//! The sections of a snapshot file, by the key they stand under.

/// One top-level key this version reads; any other is stepped over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Snapshot,
    Table(Table),
    TraceTree,
    Strings,
}

/// The sections that are one flat array of numbers, a row after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Nodes,
    Edges,
    Locations,
    Samples,
    Functions,
}

impl Section {
    pub fn of(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"snapshot" => Self::Snapshot,
            b"nodes" => Self::Table(Table::Nodes),
            b"edges" => Self::Table(Table::Edges),
            b"locations" => Self::Table(Table::Locations),
            b"samples" => Self::Table(Table::Samples),
            b"trace_function_infos" => Self::Table(Table::Functions),
            b"trace_tree" => Self::TraceTree,
            b"strings" => Self::Strings,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Table(table) => table.name(),
            Self::TraceTree => "trace_tree",
            Self::Strings => "strings",
        }
    }

    /// A bit of its own, for the set of sections seen.
    pub fn bit(self) -> u8 {
        match self {
            Self::Snapshot => 1,
            Self::Table(Table::Nodes) => 2,
            Self::Table(Table::Edges) => 4,
            Self::Table(Table::Locations) => 8,
            Self::Table(Table::Samples) => 16,
            Self::Table(Table::Functions) => 32,
            Self::TraceTree => 64,
            Self::Strings => 128,
        }
    }
}

impl Table {
    pub fn name(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Edges => "edges",
            Self::Locations => "locations",
            Self::Samples => "samples",
            Self::Functions => "trace_function_infos",
        }
    }
}
