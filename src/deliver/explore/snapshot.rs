//! `/explore/ID/…`: questions to one snapshot.

use super::Explorer;
use super::question::{Named, Reply, window};
use crate::deliver::http::{Answer, Params};
use crate::error::{Error, Result};
use crate::explore::detail::Detail;
use crate::explore::page::{Order, Page};
use crate::explore::search::Kind;
use crate::explore::summary::Summary;
use crate::explore::{Index, Snapshot, buffers as buffer, children as child, classes as class};
use crate::explore::{
    dominators as tree, nodes as object, retainers as holder, search as find, strings as text,
};
use crate::ids::NodeIdx;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Depth and nodes of a dominator tree, unless the question says.
const DEPTH: u32 = 2;
const BRANCHES: usize = 200;

#[derive(Deserialize)]
pub struct List {
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
pub struct Sorted<S> {
    sort: Option<S>,
    order: Option<Order>,
    #[serde(default)]
    filter: String,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn summary(State(explorer): State<Explorer>, Named(id): Named<String>) -> Answer<Reply> {
    #[derive(Serialize)]
    struct Whole {
        id: String,
        name: String,
        /// Of the file.
        bytes: u64,
        #[serde(flatten)]
        summary: Summary,
    }
    let (named, shelf) = (id.clone(), Arc::clone(&explorer.shelf));
    let question = move |snapshot: &Snapshot| {
        let file = shelf.row(&named)?;
        Ok(Whole { id: named, name: file.name, bytes: file.bytes, summary: Summary::of(snapshot) })
    };
    explorer.ask(id, &[], question).await
}

pub async fn classes(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(list): Params<Sorted<class::SortBy>>,
) -> Answer<Reply> {
    let sort = list.sort.unwrap_or(class::SortBy::RetainedSize);
    let order = list.order.unwrap_or(sort.natural());
    let window = window(list.offset, list.limit);
    explorer
        .ask(id, &[], move |snapshot| Ok(class::classes(snapshot, sort, order, &list.filter, window)))
        .await
}

pub async fn instances(
    State(explorer): State<Explorer>,
    Named((id, index)): Named<(String, u32)>,
    Params(list): Params<Sorted<object::SortBy>>,
) -> Answer<Reply> {
    let sort = list.sort.unwrap_or(object::SortBy::RetainedSize);
    let order = list.order.unwrap_or(sort.natural());
    let window = window(list.offset, list.limit);
    let question = move |snapshot: &Snapshot| {
        Ok(object::instances(snapshot, snapshot.class(index)?, sort, order, window))
    };
    explorer.ask(id, &[Index::Instances], question).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ById {
    node_id: u32,
}

pub async fn node_by_id(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(ById { node_id }): Params<ById>,
) -> Answer<Reply> {
    explorer
        .ask(id, &[Index::Paths], move |snapshot| Ok(Detail::of(snapshot, snapshot.node_with_id(node_id)?)))
        .await
}

pub async fn node(
    State(explorer): State<Explorer>,
    Named((id, index)): Named<(String, u32)>,
) -> Answer<Reply> {
    explorer.ask(id, &[Index::Paths], move |snapshot| Ok(Detail::of(snapshot, snapshot.node(index)?))).await
}

pub async fn children(
    State(explorer): State<Explorer>,
    Named((id, index)): Named<(String, u32)>,
    Params(list): Params<Sorted<child::SortBy>>,
) -> Answer<Reply> {
    let sort = list.sort.unwrap_or(child::SortBy::Snapshot);
    let window = window(list.offset, list.limit);
    let question = move |snapshot: &Snapshot| {
        Ok(child::children(snapshot, snapshot.node(index)?, sort, &list.filter, window))
    };
    explorer.ask(id, &[], question).await
}

pub async fn retainers(
    State(explorer): State<Explorer>,
    Named((id, index)): Named<(String, u32)>,
    Params(list): Params<List>,
) -> Answer<Reply> {
    let window = window(list.offset, list.limit);
    explorer
        .ask(id, &[], move |snapshot| Ok(holder::retainers(snapshot, snapshot.node(index)?, window)))
        .await
}

#[derive(Deserialize)]
pub struct Tree {
    root: Option<u32>,
    depth: Option<u32>,
    limit: Option<usize>,
}

pub async fn dominators(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(Tree { root, depth, limit }): Params<Tree>,
) -> Answer<Reply> {
    let question = move |snapshot: &Snapshot| {
        let root: Result<NodeIdx> = root.map_or(Ok(snapshot.graph().root()), |index| snapshot.node(index));
        Ok(tree::tree(snapshot, root?, depth.unwrap_or(DEPTH), limit.unwrap_or(BRANCHES)))
    };
    explorer.ask(id, &[Index::Dominated], question).await
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Within {
    #[default]
    Name,
    String,
    Id,
}

#[derive(Deserialize)]
pub struct Search {
    q: String,
    #[serde(default)]
    kind: Within,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn search(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(Search { q, kind, offset, limit }): Params<Search>,
) -> Answer<Reply> {
    let window = window(offset, limit);
    let threads = explorer.shelf.threads();
    let needs: &'static [Index] = if matches!(kind, Within::Id) { &[] } else { &[Index::Order] };
    let question = move |snapshot: &Snapshot| match kind {
        Within::Name => Ok(find::search(snapshot, Kind::Name, &q, threads, window)),
        Within::String => Ok(find::search(snapshot, Kind::String, &q, threads, window)),
        Within::Id => {
            // As DevTools writes it, with or without the sign.
            let number = q.trim().trim_start_matches('@').parse::<u32>();
            let id = number.map_err(|_| Error::HttpArgument { what: format!("'{q}' is no object id") })?;
            let rows = find::by_id(snapshot, id).into_iter().collect::<Vec<_>>();
            Ok(Page::new(rows.len(), window, rows))
        }
    };
    explorer.ask(id, needs, question).await
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Duplicates,
    Size,
}

#[derive(Deserialize)]
pub struct Strings {
    #[serde(default)]
    by: By,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn strings(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(Strings { by, offset, limit }): Params<Strings>,
) -> Answer<Reply> {
    let window = window(offset, limit);
    match by {
        By::Duplicates => {
            explorer.ask(id, &[Index::Repeated], move |snapshot| Ok(text::duplicates(snapshot, window))).await
        }
        By::Size => {
            explorer.ask(id, &[Index::Order], move |snapshot| Ok(text::biggest(snapshot, window))).await
        }
    }
}

pub async fn buffers(
    State(explorer): State<Explorer>,
    Named(id): Named<String>,
    Params(list): Params<List>,
) -> Answer<Reply> {
    let window = window(list.offset, list.limit);
    explorer.ask(id, &[], move |snapshot| Ok(buffer::buffers(snapshot, window))).await
}
