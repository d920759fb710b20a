//! The reports leakguard writes: the types of its JSON documents, and their renderings for people. All
//! documents carry `schema`, the version of the format.

pub mod diagnosis;
mod human;
pub mod markdown;
mod page;
pub mod rows;
pub mod summary;
pub mod text;

pub use diagnosis::{
    AllocatedAt, Bound, ClassGrowth, Diagnosis, Evidence, Expiry, Generated, Growth, GrowthKind, GrowthPoint,
    Hop, Package, Place, RateUnit, Role, Round, SCHEMA, StackFrame, Strength, Suspect, Verdict,
};
pub use human::{in_package, per, short, signed, size};
pub use summary::{ClassRow, Summary};
