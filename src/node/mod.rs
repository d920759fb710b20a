//! The Node-API surface: the only room that knows JavaScript exists.
//!
//! In: plain option objects from `lib/*.js`, which has validated them. Out: promises of plain objects or
//! of JSON text, and errors that carry their `LG_*` code. The generated `lib/native.js` and
//! `lib/native.d.ts` mirror what is exported here; users meet only the hand-written `index.js` above them.
//!
//! Rules of this room: no work on the event loop's thread beyond copying arguments, every entry and every
//! thread has a panic boundary, and nothing here decides anything about heaps.

pub mod admin;
pub mod cancel;
pub mod capture;
pub mod dropins;
pub mod error;
pub mod keepers;
pub mod monitor;
pub mod offline;
pub mod otlp;
pub mod progress;
pub mod push;
pub mod render;
pub mod series;
pub mod standard;
pub mod store;
pub mod task;
pub mod view;

use napi_derive::napi;

/// The version of the compiled half, which must equal the one of the package that loads it.
#[napi(catch_unwind)]
pub fn native_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Says that this process is leakguard's own, a command line and no app, so that its allocator may be tuned.
#[napi(catch_unwind)]
pub fn own_process() {
    crate::sys::allocator::return_freed_columns();
}
