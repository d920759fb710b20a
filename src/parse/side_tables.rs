//! The small flat tables: locations, timeline samples, allocation-trace functions.

use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{Location, Sample, TraceFunction};
use crate::parse::divisor::ExactDivisor;
use crate::parse::header::{FunctionLayout, LocationLayout, SampleLayout};
use crate::parse::peak::{Climb, Peak};
use crate::parse::sink::{Batch, Misfit, Sink, Value};

/// Reads 32-bit fields out of one row and remembers the first that does not fit.
struct Row<'a, V> {
    values: &'a [V],
    first: usize,
    misfit: Option<Misfit>,
}

impl<V: Value> Row<'_, V> {
    fn get(&mut self, field: usize) -> u32 {
        let value = self.values[field];
        if !value.fits() {
            self.blame(field, "a number above 2^32");
        }
        value.low()
    }

    fn blame(&mut self, field: usize, what: &str) {
        let index = self.first + field;
        if self.misfit.as_ref().is_none_or(|m| m.index > index) {
            self.misfit = Some(Misfit { index, what: what.to_owned() });
        }
    }
}

/// Calls `take` for each row of a batch and passes on the first misfit.
fn each_row<V: Value>(
    numbers: &[V],
    fields: usize,
    mut take: impl FnMut(&mut Row<'_, V>),
) -> Result<(), Misfit> {
    for (at, values) in numbers.chunks_exact(fields).enumerate() {
        let mut row = Row { values, first: at * fields, misfit: None };
        take(&mut row);
        if let Some(misfit) = row.misfit {
            return Err(misfit);
        }
    }
    Ok(())
}

pub(super) struct LocationSink<'a> {
    pub layout: &'a LocationLayout,
    pub node: ExactDivisor,
    pub table: &'a mut Vec<Location>,
    pub targets: &'a mut Peak,
    pub climb: Climb,
}

impl Sink for LocationSink<'_> {
    fn fields(&self) -> usize {
        self.layout.fields
    }

    fn ignores(&self, field: usize) -> bool {
        let l = self.layout;
        ![l.object, l.script_id, l.line, l.column].contains(&field)
    }

    fn rows<V: Value>(&mut self, batch: Batch, numbers: &[V]) -> Result<(), Misfit> {
        let l = self.layout;
        each_row(numbers, l.fields, |row| {
            let (node, exact) = self.node.divide(row.values[l.object]);
            if !exact {
                row.blame(l.object, "a location of where no node begins");
            }
            self.climb.note(batch, node, || Some(row.first + l.object));
            self.table.push(Location {
                node: NodeIdx(node),
                script_id: row.get(l.script_id),
                line: row.get(l.line),
                column: row.get(l.column),
            });
        })
    }

    fn settle(&mut self, place: &dyn Fn(Batch, usize) -> u64) {
        self.climb.settle(self.targets, place);
    }
}

pub(super) struct SampleSink<'a> {
    pub layout: &'a SampleLayout,
    pub table: &'a mut Vec<Sample>,
}

impl Sink for SampleSink<'_> {
    fn fields(&self) -> usize {
        self.layout.fields
    }

    fn ignores(&self, field: usize) -> bool {
        ![self.layout.timestamp_us, self.layout.last_assigned_id].contains(&field)
    }

    fn rows<V: Value>(&mut self, _: Batch, numbers: &[V]) -> Result<(), Misfit> {
        let l = self.layout;
        each_row(numbers, l.fields, |row| {
            self.table.push(Sample {
                timestamp_us: row.values[l.timestamp_us].into(),
                last_assigned_id: row.get(l.last_assigned_id),
            });
        })
    }

    fn settle(&mut self, _: &dyn Fn(Batch, usize) -> u64) {}
}

pub(super) struct FunctionSink<'a> {
    pub layout: &'a FunctionLayout,
    pub table: &'a mut Vec<TraceFunction>,
    pub names: &'a mut Peak,
    pub climb: Climb,
}

impl Sink for FunctionSink<'_> {
    fn fields(&self) -> usize {
        self.layout.fields
    }

    fn ignores(&self, field: usize) -> bool {
        let l = self.layout;
        ![l.function_id, l.name, l.script_name, l.script_id, l.line, l.column].contains(&field)
    }

    fn rows<V: Value>(&mut self, batch: Batch, numbers: &[V]) -> Result<(), Misfit> {
        let l = self.layout;
        each_row(numbers, l.fields, |row| {
            for field in [l.name, l.script_name] {
                let name = row.get(field);
                self.climb.note(batch, name, || Some(row.first + field));
            }
            self.table.push(TraceFunction {
                function_id: row.get(l.function_id),
                name: StrIdx(row.get(l.name)),
                script_name: StrIdx(row.get(l.script_name)),
                script_id: row.get(l.script_id),
                line: row.get(l.line),
                column: row.get(l.column),
            });
        })
    }

    fn settle(&mut self, place: &dyn Fn(Batch, usize) -> u64) {
        self.climb.settle(self.names, place);
    }
}
