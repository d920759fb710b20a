//! The naive parser: serde_json reads the whole file, rows are picked apart one field at a time.

use leakguard::ids::{NodeIdx, StrIdx};
use leakguard::parse::Columns;
use serde_json::Value;

/// A snapshot in a form that is easy to compare and to print.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Flat {
    pub nodes: Vec<FlatNode>,
    pub edges: Vec<FlatEdge>,
    pub strings: Vec<Vec<u8>>,
    /// node row, script, line, column
    pub locations: Vec<[u64; 4]>,
    pub samples: Vec<[u64; 2]>,
    pub functions: Vec<[u64; 6]>,
    /// id, function, count, size, row of the parent plus 1
    pub traces: Vec<[u64; 5]>,
    pub extra_native_bytes: u64,
    pub root: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub struct FlatNode {
    pub kind: u8,
    pub name: u64,
    pub id: u64,
    pub self_size: u64,
    pub edges: std::ops::Range<u64>,
    pub detachedness: u64,
    pub trace_node: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub struct FlatEdge {
    pub kind: u8,
    pub name_or_index: u64,
    pub to: u64,
}

pub fn flatten(columns: &Columns) -> Flat {
    let nodes = &columns.nodes;
    let traces = columns.traces.clone().unwrap_or_default();
    Flat {
        nodes: (0..nodes.len())
            .map(|n| {
                let edges = nodes.edges_of(NodeIdx::from(n));
                FlatNode {
                    kind: nodes.kind[n].0,
                    name: nodes.name[n].0.into(),
                    id: nodes.id[n].into(),
                    self_size: nodes.self_size.get(n),
                    edges: edges.start as u64..edges.end as u64,
                    detachedness: nodes.detachedness_of(NodeIdx::from(n)).into(),
                    trace_node: nodes.trace_node.get(n).copied().unwrap_or(0).into(),
                }
            })
            .collect(),
        edges: (0..columns.edges.len())
            .map(|e| {
                let edge = columns.edges.get(e);
                FlatEdge { kind: edge.kind.0, name_or_index: edge.name_or_index.into(), to: edge.to.0.into() }
            })
            .collect(),
        strings: (0..columns.strings.len())
            .map(|s| columns.strings.bytes(StrIdx::from(s)).to_vec())
            .collect(),
        locations: columns
            .locations
            .iter()
            .map(|l| [l.node.0.into(), l.script_id.into(), l.line.into(), l.column.into()])
            .collect(),
        samples: columns.samples.iter().map(|s| [s.timestamp_us, s.last_assigned_id.into()]).collect(),
        functions: traces
            .functions
            .iter()
            .map(|f| [f.function_id, f.name.0, f.script_name.0, f.script_id, f.line, f.column])
            .map(|f| f.map(u64::from))
            .collect(),
        traces: traces
            .nodes
            .iter()
            .map(|t| {
                [
                    t.id.into(),
                    t.function.into(),
                    t.count,
                    t.size,
                    t.parent.map_or(0, |parent| u64::from(parent) + 1),
                ]
            })
            .collect(),
        extra_native_bytes: columns.extra_native_bytes,
        root: columns.root.0.into(),
    }
}

pub fn by_serde(text: &[u8]) -> Flat {
    let file: Value = serde_json::from_slice(text).expect("valid JSON");
    let header = &file["snapshot"];
    let meta = &header["meta"];
    let mut flat =
        Flat { extra_native_bytes: header["extra_native_bytes"].as_u64().unwrap_or(0), ..Flat::default() };

    for string in array(&file["strings"]) {
        flat.strings.push(string.as_str().expect("a string").as_bytes().to_vec());
    }
    for node in trace_rows(&file["trace_tree"], &meta["trace_node_fields"]) {
        flat.traces.push(node);
    }
    let row_of_trace = |id: u64| flat.traces.iter().position(|t| t[0] == id).map_or(0, |row| row as u64);

    let types = names_of_types(meta, "node");
    let mut first_edge = 0;
    for row in rows(&file["nodes"], &meta["node_fields"]) {
        let count = row("edge_count").expect("edge_count");
        flat.nodes.push(FlatNode {
            kind: node_kind(&types, row("type").expect("type")),
            name: row("name").expect("name"),
            id: row("id").expect("id"),
            self_size: row("self_size").expect("self_size"),
            edges: first_edge..first_edge + count,
            detachedness: row("detachedness").unwrap_or(0),
            trace_node: row_of_trace(row("trace_node_id").unwrap_or(0)),
        });
        first_edge += count;
    }
    let node_fields = array(&meta["node_fields"]).len() as u64;
    let types = names_of_types(meta, "edge");
    for row in rows(&file["edges"], &meta["edge_fields"]) {
        flat.edges.push(FlatEdge {
            kind: edge_kind(&types, row("type").expect("type")),
            name_or_index: row("name_or_index").expect("name_or_index"),
            to: row("to_node").expect("to_node") / node_fields,
        });
    }
    for row in rows(&file["locations"], &meta["location_fields"]) {
        let get = |field| row(field).expect(field);
        flat.locations.push([
            get("object_index") / node_fields,
            get("script_id"),
            get("line"),
            get("column"),
        ]);
    }
    for row in rows(&file["samples"], &meta["sample_fields"]) {
        flat.samples.push(["timestamp_us", "last_assigned_id"].map(|field| row(field).expect(field)));
    }
    for row in rows(&file["trace_function_infos"], &meta["trace_function_info_fields"]) {
        let fields = ["function_id", "name", "script_name", "script_id", "line", "column"];
        flat.functions.push(fields.map(|field| row(field).expect(field)));
    }
    flat
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// For each row a function from field name to value.
fn rows<'a>(table: &'a Value, fields: &'a Value) -> impl Iterator<Item = impl Fn(&str) -> Option<u64> + 'a> {
    let fields = array(fields);
    array(table)
        .chunks(fields.len().max(1))
        .map(move |row| move |name: &str| row[fields.iter().position(|field| field == name)?].as_u64())
}

fn names_of_types(meta: &Value, of: &str) -> Vec<String> {
    let field = array(&meta[format!("{of}_fields")]).iter().position(|field| field == "type").expect("type");
    let names = array(&meta[format!("{of}_types")][field]);
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn node_kind(types: &[String], raw: u64) -> u8 {
    let known = [
        "hidden",
        "array",
        "string",
        "object",
        "code",
        "closure",
        "regexp",
        "number",
        "native",
        "synthetic",
        "concatenated string",
        "sliced string",
        "symbol",
        "bigint",
        "object shape",
        "wasm object",
    ];
    known.iter().position(|&name| name == types[raw as usize]).map_or(32 + raw as u8, |kind| kind as u8)
}

fn edge_kind(types: &[String], raw: u64) -> u8 {
    let known = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"];
    known.iter().position(|&name| name == types[raw as usize]).map_or(7, |kind| kind as u8)
}

/// Parents before children, children in the file's order.
fn trace_rows(tree: &Value, fields: &Value) -> Vec<[u64; 5]> {
    fn walk(list: &Value, fields: &[Value], parent: u64, out: &mut Vec<[u64; 5]>) {
        let at = |name: &str| fields.iter().position(|field| field == name).expect("a trace field");
        for node in array(list).chunks(fields.len().max(1)) {
            let get = |name| node[at(name)].as_u64().expect("a number");
            out.push([get("id"), get("function_info_index"), get("count"), get("size"), parent]);
            let row = out.len() as u64;
            walk(&node[at("children")], fields, row, out);
        }
    }
    let mut out = Vec::new();
    walk(tree, array(fields), 0, &mut out);
    out
}
