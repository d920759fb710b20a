use super::scanner::Scanner;
use super::walk::{Table, Visitor, walk};
use super::{ScrubOptions, layout::Layout, scrub_file, words};
use crate::error::{Error, Result};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A snapshot of nodes `(type, name, edges)` with edges `(type, name or index, target ordinal)`.
struct Heap {
    nodes: Vec<(&'static str, String, Vec<Edge<String>>)>,
}

type Edge<Name> = (&'static str, Name, usize);
type Node<'a> = (&'static str, &'a str, &'a [Edge<&'a str>]);

const NODE_TYPES: [&str; 8] =
    ["hidden", "string", "object", "closure", "number", "native", "concatenated string", "code"];
const EDGE_TYPES: [&str; 5] = ["context", "element", "property", "internal", "weak"];

impl Heap {
    fn new(nodes: &[Node<'_>]) -> Self {
        let edges = |edges: &[Edge<&str>]| {
            edges.iter().map(|&(kind, name, to)| (kind, name.to_owned(), to)).collect()
        };
        Self { nodes: nodes.iter().map(|&(kind, name, e)| (kind, name.to_owned(), edges(e))).collect() }
    }

    fn json(&self) -> Value {
        let mut strings: Vec<String> = Vec::new();
        let mut string = |text: &str| {
            strings.iter().position(|s| s == text).unwrap_or_else(|| {
                strings.push(text.to_owned());
                strings.len() - 1
            })
        };
        let at = |types: &[&str], name: &str| types.iter().position(|t| *t == name).unwrap();
        let (mut nodes, mut edges) = (vec![], vec![]);
        for (i, (kind, name, out)) in self.nodes.iter().enumerate() {
            nodes.extend([at(&NODE_TYPES, kind), string(name), 2 * i + 1, 16, out.len()]);
            for (kind, name, to) in out {
                let name = if *kind == "element" { name.parse().unwrap() } else { string(name) };
                edges.extend([at(&EDGE_TYPES, kind), name, to * 5]);
            }
        }
        json!({
            "snapshot": { "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count"],
                "node_types": [NODE_TYPES, "string", "number", "number", "number"],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [EDGE_TYPES, "string_or_number", "node"],
            }, "node_count": self.nodes.len(), "edge_count": edges.len() / 3 },
            "nodes": nodes, "edges": edges, "samples": [], "trace_tree": [[1, [2.5, "x]"]], {}], "strings": strings,
        })
    }
}

/// As V8 writes it: the description first, the strings last. (A `Value` sorts its keys.)
fn text(snapshot: &Value) -> Vec<u8> {
    let Some(object) = snapshot.as_object() else { return snapshot.to_string().into_bytes() };
    let place = |key: &str| ["snapshot", "nodes", "edges", "", "strings"].iter().position(|k| *k == key);
    let mut keys: Vec<&String> = object.keys().collect();
    keys.sort_by_key(|key| place(key).unwrap_or(3));
    let members: Vec<String> = keys.iter().map(|key| format!("{key:?}:{}", object[*key])).collect();
    format!("{{{}}}\n", members.join(",\n")).into_bytes()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("leakguard-scrub-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scrub(folder: &Folder, text: &[u8]) -> Result<Value> {
    let (input, output) = (folder.0.join("in.heapsnapshot"), folder.0.join("out.heapsnapshot"));
    std::fs::write(&input, text).unwrap();
    scrub_file(&input, &output, &ScrubOptions::default())?;
    Ok(serde_json::from_slice(&std::fs::read(output).unwrap()).unwrap())
}

/// The name of each node and of each named edge.
fn names(snapshot: &Value) -> (Vec<String>, Vec<String>) {
    let list = |key: &str| snapshot[key].as_array().unwrap().clone();
    let strings = list("strings");
    let text = |index: &Value| strings[index.as_u64().unwrap() as usize].as_str().unwrap().to_owned();
    let edges = list("edges");
    let element = EDGE_TYPES.iter().position(|t| *t == "element").unwrap() as u64;
    (
        list("nodes").chunks(5).map(|row| text(&row[1])).collect(),
        edges.chunks(3).filter(|row| row[0].as_u64() != Some(element)).map(|row| text(&row[1])).collect(),
    )
}

#[test]
fn content_becomes_its_length_and_names_stay() {
    let heap = Heap::new(&[
        ("hidden", "(root)", &[("property", "password", 1), ("context", "user", 2), ("element", "7", 3)]),
        ("string", "pässword \"😀\"", &[]),
        ("object", "User", &[("property", "name", 4), ("property", "password", 5)]),
        ("closure", "handleRequest", &[("internal", "code", 7)]),
        ("string", "password", &[]),
        ("concatenated string", "(concatenated string)", &[]),
        ("number", "heap number", &[]),
        ("code", "/app/server.js", &[]),
        ("number", "1234.5", &[]),
    ]);
    let folder = Folder::new("names");
    let (before, after) = (heap.json(), scrub(&folder, &text(&heap.json())).unwrap());
    let (nodes, edges) = names(&after);
    assert_eq!(
        nodes,
        [
            "(root)",
            "13 characters (#3)",
            "User",
            "handleRequest",
            "8 characters (#1)", // "password" stays a property's name, but no longer a string's text
            "(concatenated string)",
            "heap number",
            "/app/server.js",
            "6 characters (#11)",
        ]
    );
    assert_eq!(edges, names(&before).1);
    for key in ["snapshot", "edges", "samples", "trace_tree"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[test]
fn keys_of_a_dictionary_are_content_unless_they_are_names_elsewhere() {
    let keys: Vec<String> = (0..100).map(|i| format!("user{i}@example.com")).collect();
    let mut heap = Heap::new(&[("hidden", "(root)", &[]), ("object", "Object", &[]), ("string", "v", &[])]);
    heap.nodes.push(("closure", "f".into(), vec![("property", "user7@example.com".into(), 2)]));
    heap.nodes[1].2 = keys.iter().map(|key| ("property", key.clone(), 2)).collect();
    heap.nodes[1].2.push(("property", "/app/node_modules/x/index.js".into(), 2));
    heap.nodes[1].2.push(("property", "method".into(), 3));
    let (_, edges) = names(&scrub(&Folder::new("keys"), &text(&heap.json())).unwrap());
    let kept: Vec<&str> =
        edges.iter().map(String::as_str).filter(|name| !name.contains("characters")).collect();
    assert_eq!(kept, ["user7@example.com", "/app/node_modules/x/index.js", "method", "user7@example.com"]);
    let distinct: std::collections::HashSet<_> = edges.iter().collect();
    assert_eq!(distinct.len(), 102, "different keys stay different");
}

#[test]
fn an_object_with_few_properties_keeps_them() {
    let mut heap = Heap::new(&[("object", "Config", &[]), ("string", "v", &[])]);
    heap.nodes[0].2 = (0..63).map(|i| ("property", format!("option{i}"), 1)).collect();
    let (_, edges) = names(&scrub(&Folder::new("few"), &text(&heap.json())).unwrap());
    assert_eq!(edges, names(&heap.json()).1);
}

#[test]
fn markup_addresses_and_weak_map_entries_lose_what_they_quote() {
    let class = |text: &str| String::from_utf8(words::class(text.as_bytes()).into_owned()).unwrap();
    assert_eq!(class("<div id=\\\"secret\\\" class=\\\"a>b\\\">"), "<div>");
    assert_eq!(class("Detached <input value=\\\"4111\\\">"), "Detached <input>");
    assert_eq!(class("<span>"), "<span>");
    assert_eq!(class("Window / https://bank.example/account?id=7"), "Window / https://bank.example/…");
    assert_eq!(class("Window / https://bank.example"), "Window / https://bank.example");
    assert_eq!(class("Map"), "Map");
    let label = |text: &str| String::from_utf8(words::label(text.as_bytes()).into_owned()).unwrap();
    assert_eq!(
        label("12 / part of key (User @3) -> value (my secret @5) pair in WeakMap (table @7)"),
        "12 / part of key (key @3) -> value (value @5) pair in WeakMap (table @7)"
    );
    for name in ["name", "part of key (", "x / part of key (a @1) -> value (b @2) pair in WeakMap (table @3)"]
    {
        assert_eq!(label(name), name);
    }
}

#[test]
fn lengths_count_as_javascript_does() {
    for (json, length) in [("", 0), ("abc", 3), ("ä€", 2), ("😀", 2), ("\\ud83d\\ude00", 2), ("\\\"\\n", 2)]
    {
        assert_eq!(words::length(json.as_bytes()), length, "{json}");
    }
}

#[test]
fn gzip_in_and_out() {
    use flate2::{read::GzDecoder, write::GzEncoder};
    let folder = Folder::new("gzip");
    let (input, output) = (folder.0.join("in"), folder.0.join("out.heapsnapshot.gz"));
    let heap = Heap::new(&[("string", "secret", &[])]);
    let mut gz = GzEncoder::new(std::fs::File::create(&input).unwrap(), flate2::Compression::default());
    std::io::Write::write_all(&mut gz, &text(&heap.json())).unwrap();
    gz.finish().unwrap();
    let done = scrub_file(&input, &output, &ScrubOptions::default()).unwrap();
    assert_eq!((done.strings, done.replaced, done.separated), (1, 1, 0));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(&output).unwrap()).read_to_string(&mut text).unwrap();
    assert!(text.contains("6 characters (#0)") && !text.contains("secret"), "{text}");

    let half = std::fs::read(&input).unwrap();
    std::fs::write(&input, &half[..half.len() / 2]).unwrap();
    let error = scrub_file(&input, &output, &ScrubOptions::default()).unwrap_err();
    assert_eq!(error.code(), "LG_PARSE_TRUNCATED", "{error}");
}

#[test]
fn a_failure_leaves_no_output() {
    let folder = Folder::new("failure");
    let (input, output) = (folder.0.join("in"), folder.0.join("out"));
    std::fs::write(&input, "{\"snapshot\":").unwrap();
    assert!(scrub_file(&input, &output, &ScrubOptions::default()).is_err());
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["in"]);
    let missing = scrub_file(&folder.0.join("none"), &output, &ScrubOptions::default()).unwrap_err();
    assert_eq!(missing.code(), "LG_READ");
    std::fs::write(&input, text(&Heap::new(&[("string", "s", &[])]).json())).unwrap();
    let nowhere = scrub_file(&input, &folder.0.join("no/where"), &ScrubOptions::default()).unwrap_err();
    assert_eq!(nowhere.code(), "LG_WRITE");
    let cancel = std::sync::atomic::AtomicBool::new(true);
    let options = ScrubOptions { cancel: Some(&cancel), ..ScrubOptions::default() };
    assert!(matches!(scrub_file(&input, &output, &options), Err(Error::Cancelled)));
}

#[test]
fn contradictions_are_named() {
    let good = Heap::new(&[("object", "A", &[("property", "p", 1)]), ("string", "s", &[])]).json();
    let folder = Folder::new("contradictions");
    let fails = |change: &dyn Fn(&mut Value), part: &str| {
        let mut bad = good.clone();
        change(&mut bad);
        let error = scrub(&folder, &text(&bad)).unwrap_err();
        assert!(error.to_string().contains(part), "{error} should say {part:?}");
        assert!(error.code().starts_with("LG_PARSE_"));
    };
    fails(&|v| v["edges"] = json!([]), "fewer edges");
    fails(&|v| v["nodes"][4] = json!(0), "more edges");
    fails(&|v| v["nodes"][0] = json!(99), "unlisted type");
    fails(&|v| v["edges"][0] = json!(99), "unlisted type");
    fails(&|v| v["edges"][2] = json!(500), "does not exist");
    fails(&|v| v["nodes"][1] = json!(17), "a name is string 17");
    fails(&|v| v["nodes"][1] = json!(4_000_000_000u64), "cannot exist");
    fails(&|v| v["nodes"][3] = json!(-1), "a whole number");
    fails(&|v| v["nodes"].as_array_mut().unwrap().truncate(7), "incomplete");
    fails(&|v| v["snapshot"]["meta"]["node_fields"][1] = json!("nome"), "\"name\"");
    fails(&|v| drop(v.as_object_mut().unwrap().remove("strings")), "no \"strings\"");
    fails(&|v| *v = json!([1]), "expected the start of a JSON object");
    fails(&|v| *v = json!({ "nodes": [1, 2, 3] }), "before their description");
}

/// Copies, whatever it is shown.
struct Echo {
    wants: bool,
    text: Vec<u8>,
}

impl Visitor for Echo {
    fn layout(&mut self, _: Layout) -> Result<(), String> {
        Ok(())
    }
    fn wants(&self, _: Table) -> bool {
        self.wants
    }
    fn number(&mut self, _: Table, _: u64) -> Result<Option<u64>, String> {
        Ok(None)
    }
    fn end(&mut self, _: Table) -> Result<(), String> {
        Ok(())
    }
    fn string(&mut self, _: &[u8]) -> Result<bool> {
        Ok(false)
    }
    fn strings_end(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.text.extend_from_slice(bytes);
        Ok(())
    }
}

/// Gives at most `chunk` bytes at a time.
struct Trickle<'a> {
    text: &'a [u8],
    chunk: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.chunk.min(self.text.len()).min(into.len());
        into[..bytes].copy_from_slice(&self.text[..bytes]);
        self.text = &self.text[bytes..];
        Ok(bytes)
    }
}

fn echo(text: &[u8], chunk: usize, wants: bool) -> Result<Vec<u8>> {
    let mut echo = Echo { wants, text: vec![] };
    walk(Scanner::new(Box::new(Trickle { text, chunk }), Path::new("x"), None), &mut echo)?;
    Ok(echo.text)
}

proptest! {
    #[test]
    fn walking_passes_on_every_byte_however_it_is_cut(
        chunk in 1usize..40,
        wants in any::<bool>(),
        pretty in any::<bool>(),
        texts in proptest::collection::vec(".{0,8}", 1..6),
        numbers in proptest::collection::vec(any::<u32>(), 0..30),
    ) {
        let mut heap = Heap::new(&[("object", "A", &[("property", "p", 0)])]).json();
        heap["strings"] = json!(texts);
        heap["edges"] = json!(numbers);
        heap["locations"] = json!([numbers, { "a": [null, true, -1.5e3], "b": texts }]);
        let text = if pretty { serde_json::to_string_pretty(&heap).unwrap() } else { heap.to_string() };
        prop_assert_eq!(echo(text.as_bytes(), chunk, wants).unwrap(), text.as_bytes());
    }

    #[test]
    fn damage_is_an_error_or_a_copy_and_never_a_panic(
        at in 0usize..1000,
        byte in any::<u8>(),
        chunk in 1usize..40,
        cut in any::<bool>(),
    ) {
        let heap = Heap::new(&[("object", "A", &[("property", "p", 1)]), ("string", "secret", &[])]);
        let mut text = text(&heap.json());
        // Without its last byte, a newline, the text is still whole.
        let at = at % (text.len() - 1);
        if cut {
            text.truncate(at);
            prop_assert!(echo(&text, chunk, true).is_err());
        } else {
            text[at] = byte;
            if let Ok(copy) = echo(&text, chunk, true) {
                prop_assert_eq!(copy, text.clone());
            }
        }
        let folder = Folder::new("damage");
        let path = folder.0.join("in");
        std::fs::write(&path, &text).unwrap();
        let _ = scrub_file(&path, &folder.0.join("out"), &ScrubOptions::default());
    }
}
