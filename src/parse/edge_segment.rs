//! One block's edges: rows of numbers into columns.
//!
//! In: rows as the file orders their fields. Out: packed columns. Everything that a row alone can tell is
//! checked here; of references to strings and to nodes the highest is kept, a [`Peak`].

use crate::ids::NodeIdx;
use crate::parse::columns::{EdgeColumns, EdgeKind};
use crate::parse::divisor::ExactDivisor;
use crate::parse::header::EdgeLayout;
use crate::parse::kinds::NO_KIND;
use crate::parse::peak::{Climb, Peak};
use crate::parse::sink::{Batch, Misfit, Sink, Value};

/// For each edge of the block, its fields.
#[derive(Default)]
pub(super) struct EdgeSegment {
    /// As in [`EdgeColumns`], except that the side table is a list.
    pub packed: Vec<u32>,
    /// (row in this segment, index) where 29 bits do not suffice.
    pub wide: Vec<(u32, u32)>,
    pub to: Vec<NodeIdx>,
    pub names: Peak,
    pub targets: Peak,
}

impl EdgeSegment {
    pub fn clear(&mut self) {
        self.packed.clear();
        self.wide.clear();
        self.to.clear();
        self.names = Peak::default();
        self.targets = Peak::default();
    }
}

/// An [`EdgeSegment`] being filled according to the file's layout.
pub(super) struct EdgeSink<'a> {
    layout: &'a EdgeLayout,
    /// Numbers per node row: targets are offsets into the flat `nodes` array.
    node: ExactDivisor,
    segment: &'a mut EdgeSegment,
    names: Climb,
    targets: Climb,
}

impl<'a> EdgeSink<'a> {
    pub fn new(layout: &'a EdgeLayout, node: ExactDivisor, segment: &'a mut EdgeSegment) -> Self {
        Self { layout, node, segment, names: Climb::default(), targets: Climb::default() }
    }
}

impl EdgeSink<'_> {
    fn misfit<V: Value>(&self, numbers: &[V]) -> Option<Misfit> {
        let l = self.layout;
        for (row, values) in numbers.chunks_exact(l.fields).enumerate() {
            for (field, &value) in values.iter().enumerate() {
                let what = if field == l.kind {
                    let known = usize::try_from(value.into()).ok().and_then(|raw| l.kinds.get(raw));
                    known.is_none_or(|&kind| kind == NO_KIND).then_some("no such edge type")
                } else if field == l.to {
                    let (row, rest) = (value.into() / self.node.by, value.into() % self.node.by);
                    (rest != 0 || !row.fits()).then_some("an edge to where no node begins")
                } else if field == l.name_or_index {
                    (!value.fits()).then_some("a number above 2^32")
                } else {
                    None
                };
                if let Some(what) = what {
                    return Some(Misfit { index: row * l.fields + field, what: what.to_owned() });
                }
            }
        }
        None
    }
}

impl Sink for EdgeSink<'_> {
    fn fields(&self) -> usize {
        self.layout.fields
    }

    fn ignores(&self, field: usize) -> bool {
        ![self.layout.kind, self.layout.name_or_index, self.layout.to].contains(&field)
    }

    fn rows<V: Value>(&mut self, batch: Batch, numbers: &[V]) -> Result<(), Misfit> {
        let l = self.layout;
        let node = self.node;
        let s = &mut *self.segment;
        let rows = || numbers.chunks_exact(l.fields);
        let kind = |row: &[V]| l.kinds[usize::from(u8::try_from(row[l.kind].into()).unwrap_or(NO_KIND))];
        // A name for the peak: indexed edges carry no string.
        let name = |row: &[V]| {
            if EdgeKind(kind(row)).is_indexed() { 0 } else { row[l.name_or_index].low() }
        };
        let mut fits = true;
        let mut wide = false;
        let mut named = 0;
        let first = s.packed.len();
        s.packed.extend(rows().map(|row| {
            let value = row[l.name_or_index];
            fits &= value.fits() & (kind(row) != NO_KIND);
            wide |= value.low() >= EdgeColumns::WIDE;
            named = named.max(name(row));
            value.low().min(EdgeColumns::WIDE) << EdgeColumns::SHIFT | u32::from(kind(row) & 7)
        }));
        let mut farthest = 0;
        s.to.extend(rows().map(|row| {
            let (to, exact) = node.divide(row[l.to]);
            fits &= exact;
            farthest = farthest.max(to);
            NodeIdx(to)
        }));
        if wide {
            for (row, values) in rows().enumerate() {
                let index = values[l.name_or_index].low();
                if index >= EdgeColumns::WIDE {
                    s.wide.push(((first + row) as u32, index));
                }
            }
        }
        if !fits && let Some(misfit) = self.misfit(numbers) {
            return Err(misfit);
        }
        let index = |row: usize| row * l.fields + l.name_or_index;
        let is_top = |row: &[V]| !EdgeKind(kind(row)).is_indexed() && name(row) == named;
        self.names.note(batch, named, || rows().position(is_top).map(index));
        let index = |row: usize| row * l.fields + l.to;
        let is_top = |row: &[V]| node.divide(row[l.to]).0 == farthest;
        self.targets.note(batch, farthest, || rows().position(is_top).map(index));
        Ok(())
    }

    fn settle(&mut self, place: &dyn Fn(Batch, usize) -> u64) {
        self.names.settle(&mut self.segment.names, place);
        self.targets.settle(&mut self.segment.targets, place);
    }
}
