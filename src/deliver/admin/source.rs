//! `/source`: the lines around a place that the report names. No other file can be read by it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::Desk;
use super::snapshots::blocking;
use crate::deliver::http::{Answer, Params};
use crate::error::Error;

/// Before and after the line: 15 in all.
const AROUND: usize = 7;
/// Of a bundle, more would not be read anyway.
const MOST_BYTES: u64 = 8 << 20;
/// Characters of a line: minified code has one.
const LONGEST_LINE: usize = 300;
/// The report repeats what scripts call themselves, and a script may lie.
const KINDS: [&str; 8] = ["js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx"];

#[derive(Deserialize)]
pub struct Query {
    pub file: String,
    line: usize,
}

#[derive(Debug, PartialEq, Serialize)]
pub struct Excerpt {
    file: String,
    /// One-based.
    first: usize,
    line: usize,
    lines: Vec<String>,
}

pub async fn get(State(desk): State<Arc<Desk>>, Params(query): Params<Query>) -> Answer<Json<Excerpt>> {
    let named = {
        let reports = desk.reports.lock();
        [&reports.diagnosis, &reports.finding].into_iter().flatten().any(|report| names(report, &query.file))
    };
    find(named, query).await
}

/// The lines, if the file is one that the report has `named`.
pub async fn find(named: bool, query: Query) -> Answer<Json<Excerpt>> {
    let nothing = || Error::HttpNotFound {
        what: "such source: the report does not name it, or it cannot be read".to_owned(),
    };
    let path = path_of(&query.file).filter(|_| named).ok_or_else(nothing)?;
    let excerpt = blocking(move || Ok(read(&path).and_then(|text| excerpt(query, &text)))).await?;
    Ok(Json(excerpt.ok_or_else(nothing)?))
}

/// Whether some place in the report is in this file.
pub fn names(report: &str, file: &str) -> bool {
    fn search(value: &Value, file: &str) -> bool {
        match value {
            Value::Object(fields) => {
                fields.get("file").and_then(Value::as_str) == Some(file)
                    || fields.values().any(|value| search(value, file))
            }
            Value::Array(items) => items.iter().any(|item| search(item, file)),
            _ => false,
        }
    }
    serde_json::from_str(report).is_ok_and(|report: Value| search(&report, file))
}

/// An absolute path, plain or as a URL, of a kind that holds source.
fn path_of(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(file.strip_prefix("file://").unwrap_or(file));
    let kind = path.extension()?.to_str()?;
    (path.is_absolute() && KINDS.contains(&kind)).then_some(path)
}

fn read(path: &Path) -> Option<String> {
    // What is no regular file may never end.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn excerpt(Query { file, line }: Query, text: &str) -> Option<Excerpt> {
    let first = line.saturating_sub(AROUND).max(1);
    let last = line.checked_add(AROUND)?;
    let cut = |line: &str| line.chars().take(LONGEST_LINE).collect();
    let lines: Vec<String> = text.lines().skip(first - 1).take(last + 1 - first).map(cut).collect();
    (line >= 1 && line < first + lines.len()).then_some(Excerpt { file, first, line, lines })
}

#[cfg(test)]
mod tests {
    use super::{Query, excerpt, names, path_of};

    #[test]
    fn only_sources_that_the_report_names() {
        let report = r#"{"suspects":[{"path":[{"name":"x","location":{"file":"/app/a.js","line":3}}],"hint":"/etc/a.js"}]}"#;
        assert!(names(report, "/app/a.js"));
        assert!(!names(report, "/etc/a.js") && !names(report, "/app/b.js") && !names("", "/app/a.js"));
        assert!(path_of("/app/a.js").is_some() && path_of("file:///app/a.mjs").is_some());
        for file in ["/etc/passwd", "a.js", "node:fs", "/app/.env", "https://x/a.js", ""] {
            assert_eq!(path_of(file), None, "{file}");
        }
    }

    #[test]
    fn fifteen_lines_around_or_what_there_is() {
        let text: String = (1..=30).map(|n| format!("line {n}\n")).collect();
        let at = |line| excerpt(Query { file: "a.js".to_owned(), line }, &text);
        let middle = at(20).unwrap();
        assert_eq!((middle.first, middle.lines.len(), &*middle.lines[7]), (13, 15, "line 20"));
        assert_eq!((at(1).unwrap().first, at(1).unwrap().lines.len()), (1, 8));
        assert_eq!(at(30).unwrap().lines.len(), 8);
        assert_eq!((at(0), at(31), at(usize::MAX)), (None, None, None));
    }
}
