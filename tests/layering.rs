//! Reads the sources and fails when the house rules about rooms are broken: a room imports only from rooms
//! before it, only `sys` is unsafe, only `node` knows Node-API.

use std::fs;
use std::path::{Path, PathBuf};

/// In pipeline order. A room may use those before it.
const ROOMS: [&str; 11] = [
    "sys", "capture", "parse", "scrub", "graph", "report", "analysis", "explore", "monitor", "deliver",
    "node",
];
/// Everybody may use these, and they use nobody.
const SHARED: [&str; 2] = ["error", "ids"];

/// `src/**.rs` with the room each belongs to; files right under `src` are their own room.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                walk(&entry, found);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                found.push(entry);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 10, "found the sources");
    let room = |path: &Path| {
        let first = path.strip_prefix(&root).unwrap().components().next().unwrap();
        first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
    };
    files
        .into_iter()
        .map(|path| (room(&path), path.clone(), code(&fs::read_to_string(&path).unwrap())))
        .collect()
}

/// The text without its line comments, so that prose may name anything.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The rooms a text names as `crate::room` or inside `crate::{…}`.
fn rooms_used(code: &str) -> Vec<String> {
    let identifier = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => used.push(identifier(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut item = 0;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' if depth == 0 => {
                            used.push(identifier(&list[item..i]));
                            item = i + 1;
                            if c == '}' {
                                break;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    used.retain(|room| !room.is_empty());
    used
}

#[test]
fn the_reader_of_imports_reads_them() {
    assert_eq!(rooms_used("use crate::graph::Graph; crate::ids::NodeIdx(3)"), ["graph", "ids"]);
    assert_eq!(
        rooms_used("use crate::{\n error::{Error, Result},\n parse::Columns,\n};"),
        ["error", "parse"]
    );
    assert_eq!(rooms_used(&code("// crate::node\nfn f() {} // crate::node")), [""; 0]);
}

#[test]
fn data_flows_one_way() {
    let rank = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut wrong = Vec::new();
    for (room, path, code) in sources() {
        if room == "lib" {
            continue;
        }
        for used in rooms_used(&code) {
            let allowed = used == room
                || match (rank(&room), rank(&used)) {
                    (Some(user), Some(used)) => used < user,
                    (Some(_), None) => SHARED.contains(&used.as_str()),
                    (None, _) => SHARED.contains(&room.as_str()) && SHARED.contains(&used.as_str()),
                };
            if !allowed {
                wrong.push(format!("{}: {room} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "a room imports only from rooms before it:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_lives_in_sys_and_node_api_in_node() {
    let mut wrong = Vec::new();
    for (room, path, code) in sources() {
        let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for (word, home) in [("unsafe", "sys"), ("napi", "node"), ("napi_derive", "node")] {
            if room != home && words.contains(&word) {
                wrong.push(format!("{}: {word} belongs to src/{home}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_and_stays_small() {
    let mut wrong = Vec::new();
    for (_, path, _) in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let tests = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        if !tests && !text.starts_with("//!") {
            wrong.push(format!("{}: begins without //!", path.display()));
        }
        let lines = text.lines().count();
        if !tests && lines > 500 {
            wrong.push(format!("{}: {lines} lines, split it", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
