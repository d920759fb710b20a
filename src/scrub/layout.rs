//! Where things are in the rows of this snapshot, read from `snapshot.meta`: no field has a fixed place.

use serde::Deserialize;

/// Of the `nodes` table.
pub struct NodeLayout {
    pub fields: usize,
    pub kind: usize,
    pub name: usize,
    pub edge_count: usize,
    /// For each node type number, what its names are.
    pub names: Vec<NameUse>,
    /// The type numbers of objects and closures, when the file has them.
    pub object: Option<u64>,
    pub closure: Option<u64>,
}

/// Of the `edges` table.
pub struct EdgeLayout {
    pub fields: usize,
    pub kind: usize,
    pub name: usize,
    pub to: usize,
    /// For each edge type number, whether its name is a string (and not a number).
    pub named: Vec<bool>,
    pub property: Option<u64>,
}

pub struct Layout {
    pub node: NodeLayout,
    pub edge: EdgeLayout,
    /// Fields of a row of `trace_function_infos`, and which of them are strings.
    pub function_fields: usize,
    pub function_names: Vec<usize>,
}

/// What the name of a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameUse {
    /// The text a string, symbol or regular expression holds.
    Text,
    /// A number, where the capture has values.
    Value,
    /// The class of an object, which for a DOM node carries its attributes.
    Class,
    /// Anything else: a function's, a script's, V8's own.
    Label,
}

#[derive(Deserialize)]
struct Snapshot {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<serde_json::Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<serde_json::Value>,
    #[serde(default)]
    trace_function_info_fields: Vec<String>,
}

impl Layout {
    /// From the text of the file's `snapshot` value; the error says what is wrong with it.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let Snapshot { meta } = serde_json::from_slice(json).map_err(|e| format!("snapshot.meta: {e}"))?;
        let node_types = type_names(&meta.node_types, "node_types")?;
        let edge_types = type_names(&meta.edge_types, "edge_types")?;
        let at = |names: &[String], name: &str| names.iter().position(|n| n == name).map(|i| i as u64);
        let node = NodeLayout {
            fields: meta.node_fields.len(),
            kind: field(&meta.node_fields, "type", "node_fields")?,
            name: field(&meta.node_fields, "name", "node_fields")?,
            edge_count: field(&meta.node_fields, "edge_count", "node_fields")?,
            names: node_types.iter().map(|name| name_use(name)).collect(),
            object: at(&node_types, "object"),
            closure: at(&node_types, "closure"),
        };
        let edge = EdgeLayout {
            fields: meta.edge_fields.len(),
            kind: field(&meta.edge_fields, "type", "edge_fields")?,
            name: field(&meta.edge_fields, "name_or_index", "edge_fields")?,
            to: field(&meta.edge_fields, "to_node", "edge_fields")?,
            named: edge_types.iter().map(|name| name != "element" && name != "hidden").collect(),
            property: at(&edge_types, "property"),
        };
        let functions = &meta.trace_function_info_fields;
        let function_names =
            (0..functions.len()).filter(|&i| matches!(&*functions[i], "name" | "script_name")).collect();
        Ok(Self { node, edge, function_fields: functions.len(), function_names })
    }
}

fn name_use(node_type: &str) -> NameUse {
    match node_type {
        "string" | "concatenated string" | "sliced string" | "symbol" | "regexp" => NameUse::Text,
        "number" | "bigint" => NameUse::Value,
        "object" | "native" => NameUse::Class,
        _ => NameUse::Label,
    }
}

/// The first entry of a types table: the names of the enumeration in field `type`.
fn type_names(types: &[serde_json::Value], what: &str) -> Result<Vec<String>, String> {
    let names = types.first().cloned().unwrap_or_default();
    serde_json::from_value(names).map_err(|e| format!("snapshot.meta.{what}[0]: {e}"))
}

fn field(fields: &[String], name: &str, what: &str) -> Result<usize, String> {
    fields
        .iter()
        .position(|field| field == name)
        .ok_or_else(|| format!("snapshot.meta.{what} has no \"{name}\""))
}
