//! `/explore/compare…` and `/explore/diagnosis`: questions to several snapshots.

use super::preparing::Work;
use super::question::{Reply, window};
use super::{Explorer, Made};
use crate::analysis::series::LONGEST;
use crate::deliver::http::{Answer, Params};
use crate::error::Error;
use crate::explore::compare::{self, SortBy};
use crate::explore::diagnosis::diagnosis as diagnose;
use crate::explore::page::{Order, Window};
use crate::explore::pair::Kind;
use crate::explore::{Index, Opened, Snapshot, growth as grown};
use axum::extract::State;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Classes {
    base: String,
    head: String,
    sort: Option<SortBy>,
    order: Option<Order>,
    #[serde(default)]
    filter: String,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn classes(State(explorer): State<Explorer>, Params(list): Params<Classes>) -> Answer<Reply> {
    let sort = list.sort.unwrap_or(SortBy::AbsoluteDelta);
    let order = list.order.unwrap_or(sort.natural());
    let window = window(list.offset, list.limit);
    explorer
        .ask_both([list.base, list.head], move |pair, _| {
            Ok(compare::classes(pair, sort, order, &list.filter, window))
        })
        .await
}

#[derive(Deserialize)]
pub struct Objects {
    base: String,
    head: String,
    key: String,
    kind: Kind,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn objects(State(explorer): State<Explorer>, Params(list): Params<Objects>) -> Answer<Reply> {
    let window = window(list.offset, list.limit);
    let (ids, key, kind) = ([list.base, list.head], list.key, list.kind);
    if kind == Kind::Grown {
        return grown_rows(&explorer, ids, Some(key), window).await;
    }
    explorer
        .ask_both(ids, move |pair, [base, head]| {
            Ok(match kind {
                Kind::Removed => compare::objects(pair.removed(&key), base, window),
                _ => compare::objects(pair.added(&key), head, window),
            })
        })
        .await
}

#[derive(Deserialize)]
pub struct Growth {
    base: String,
    head: String,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub async fn growth(State(explorer): State<Explorer>, Params(list): Params<Growth>) -> Answer<Reply> {
    let window = window(list.offset, list.limit);
    grown_rows(&explorer, [list.base, list.head], None, window).await
}

async fn grown_rows(
    explorer: &Explorer,
    ids: [String; 2],
    key: Option<String>,
    window: Window,
) -> Answer<Reply> {
    explorer
        .ask_both(ids, move |pair, [base, head]| Ok(grown::rows(pair, base, head, key.as_deref(), window)))
        .await
}

#[derive(Deserialize)]
pub struct Series {
    /// Separated by commas, oldest first.
    ids: String,
}

/// Opens one file after the other, of all but the last only for its digest; each call goes on where the last one had
/// to wait.
pub async fn diagnosis(
    State(explorer): State<Explorer>,
    Params(Series { ids }): Params<Series>,
) -> Answer<Reply> {
    let ids: Vec<String> = ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let Some((last, earlier)) = ids.split_last().filter(|_| ids.len() <= LONGEST) else {
        let what = format!("ids must name 1 to {LONGEST} snapshots, separated by commas");
        return Err(Error::HttpArgument { what }.into());
    };
    let asked = ids.clone();
    let check = move |explorer: &Explorer| asked.iter().try_for_each(|id| explorer.shelf.row(id).map(drop));
    explorer.work(check).await?;
    if let Some(text) = Made::find(&explorer.diagnosed, &ids) {
        return Ok(Reply::Ready(text));
    }
    for id in earlier {
        if explorer.shelf.has_digest(id)? {
            continue;
        }
        let snapshot = match explorer.open(id).await? {
            Opened::Ready(snapshot) => snapshot,
            Opened::Loading(progress) => return Ok(Reply::Loading(id.clone(), progress)),
        };
        if !explorer.indexed(&snapshot, Index::Digest).await? {
            return Ok(Reply::Indexing(id.clone(), Index::Digest.name()));
        }
        let id = id.clone();
        explorer.work(move |explorer| explorer.shelf.digest(&id).map(drop)).await?;
    }
    let snapshot = match explorer.open(last).await? {
        Opened::Ready(snapshot) => snapshot,
        Opened::Loading(progress) => return Ok(Reply::Loading(last.clone(), progress)),
    };
    let (for_thread, series) = (explorer.clone(), ids.clone());
    let act = move || for_thread.diagnose(series, &snapshot);
    let ended = explorer.preparing.ends_soon(Work::Diagnosis(ids.clone()), act).await?;
    let made = if ended { Made::find(&explorer.diagnosed, &ids) } else { None };
    Ok(made.map_or_else(|| Reply::Indexing(last.clone(), "diagnosis"), Reply::Ready))
}

impl Explorer {
    /// Finds it out, as far as all that it takes is still there.
    fn diagnose(&self, ids: Vec<String>, last: &Snapshot) {
        let earlier = ids.iter().take(ids.len().saturating_sub(1));
        let digests: Option<Vec<_>> = earlier
            .map(|id| match self.shelf.digest(id) {
                Ok(Opened::Ready(digest)) => Some(digest),
                _ => None,
            })
            .collect();
        let Some(digests) = digests else { return };
        if let Ok(text) = serde_json::to_vec(&diagnose(&digests, last)) {
            *self.diagnosed.lock() = Some(Made { ids, text });
        }
    }
}
