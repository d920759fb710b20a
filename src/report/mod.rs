//! The reports leakguard writes: the types of its JSON documents, and their renderings for people. All
//! documents carry `schema`, the version of the format.

pub mod diagnosis;
mod human;
pub mod markdown;
pub mod rows;
pub mod summary;
pub mod text;

pub use diagnosis::{
    ClassGrowth, Diagnosis, Evidence, Growth, GrowthKind, GrowthPoint, Hop, Place, RateUnit, Role, Round,
    SCHEMA, Strength, Suspect, Verdict,
};
pub use human::{per, short, signed, size};
pub use summary::{ClassRow, Summary};
