//! Puts segments together and, once everything is there, checks what spans sections.
//!
//! In: segments in file order. Out: [`Columns`] in which every reference is in bounds: a node's name, an
//! edge's name and target, a location's node, a trace's function and stack. Nothing is allocated on the
//! word of a header; columns grow with the rows that arrive.

use crate::error::{Error, Result};
use crate::ids::NodeIdx;
use crate::parse::columns::{
    AllocationTraces, Columns, EdgeColumns, Location, NodeColumns, Sample, TraceFunction,
};
use crate::parse::edge_segment::EdgeSegment;
use crate::parse::header::Layout;
use crate::parse::node_segment::NodeSegment;
use crate::parse::peak::Peak;
use crate::parse::strings::Strings;
use crate::parse::trace::TraceTree;
use std::collections::HashMap;

/// The columns so far.
#[derive(Default)]
pub(super) struct Assembly {
    nodes: NodeColumns,
    edges: EdgeColumns,
    /// Sum of the nodes' edge counts.
    owned_edges: u64,
    pub strings: Strings,
    pub locations: Vec<Location>,
    pub samples: Vec<Sample>,
    pub functions: Vec<TraceFunction>,
    pub trace_tree: Option<TraceTree>,
    /// The highest string that is referred to.
    pub names: Peak,
    /// The highest node that is referred to.
    pub targets: Peak,
}

impl Assembly {
    /// Makes room for as many rows as the header promises, but no more than `bytes` of text can hold: each
    /// number takes a digit and a comma. The memory is touched only as rows arrive.
    pub fn reserve(&mut self, layout: &Layout, bytes: u64) {
        let rows = |promised: Option<u64>, fields: usize| {
            promised.unwrap_or(0).min(bytes / (2 * fields as u64)).try_into().unwrap_or(0)
        };
        self.nodes.reserve(rows(layout.node_count, layout.nodes.fields));
        self.edges.reserve(rows(layout.edge_count, layout.edges.fields));
    }

    pub fn append_nodes(&mut self, segment: &NodeSegment) -> Result<()> {
        let first = self.nodes.len();
        let total = first + segment.kind.len();
        if u32::try_from(total).is_err() {
            return Err(Error::ParseTooLarge { what: "the number of nodes".to_owned() });
        }
        let nodes = &mut self.nodes;
        if first == 0 {
            nodes.first_edge.push(0);
        }
        nodes.kind.extend_from_slice(&segment.kind);
        nodes.name.extend_from_slice(&segment.name);
        nodes.id.extend_from_slice(&segment.id);
        nodes.self_size.append(&segment.self_size, &segment.wide_size);
        let mut owned = self.owned_edges;
        nodes.first_edge.extend(segment.edge_count.iter().map(|&count| {
            owned += u64::from(count);
            owned as u32
        }));
        if u32::try_from(owned).is_err() {
            return Err(Error::ParseTooLarge { what: "the sum of the nodes' edge counts".to_owned() });
        }
        self.owned_edges = owned;
        // Both are nearly always zero throughout: then they stay empty.
        append_sparse(
            &mut nodes.detachedness,
            first,
            total,
            segment.any_detachedness.then_some(&segment.detachedness),
        );
        append_sparse(
            &mut nodes.trace_node,
            first,
            total,
            segment.any_trace_node.then_some(&segment.trace_node),
        );
        self.names.raise(segment.names);
        Ok(())
    }

    pub fn append_edges(&mut self, segment: &EdgeSegment) -> Result<()> {
        if u32::try_from(self.edges.len() + segment.to.len()).is_err() {
            return Err(Error::ParseTooLarge { what: "the number of edges".to_owned() });
        }
        self.edges.append(&segment.packed, &segment.wide, &segment.to);
        self.names.raise(segment.names);
        self.targets.raise(segment.targets);
        Ok(())
    }

    /// Checks the whole against itself. `end` is the file's length, where contradictions are reported that
    /// no single byte is to blame for.
    pub fn finish(mut self, layout: &Layout, end: u64) -> Result<Columns> {
        let invalid = |what: String, offset| Err(Error::ParseInvalid { what, offset });
        let nodes = self.nodes.len() as u64;
        let edges = self.edges.len() as u64;
        let strings = self.strings.len() as u64;
        for (list, promised, found) in
            [("node_count", layout.node_count, nodes), ("edge_count", layout.edge_count, edges)]
        {
            if let Some(promised) = promised
                && promised != found
            {
                return invalid(format!("`{list}` is {promised}, but there are {found},"), end);
            }
        }
        if nodes == 0 {
            return invalid("there are no nodes".to_owned(), end);
        }
        if self.owned_edges != edges {
            let what = format!("the nodes claim {} edges, but there are {edges},", self.owned_edges);
            return invalid(what, end);
        }
        if self.targets.bound > nodes {
            let what = format!("a reference to node row {} of {nodes}", self.targets.bound - 1);
            return invalid(what, self.targets.offset);
        }
        if self.names.bound > strings {
            let what = format!("a reference to string {} of {strings}", self.names.bound - 1);
            return invalid(what, self.names.offset);
        }
        let fields = layout.nodes.fields as u64;
        if !layout.root_offset.is_multiple_of(fields) || layout.root_offset / fields >= nodes {
            return invalid(format!("`root_index` {} is no node", layout.root_offset), end);
        }
        let traces = self.take_traces(end)?;
        let mut columns = Columns {
            meta: layout.meta.clone(),
            nodes: self.nodes,
            edges: self.edges,
            strings: self.strings,
            locations: self.locations,
            samples: self.samples,
            traces,
            extra_native_bytes: layout.extra_native_bytes,
            root: NodeIdx((layout.root_offset / fields) as u32),
        };
        columns.shrink_to_fit();
        Ok(columns)
    }

    /// The allocation traces, with each node's trace turned from an id into a row.
    fn take_traces(&mut self, end: u64) -> Result<Option<AllocationTraces>> {
        let Some(tree) = self.trace_tree.take().filter(|tree| !tree.nodes.is_empty()) else {
            // Some tools keep the nodes' field and drop the tree.
            self.nodes.trace_node = Vec::new();
            return Ok(None);
        };
        let functions = std::mem::take(&mut self.functions);
        if tree.functions.bound > functions.len() as u64 {
            let (row, of) = (tree.functions.bound - 1, functions.len());
            let what = format!("a reference to trace function {row} of {of}");
            return Err(Error::ParseInvalid { what, offset: tree.functions.offset });
        }
        let row_of: HashMap<u32, u32> =
            tree.nodes.iter().enumerate().map(|(row, node)| (node.id, row as u32)).collect();
        for trace in &mut self.nodes.trace_node {
            if *trace != 0 {
                *trace = *row_of.get(trace).ok_or_else(|| Error::ParseInvalid {
                    what: format!("a node's trace {trace} is not in `trace_tree`,"),
                    offset: end,
                })?;
            }
        }
        Ok(Some(AllocationTraces { functions, nodes: tree.nodes }))
    }
}

/// Extends a column that stays empty as long as it holds nothing but zeros.
fn append_sparse<T: Copy + Default>(column: &mut Vec<T>, first: usize, total: usize, rows: Option<&Vec<T>>) {
    match rows {
        Some(rows) => {
            column.resize(first, T::default());
            column.extend_from_slice(rows);
        }
        None if column.is_empty() => {}
        None => column.resize(total, T::default()),
    }
}
