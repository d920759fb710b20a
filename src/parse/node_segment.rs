//! One block's nodes: rows of numbers into columns.
//!
//! In: rows as the file orders their fields. Out: columns in this crate's own order and kinds. Everything
//! that a row alone can tell is checked here; of references to strings the highest is kept, a [`Peak`].

use crate::ids::StrIdx;
use crate::parse::columns::NodeKind;
use crate::parse::header::NodeLayout;
use crate::parse::kinds::NO_KIND;
use crate::parse::peak::{Climb, Peak};
use crate::parse::sink::{Batch, Misfit, Sink, Value};

/// For each node of the block, its fields.
#[derive(Default)]
pub(super) struct NodeSegment {
    pub kind: Vec<NodeKind>,
    pub name: Vec<StrIdx>,
    pub id: Vec<u32>,
    /// Low 32 bits; `u32::MAX` stands for an entry of `wide_size`.
    pub self_size: Vec<u32>,
    /// (row in this segment, bytes) where 32 bits do not suffice.
    pub wide_size: Vec<(u32, u64)>,
    pub edge_count: Vec<u32>,
    pub detachedness: Vec<u8>,
    pub trace_node: Vec<u32>,
    pub any_detachedness: bool,
    pub any_trace_node: bool,
    pub names: Peak,
}

impl NodeSegment {
    pub fn clear(&mut self) {
        self.kind.clear();
        self.name.clear();
        self.id.clear();
        self.self_size.clear();
        self.wide_size.clear();
        self.edge_count.clear();
        self.detachedness.clear();
        self.trace_node.clear();
        self.any_detachedness = false;
        self.any_trace_node = false;
        self.names = Peak::default();
    }
}

/// A [`NodeSegment`] being filled according to the file's layout.
pub(super) struct NodeSink<'a> {
    layout: &'a NodeLayout,
    segment: &'a mut NodeSegment,
    names: Climb,
}

impl<'a> NodeSink<'a> {
    pub fn new(layout: &'a NodeLayout, segment: &'a mut NodeSegment) -> Self {
        Self { layout, segment, names: Climb::default() }
    }
}

impl NodeSink<'_> {
    /// The first row of the batch that cannot be, and why.
    fn misfit<V: Value>(&self, numbers: &[V]) -> Option<Misfit> {
        let l = self.layout;
        for (row, values) in numbers.chunks_exact(l.fields).enumerate() {
            for (field, &value) in values.iter().enumerate() {
                let what = if field == l.kind {
                    let known = usize::try_from(value.into()).ok().and_then(|raw| l.kinds.get(raw));
                    known.is_none_or(|&kind| kind == NO_KIND).then_some("no such node type")
                } else if Some(field) == l.detachedness {
                    (value.into() > u64::from(u8::MAX)).then_some("no such detachedness")
                } else if field == l.self_size || self.ignores(field) {
                    None
                } else {
                    (!value.fits()).then_some("a number above 2^32")
                };
                if let Some(what) = what {
                    return Some(Misfit { index: row * l.fields + field, what: what.to_owned() });
                }
            }
        }
        None
    }
}

impl Sink for NodeSink<'_> {
    fn fields(&self) -> usize {
        self.layout.fields
    }

    fn ignores(&self, field: usize) -> bool {
        let l = self.layout;
        ![l.kind, l.name, l.id, l.self_size, l.edge_count].contains(&field)
            && Some(field) != l.trace_node
            && Some(field) != l.detachedness
    }

    fn rows<V: Value>(&mut self, batch: Batch, numbers: &[V]) -> Result<(), Misfit> {
        let l = self.layout;
        let s = &mut *self.segment;
        let rows = || numbers.chunks_exact(l.fields);
        // One pass per column: each is a short loop without branches that the compiler can unroll.
        let mut fits = true;
        let mut known = true;
        s.kind.extend(rows().map(|row| {
            let kind = l.kinds[usize::from(u8::try_from(row[l.kind].into()).unwrap_or(NO_KIND))];
            known &= kind != NO_KIND;
            NodeKind(kind)
        }));
        let mut column = |to: &mut Vec<u32>, field: usize| {
            to.extend(rows().map(|row| {
                fits &= row[field].fits();
                row[field].low()
            }));
        };
        column(&mut s.id, l.id);
        column(&mut s.edge_count, l.edge_count);
        if let Some(field) = l.trace_node {
            let start = s.trace_node.len();
            column(&mut s.trace_node, field);
            s.any_trace_node |= s.trace_node[start..].iter().fold(0, |any, id| any | id) != 0;
        }
        let mut highest = 0;
        s.name.extend(rows().map(|row| {
            let name = row[l.name];
            fits &= name.fits();
            highest = highest.max(name.low());
            StrIdx(name.low())
        }));
        if let Some(field) = l.detachedness {
            let mut any = 0;
            s.detachedness.extend(rows().map(|row| {
                known &= row[field].into() <= u64::from(u8::MAX);
                any |= row[field].low() as u8;
                row[field].low() as u8
            }));
            s.any_detachedness |= any != 0;
        }
        let first = s.self_size.len();
        let mut wide = false;
        s.self_size.extend(rows().map(|row| {
            let bytes: u64 = row[l.self_size].into();
            wide |= bytes >= u64::from(u32::MAX);
            bytes.min(u64::from(u32::MAX)) as u32
        }));
        if wide {
            for (row, values) in rows().enumerate() {
                let bytes: u64 = values[l.self_size].into();
                if bytes >= u64::from(u32::MAX) {
                    s.wide_size.push(((first + row) as u32, bytes));
                }
            }
        }
        if !(fits && known)
            && let Some(misfit) = self.misfit(numbers)
        {
            return Err(misfit);
        }
        let index = |row: usize| row * l.fields + l.name;
        self.names.note(batch, highest, || rows().position(|row| row[l.name].low() == highest).map(index));
        Ok(())
    }

    fn settle(&mut self, place: &dyn Fn(Batch, usize) -> u64) {
        self.names.settle(&mut self.segment.names, place);
    }
}
