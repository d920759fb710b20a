//! Work on snapshot files: each entry starts a thread and returns a promise (see [`crate::node::task`]).
//!
//! Results are JSON text: they can be large, and `JSON.parse` builds them faster than Node-API calls would.
//! A file named `-` is standard input, an output named `-` standard output. Of `threads`, 0 means all cores.

use crate::analysis::ScriptTable;
use crate::analysis::diff::diff;
use crate::analysis::retaining::retaining;
use crate::error::{Error, Result};
use crate::graph::{BuildOptions, Graph};
use crate::node::cancel::Cancel;
use crate::node::progress::{Callback, Progress};
use crate::node::{standard, task};
use crate::parse::source::{ReadOptions, read, read_file};
use crate::report::Summary;
use crate::report::rows::{Format, RowOptions, write_rows};
use crate::scrub;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use serde::Serialize;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What every entry is given to watch and stop it.
struct Watch {
    cancel: Arc<AtomicBool>,
    progress: Progress,
    threads: usize,
}

impl Watch {
    fn new(cancel: &Cancel, on_progress: Option<Callback>, threads: u32) -> Self {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if threads == 0 { all() } else { threads as usize };
        Self { cancel: cancel.flag(), progress: Progress::new(on_progress), threads }
    }

    /// Reads a snapshot and builds its graph.
    fn load(&self, file: &str) -> Result<Graph> {
        let reading = |done, total| self.progress.report("read", done, total);
        let options =
            ReadOptions { threads: self.threads, progress: Some(&reading), cancel: Some(&self.cancel) };
        let columns = if file == "-" {
            let input =
                standard::input().map_err(|source| Error::Read { path: "standard input".into(), source })?;
            read(input, &options)?
        } else {
            read_file(file, &options)?
        };
        let building = |done, total| self.progress.report("analyze", done, total);
        Graph::build(
            columns,
            &BuildOptions { threads: self.threads, progress: Some(&building), cancel: Some(&self.cancel) },
        )
    }
}

/// Resolves to JSON: the totals and classes of a snapshot.
#[napi(catch_unwind, ts_return_type = "Promise<string>")]
pub fn analyze_file<'env>(
    env: &'env Env,
    file: String,
    threads: u32,
    cancel: &Cancel,
    #[napi(ts_arg_type = "(phase: string, done: number, total: number) => void")] on_progress: Option<
        Callback,
    >,
) -> napi::Result<Object<'env>> {
    let watch = Watch::new(cancel, on_progress, threads);
    task::spawn(env, "leakguard-analyze", move || to_json(&Summary::of(&watch.load(&file)?)))
}

/// Compares snapshots of one process, oldest first. `iterations`: how much work was done between each two,
/// 0 if that is not known. Resolves to JSON: diagnosis, snapshots, classes.
#[napi(catch_unwind, ts_return_type = "Promise<string>")]
pub fn diff_files<'env>(
    env: &'env Env,
    files: Vec<String>,
    iterations: u32,
    threads: u32,
    cancel: &Cancel,
    #[napi(ts_arg_type = "(phase: string, done: number, total: number) => void")] on_progress: Option<
        Callback,
    >,
) -> napi::Result<Object<'env>> {
    let watch = Watch::new(cancel, on_progress, threads);
    task::spawn(env, "leakguard-diff", move || to_json(&diff(&files, iterations, |file| watch.load(file))?))
}

/// Writes one row for every node, as `ndjson` or `csv`. Resolves to false if the reader of standard output
/// went away before the end.
#[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
pub fn nodes_file<'env>(
    env: &'env Env,
    file: String,
    #[napi(ts_arg_type = "'ndjson' | 'csv'")] format: String,
    output: String,
    threads: u32,
    cancel: &Cancel,
    #[napi(ts_arg_type = "(phase: string, done: number, total: number) => void")] on_progress: Option<
        Callback,
    >,
) -> napi::Result<Object<'env>> {
    let watch = Watch::new(cancel, on_progress, threads);
    let format = if format == "csv" { Format::Csv } else { Format::Ndjson };
    task::spawn(env, "leakguard-nodes", move || {
        let graph = watch.load(&file)?;
        let name = if output == "-" { "standard output" } else { &output };
        let failed = |source| Error::Write { path: name.into(), source };
        let mut to: Box<dyn Write> = if output == "-" {
            Box::new(standard::output().map_err(failed)?)
        } else {
            Box::new(File::create(&output).map_err(failed)?)
        };
        let writing = |done, total| watch.progress.report("write", done, total);
        let options = RowOptions { progress: Some(&writing), cancel: Some(&watch.cancel) };
        match write_rows(&graph, format, &mut to, Path::new(name), &options) {
            Err(Error::Write { source, .. }) if source.kind() == ErrorKind::BrokenPipe => Ok(false),
            result => result.map(|()| true),
        }
    })
}

/// Resolves to JSON: who keeps the object alive, by at most `count` paths.
#[napi(catch_unwind, ts_return_type = "Promise<string>")]
pub fn path_file<'env>(
    env: &'env Env,
    file: String,
    id: u32,
    count: u32,
    threads: u32,
    cancel: &Cancel,
    #[napi(ts_arg_type = "(phase: string, done: number, total: number) => void")] on_progress: Option<
        Callback,
    >,
) -> napi::Result<Object<'env>> {
    let watch = Watch::new(cancel, on_progress, threads);
    task::spawn(env, "leakguard-path", move || {
        to_json(&retaining(&watch.load(&file)?, &ScriptTable::of_file(&file), id, count as usize)?)
    })
}

/// Writes a shareable copy of a snapshot. Resolves to JSON: `{ strings, replaced, separated }`.
#[napi(catch_unwind, ts_return_type = "Promise<string>")]
pub fn scrub_file<'env>(
    env: &'env Env,
    input: String,
    output: String,
    cancel: &Cancel,
    #[napi(ts_arg_type = "(phase: string, done: number, total: number) => void")] on_progress: Option<
        Callback,
    >,
) -> napi::Result<Object<'env>> {
    let watch = Watch::new(cancel, on_progress, 1);
    task::spawn(env, "leakguard-scrub", move || {
        let progress = |done, total| watch.progress.report("scrub", done, total);
        let options = scrub::ScrubOptions { progress: Some(&progress), cancel: Some(&watch.cancel) };
        to_json(&scrub::scrub_file(Path::new(&input), Path::new(&output), &options)?)
    })
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal { at: "writing JSON", what: e.to_string() })
}
