//! The comparison's tables: classes with new and vanished objects, and the objects.

use crate::analysis::comparison::ClassDelta;
use crate::explore::nodes::{SortBy as NodeSort, sorted};
use crate::explore::pair::Pair;
use crate::explore::row::NodeRow;
use crate::explore::texts::contains;
use crate::explore::{Order, Page, Snapshot, Window};
use crate::ids::NodeIdx;
use serde::Deserialize;
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// By its size, whether more or less, as `leakguard diff` does.
    AbsoluteDelta,
    SizeDelta,
    AddedSize,
    RemovedSize,
    CountDelta,
    Name,
}

impl SortBy {
    pub fn natural(self) -> Order {
        if self == Self::Name { Order::Ascending } else { Order::Descending }
    }

    fn compare(self, a: &ClassDelta, b: &ClassDelta) -> Ordering {
        match self {
            Self::AbsoluteDelta => a.size_delta.unsigned_abs().cmp(&b.size_delta.unsigned_abs()),
            Self::SizeDelta => a.size_delta.cmp(&b.size_delta),
            Self::AddedSize => a.added_size.cmp(&b.added_size),
            Self::RemovedSize => a.removed_size.cmp(&b.removed_size),
            Self::CountDelta => a.count_delta.cmp(&b.count_delta),
            Self::Name => a.name.cmp(&b.name),
        }
    }
}

/// Classes with a change whose name contains `filter`.
pub fn classes(pair: &Pair, sort: SortBy, order: Order, filter: &str, window: Window) -> Page<ClassDelta> {
    let mut rows: Vec<&ClassDelta> =
        pair.changed().filter(|row| contains(row.name.as_bytes(), filter.as_bytes())).collect();
    let total = rows.len();
    let shown =
        window.sorted(&mut rows, |a, b| order.apply(sort.compare(a, b)).then_with(|| a.key.cmp(&b.key)));
    Page::new(total, window, shown.iter().map(|row| (*row).clone()).collect())
}

/// The new objects of a class, which `head` has, or the vanished ones, which `base` had; biggest retained size first.
pub fn objects(nodes: impl Iterator<Item = NodeIdx>, of: &Snapshot, window: Window) -> Page<NodeRow> {
    let nodes: Vec<NodeIdx> = nodes.collect();
    let total = nodes.len();
    let shown = sorted(of.graph(), nodes.into_iter(), NodeSort::RetainedSize, Order::Descending, window);
    Page::new(total, window, shown.into_iter().map(|node| NodeRow::of(of, node)).collect())
}
