//! The table of classes.

use crate::explore::texts::contains;
use crate::explore::{Order, Page, Snapshot, Window};
use crate::graph::Class;
use crate::ids::ClassIdx;
use crate::report::ClassRow;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    RetainedSize,
    SelfSize,
    Count,
    Name,
    Distance,
}

impl SortBy {
    /// Big numbers first, names and distances from the start.
    pub fn natural(self) -> Order {
        match self {
            Self::RetainedSize | Self::SelfSize | Self::Count => Order::Descending,
            Self::Name | Self::Distance => Order::Ascending,
        }
    }

    fn compare(self, a: &Class, b: &Class) -> Ordering {
        match self {
            Self::RetainedSize => a.retained_size.cmp(&b.retained_size),
            Self::SelfSize => a.self_size.cmp(&b.self_size),
            Self::Count => a.count.cmp(&b.count),
            Self::Name => a.name.cmp(&b.name),
            Self::Distance => a.distance.cmp(&b.distance),
        }
    }
}

/// A class, and its row in the class table, by which questions about it name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexedClass {
    pub index: u32,
    #[serde(flatten)]
    pub row: ClassRow,
}

/// The classes whose name contains `filter`, in ASCII without regard to case.
pub fn classes(
    snapshot: &Snapshot,
    sort: SortBy,
    order: Order,
    filter: &str,
    window: Window,
) -> Page<IndexedClass> {
    let rows = snapshot.graph().classes().rows();
    let mut rows: Vec<(ClassIdx, &Class)> =
        rows.filter(|(_, class)| contains(class.name.as_bytes(), filter.as_bytes())).collect();
    let total = rows.len();
    let shown = window
        .sorted(&mut rows, |(_, a), (_, b)| order.apply(sort.compare(a, b)).then_with(|| a.key.cmp(&b.key)));
    let shown = shown.iter().map(|(index, class)| IndexedClass { index: index.0, row: ClassRow::of(class) });
    Page::new(total, window, shown.collect())
}
