//! `/explore/compare…` and `/explore/diagnosis`: questions to several snapshots.

use super::question::{Reply, window};
use super::{Diagnosed, Explorer};
use crate::analysis::series::LONGEST;
use crate::deliver::http::{Answer, Params};
use crate::error::Error;
use crate::explore::compare::{self, SortBy};
use crate::explore::diagnosis::diagnosis as diagnose;
use crate::explore::page::{Order, Window};
use crate::explore::pair::Kind;
use crate::explore::{Opened, growth as grown};
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
        .ask_both([list.base, list.head], move |explorer, ids, [base, head]| {
            let pair = explorer.shelf.pair(ids, &base, &head);
            Ok(compare::classes(pair.get()?, sort, order, &list.filter, window))
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
        .ask_both(ids, move |explorer, ids, [base, head]| {
            let pair = explorer.shelf.pair(ids, &base, &head);
            let pair = pair.get()?;
            Ok(match kind {
                Kind::Removed => compare::objects(pair.removed(&key), &base, window),
                _ => compare::objects(pair.added(&key), &head, window),
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
        .ask_both(ids, move |explorer, ids, [base, head]| {
            let pair = explorer.shelf.pair(ids, &base, &head);
            Ok(grown::rows(pair.get()?, &base, &head, key.as_deref(), window))
        })
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
    let work = move |explorer: &Explorer| {
        let Some((last, earlier)) = ids.split_last().filter(|_| ids.len() <= LONGEST) else {
            let what = format!("ids must name 1 to {LONGEST} snapshots, separated by commas");
            return Err(Error::HttpArgument { what });
        };
        for id in &ids {
            explorer.shelf.row(id)?;
        }
        if let Some(known) = explorer.diagnosed.lock().as_ref().filter(|known| known.ids == ids) {
            return Ok(Reply::Ready(known.text.clone()));
        }
        let mut digests = Vec::new();
        for id in earlier {
            match explorer.shelf.digest(id)? {
                Opened::Ready(digest) => digests.push(digest),
                Opened::Loading(progress) => return Ok(Reply::Loading(id.clone(), progress)),
            }
        }
        let snapshot = match explorer.shelf.open(last)? {
            Opened::Ready(snapshot) => snapshot,
            Opened::Loading(progress) => return Ok(Reply::Loading(last.clone(), progress)),
        };
        let reply = Reply::json(&diagnose(&digests, &snapshot))?;
        if let Reply::Ready(text) = &reply {
            *explorer.diagnosed.lock() = Some(Diagnosed { ids: ids.clone(), text: text.clone() });
        }
        Ok(reply)
    };
    explorer.work(work).await
}
