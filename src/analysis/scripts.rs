//! The table of scripts: script id → where the source is. A snapshot holds only script ids; the capture adds
//! this table from the inspector's `Debugger.scriptParsed`, also to the files it keeps. It may be absent.

use crate::capture;
use crate::report::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScriptTable {
    scripts: BTreeMap<u32, Script>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Script {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "sourceMapURL")]
    pub source_map_url: Option<String>,
}

impl ScriptTable {
    /// What a capture was told.
    pub fn of(scripts: &[capture::Script]) -> Self {
        let mut table = Self::default();
        for script in scripts {
            let source_map_url = Some(script.source_map_url.clone()).filter(|url| !url.is_empty());
            table.insert(script.id, Script { url: script.url.clone(), source_map_url });
        }
        table
    }

    /// What a snapshot that leakguard kept says; empty for any other.
    pub fn of_file(path: impl AsRef<Path>) -> Self {
        Self::of(&capture::script_header::of_file(path.as_ref()))
    }

    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
    }

    pub fn insert(&mut self, id: u32, script: Script) {
        self.scripts.insert(id, script);
    }

    pub fn get(&self, id: u32) -> Option<&Script> {
        self.scripts.get(&id)
    }

    /// Zero-based line and column of the snapshot to the one-based place people know.
    pub fn place(&self, script_id: u32, line: u32, column: u32) -> Place {
        let file = match self.scripts.get(&script_id) {
            Some(script) if !script.url.is_empty() => readable(&script.url),
            // The inspector names every script but those that came from a string at run time.
            _ if !self.scripts.is_empty() => EVALUATED.to_owned(),
            _ => format!("script {script_id}"),
        };
        Place {
            file,
            line: Some(line.saturating_add(1)),
            column: Some(column.saturating_add(1)),
            script_id: Some(script_id),
            ..Place::default()
        }
    }

    /// Whether the place is in Node's own code or in no file at all.
    pub fn is_internal(place: &Place) -> bool {
        place.file.starts_with("node:") || place.file.starts_with("script ")
    }
}

/// What `eval` and `new Function` compiled.
const EVALUATED: &str = "eval'd code";

/// As [`plain_path`]; what Node calls code that was given to `node:vm` without a file name is cut to the point.
fn readable(url: &str) -> String {
    plain_path(url.strip_suffix(".<anonymous>").unwrap_or(url))
}

/// `file:///a/b.js` → `/a/b.js`, percent escapes resolved; everything else as it is.
pub(crate) fn plain_path(url: &str) -> String {
    let Some(path) = url.strip_prefix("file://") else { return url.to_owned() };
    // file:///C:/a.js
    let path = path.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':')).unwrap_or(path);
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escaped = (bytes[i] == b'%')
            .then(|| path.get(i + 1..i + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        out.push(escaped.unwrap_or(bytes[i]));
        i += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_url_becomes_a_path_and_lines_become_one_based() {
        let mut table = ScriptTable::default();
        table.insert(7, Script { url: "file:///srv/my%20app/a.mjs".into(), source_map_url: None });
        let place = table.place(7, 0, 4);
        assert_eq!((place.file.as_str(), place.line, place.column), ("/srv/my app/a.mjs", Some(1), Some(5)));
        assert_eq!(ScriptTable::default().place(8, 1, 1).file, "script 8");
    }

    #[test]
    fn code_without_a_file_has_a_name_all_the_same() {
        let mut table = ScriptTable::default();
        table.insert(7, Script { url: "evalmachine.<anonymous>".into(), source_map_url: None });
        assert_eq!(table.place(7, 0, 0).file, "evalmachine");
        assert_eq!(table.place(8, 0, 0).file, "eval'd code");
    }

    #[test]
    fn odd_escapes_stay_as_they_are() {
        assert_eq!(plain_path("file:///a%2"), "/a%2");
        assert_eq!(plain_path("file:///a%zz%C3%A9"), "/a%zzé");
        assert_eq!(plain_path("node:fs"), "node:fs");
        assert_eq!(plain_path("file:///C:/a%20b.js"), "C:/a b.js");
    }

    #[test]
    fn it_reads_what_the_inspector_says() {
        let table: ScriptTable =
            serde_json::from_str(r#"{"12":{"url":"/a.js","sourceMapURL":"a.js.map"},"13":{"url":""}}"#)
                .unwrap();
        assert_eq!(table.get(12).unwrap().source_map_url.as_deref(), Some("a.js.map"));
        assert_eq!(table.place(13, 0, 0).file, "eval'd code");
    }
}
