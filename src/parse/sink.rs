//! Between text and columns: where the decoders put rows of numbers.

/// A decoded number: `u32` where the text allowed it, else `u64`.
pub(super) trait Value: Copy + Into<u64> {
    /// Whether the number fits 32 bits.
    fn fits(self) -> bool;
    /// The low 32 bits.
    fn low(self) -> u32;
}

impl Value for u32 {
    fn fits(self) -> bool {
        true
    }
    fn low(self) -> u32 {
        self
    }
}

impl Value for u64 {
    fn fits(self) -> bool {
        self <= u64::from(u32::MAX)
    }
    fn low(self) -> u32 {
        self as u32
    }
}

/// A number that is well-formed but impossible: which one of the batch, and why.
#[derive(Debug)]
pub(super) struct Misfit {
    pub index: usize,
    pub what: String,
}

/// Where in the text a batch of numbers begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Batch(pub usize);

/// Turns batches of rows into columns.
pub(super) trait Sink {
    /// Numbers per row.
    fn fields(&self) -> usize;
    /// Whether nobody reads the field, so that any number may stand there.
    fn ignores(&self, field: usize) -> bool;
    /// Takes whole rows.
    fn rows<V: Value>(&mut self, batch: Batch, numbers: &[V]) -> Result<(), Misfit>;
    /// Leaves the peaks behind. `place` finds the byte of a batch's number.
    fn settle(&mut self, place: &dyn Fn(Batch, usize) -> u64);
}
