//! The directory of kept snapshots, for `lib/capture/store.js`. Every call works on a thread of its own.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use crate::capture::{keep, store};
use crate::node::task;

/// One kept snapshot.
#[napi(object)]
#[derive(Clone, Debug)]
pub struct StoredSnapshot {
    pub id: String,
    /// On disk.
    pub bytes: f64,
    /// Milliseconds since 1970.
    pub modified: f64,
}

/// What may stay; what is absent is unbounded.
#[napi(object)]
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreBounds {
    pub count: Option<u32>,
    pub bytes: Option<f64>,
    pub age_ms: Option<f64>,
}

impl From<StoreBounds> for store::Bounds {
    fn from(bounds: StoreBounds) -> Self {
        Self {
            count: bounds.count.map(|count| count as usize),
            bytes: bounds.bytes.map(|bytes| bytes.max(0.0) as u64),
            age: bounds.age_ms.map(|age| Duration::from_millis(age.max(0.0) as u64)),
        }
    }
}

/// The snapshots kept in a directory, newest first.
#[napi(catch_unwind, ts_return_type = "Promise<StoredSnapshot[]>")]
pub fn list_snapshots(env: &Env, directory: String) -> napi::Result<Object<'_>> {
    task::spawn(env, "leakguard-store", move || {
        let stored = store::list(&PathBuf::from(directory))?;
        Ok(stored
            .into_iter()
            .map(|one| StoredSnapshot {
                id: one.id,
                bytes: one.bytes as f64,
                modified: one.modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as f64,
            })
            .collect::<Vec<_>>())
    })
}

/// Removes what crashed processes left unfinished, then what exceeds the bounds. Resolves to the ids of the
/// snapshots removed.
#[napi(catch_unwind, ts_return_type = "Promise<string[]>")]
pub fn tidy_snapshots(env: &Env, directory: String, bounds: StoreBounds) -> napi::Result<Object<'_>> {
    task::spawn(env, "leakguard-store", move || {
        let directory = PathBuf::from(directory);
        keep::sweep(&directory);
        store::prune(&directory, &bounds.into(), SystemTime::now())
    })
}

/// Removes one snapshot. Resolves to whether it was there.
#[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
pub fn remove_snapshot(env: &Env, directory: String, id: String) -> napi::Result<Object<'_>> {
    task::spawn(env, "leakguard-store", move || store::remove(&PathBuf::from(directory), &id))
}
