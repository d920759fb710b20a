//! `/diff`: two snapshots beside each other, as `leakguard diff` has them.

use super::preparing::Work;
use super::question::Reply;
use super::{Explorer, Made};
use crate::analysis::diff::diff;
use crate::deliver::http::{Answer, Params};
use crate::error::{Error, Result};
use crate::graph::{BuildOptions, Graph};
use crate::parse::source::{ReadOptions, read_file};
use axum::extract::State;
use parking_lot::Mutex;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Query {
    base: String,
    head: String,
}

pub async fn get(State(explorer): State<Explorer>, Params(query): Params<Query>) -> Answer<Reply> {
    let ids = vec![query.base, query.head];
    let asked = ids.clone();
    let find = move |explorer: &Explorer| {
        let path = |id: &String| explorer.shelf.file(id).map(|(path, _)| path.to_string_lossy().into_owned());
        asked.iter().map(path).collect::<Result<Vec<String>>>()
    };
    let files = explorer.work(find).await?;
    if let Some(text) = Made::find(&explorer.compared, &ids) {
        return Ok(Reply::Ready(text));
    }
    // What went wrong is told to who started it, or comes again with the next try.
    let failure = Arc::new(Mutex::new(None));
    let (for_thread, told, series) = (explorer.clone(), Arc::clone(&failure), ids.clone());
    let act = move || match for_thread.diff(&files) {
        Ok(text) => *for_thread.compared.lock() = Some(Made { ids: series, text }),
        Err(error) => *told.lock() = Some(error),
    };
    let ended = explorer.preparing.ends_soon(Work::Comparison(ids.clone()), act).await?;
    if let Some(error) = failure.lock().take() {
        return Err(error.into());
    }
    let made = if ended { Made::find(&explorer.compared, &ids) } else { None };
    let head = ids.into_iter().next_back().unwrap_or_default();
    Ok(made.map_or_else(|| Reply::Indexing(head, "comparison"), Reply::Ready))
}

impl Explorer {
    fn diff(&self, files: &[String]) -> Result<Vec<u8>> {
        let threads = self.shelf.threads();
        let comparison = diff(files, 0, |file| {
            let columns = read_file(file, &ReadOptions { threads, ..ReadOptions::default() })?;
            Graph::build(columns, &BuildOptions { threads, ..BuildOptions::default() })
        })?;
        serde_json::to_vec(&comparison).map_err(|e| Error::Internal { at: "diff", what: e.to_string() })
    }
}
