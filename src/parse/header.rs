//! The `snapshot` section: what the file says about its own layout.
//!
//! In: the section's JSON text. Out: a [`Layout`] telling where each field stands in a row and which kind
//! each type number means, plus the counts the file promises. Counts are only compared with what arrives,
//! never trusted for an allocation. Fields this version does not know are skipped by position.

use crate::error::{Error, Result};
use crate::parse::columns::Meta;
use crate::parse::kinds::{edge_kinds, node_kinds};
use crate::parse::section::Table;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Most fields a row may have; V8 uses at most seven.
const MAX_FIELDS: usize = 32;

/// Everything the rows' decoders need to know.
#[derive(Debug)]
pub(super) struct Layout {
    pub meta: Meta,
    pub nodes: NodeLayout,
    pub edges: EdgeLayout,
    pub locations: Option<LocationLayout>,
    pub samples: Option<SampleLayout>,
    pub functions: Option<FunctionLayout>,
    pub trace_tree: Option<TraceLayout>,
    pub node_count: Option<u64>,
    pub edge_count: Option<u64>,
    pub extra_native_bytes: u64,
    /// Offset of the root's row in the flat `nodes` array.
    pub root_offset: u64,
}

/// For each field its position in a row of `nodes`.
#[derive(Debug)]
pub(super) struct NodeLayout {
    pub fields: usize,
    pub kind: usize,
    pub name: usize,
    pub id: usize,
    pub self_size: usize,
    pub edge_count: usize,
    pub trace_node: Option<usize>,
    pub detachedness: Option<usize>,
    /// For each type number, its `NodeKind`, or `NO_KIND`.
    pub kinds: [u8; 256],
}

/// For each field its position in a row of `edges`.
#[derive(Debug)]
pub(super) struct EdgeLayout {
    pub fields: usize,
    pub kind: usize,
    pub name_or_index: usize,
    pub to: usize,
    /// For each type number, its `EdgeKind`, or `NO_KIND`.
    pub kinds: [u8; 256],
}

#[derive(Debug)]
pub(super) struct LocationLayout {
    pub fields: usize,
    pub object: usize,
    pub script_id: usize,
    pub line: usize,
    pub column: usize,
}

#[derive(Debug)]
pub(super) struct SampleLayout {
    pub fields: usize,
    pub timestamp_us: usize,
    pub last_assigned_id: usize,
}

#[derive(Debug)]
pub(super) struct FunctionLayout {
    pub fields: usize,
    pub function_id: usize,
    pub name: usize,
    pub script_name: usize,
    pub script_id: usize,
    pub line: usize,
    pub column: usize,
}

#[derive(Debug)]
pub(super) struct TraceLayout {
    pub fields: usize,
    pub id: usize,
    pub function: usize,
    pub count: usize,
    pub size: usize,
    pub children: usize,
}

#[derive(Deserialize)]
struct RawSnapshot {
    meta: RawMeta,
    node_count: Option<u64>,
    edge_count: Option<u64>,
    extra_native_bytes: Option<f64>,
    root_index: Option<u64>,
}

#[derive(Deserialize)]
struct RawMeta {
    node_fields: Vec<String>,
    node_types: Vec<RawTypes>,
    edge_fields: Vec<String>,
    edge_types: Vec<RawTypes>,
    #[serde(default)]
    location_fields: Vec<String>,
    #[serde(default)]
    sample_fields: Vec<String>,
    #[serde(default)]
    trace_function_info_fields: Vec<String>,
    #[serde(default)]
    trace_node_fields: Vec<String>,
}

/// A field's type: the list of an enumeration's names, or one word ("string", "number", "node").
#[derive(Deserialize)]
#[serde(untagged)]
enum RawTypes {
    Names(Vec<String>),
    Other(IgnoredAny),
}

impl Layout {
    /// Numbers per row of a table; `None` when the file does not list the table's fields.
    pub fn fields(&self, table: Table) -> Option<usize> {
        match table {
            Table::Nodes => Some(self.nodes.fields),
            Table::Edges => Some(self.edges.fields),
            Table::Locations => self.locations.as_ref().map(|l| l.fields),
            Table::Samples => self.samples.as_ref().map(|l| l.fields),
            Table::Functions => self.functions.as_ref().map(|l| l.fields),
        }
    }

    /// `json` is the value of the `snapshot` key, `offset` where it starts in the file.
    pub fn parse(json: &[u8], offset: u64) -> Result<Self> {
        let raw: RawSnapshot = serde_json::from_slice(json).map_err(|e| {
            let offset = offset + byte_of(json, e.line(), e.column());
            let what = format!("in the `snapshot` section, {}", without_position(&e));
            if e.is_data() {
                Error::ParseInvalid { what, offset }
            } else {
                Error::ParseSyntax { what, offset }
            }
        })?;
        let invalid = |what: String| Error::ParseInvalid { what, offset };
        let meta = raw.meta;
        let nodes = Fields::new("node_fields", &meta.node_fields, offset)?;
        let edges = Fields::new("edge_fields", &meta.edge_fields, offset)?;
        let node_kind = nodes.get("type")?;
        let edge_kind = edges.get("type")?;
        let node_types = names(meta.node_types, node_kind)
            .ok_or_else(|| invalid("`node_types` does not list the names of the node types".into()))?;
        let edge_types = names(meta.edge_types, edge_kind)
            .ok_or_else(|| invalid("`edge_types` does not list the names of the edge types".into()))?;
        for (list, count) in [("node_count", raw.node_count), ("edge_count", raw.edge_count)] {
            if count.is_some_and(|n| n > u64::from(u32::MAX)) {
                return Err(Error::ParseTooLarge { what: format!("`{list}`") });
            }
        }
        let extra = raw.extra_native_bytes.unwrap_or(0.0);
        if !(0.0..=u64::MAX as f64).contains(&extra) {
            return Err(invalid(format!("`extra_native_bytes` is {extra}")));
        }
        Ok(Self {
            nodes: NodeLayout {
                fields: nodes.len(),
                kind: node_kind,
                name: nodes.get("name")?,
                id: nodes.get("id")?,
                self_size: nodes.get("self_size")?,
                edge_count: nodes.get("edge_count")?,
                trace_node: nodes.find("trace_node_id"),
                detachedness: nodes.find("detachedness"),
                kinds: node_kinds(&node_types)
                    .ok_or_else(|| invalid(format!("{} node types", node_types.len())))?,
            },
            edges: EdgeLayout {
                fields: edges.len(),
                kind: edge_kind,
                name_or_index: edges.get("name_or_index")?,
                to: edges.get("to_node")?,
                kinds: edge_kinds(&edge_types)
                    .ok_or_else(|| invalid(format!("{} edge types", edge_types.len())))?,
            },
            locations: Fields::optional("location_fields", &meta.location_fields, offset)?
                .map(|f| {
                    Ok::<_, Error>(LocationLayout {
                        fields: f.len(),
                        object: f.get("object_index")?,
                        script_id: f.get("script_id")?,
                        line: f.get("line")?,
                        column: f.get("column")?,
                    })
                })
                .transpose()?,
            samples: Fields::optional("sample_fields", &meta.sample_fields, offset)?
                .map(|f| {
                    Ok::<_, Error>(SampleLayout {
                        fields: f.len(),
                        timestamp_us: f.get("timestamp_us")?,
                        last_assigned_id: f.get("last_assigned_id")?,
                    })
                })
                .transpose()?,
            functions: Fields::optional(
                "trace_function_info_fields",
                &meta.trace_function_info_fields,
                offset,
            )?
            .map(|f| {
                Ok::<_, Error>(FunctionLayout {
                    fields: f.len(),
                    function_id: f.get("function_id")?,
                    name: f.get("name")?,
                    script_name: f.get("script_name")?,
                    script_id: f.get("script_id")?,
                    line: f.get("line")?,
                    column: f.get("column")?,
                })
            })
            .transpose()?,
            trace_tree: Fields::optional("trace_node_fields", &meta.trace_node_fields, offset)?
                .map(|f| {
                    let layout = TraceLayout {
                        fields: f.len(),
                        id: f.get("id")?,
                        function: f.get("function_info_index")?,
                        count: f.get("count")?,
                        size: f.get("size")?,
                        children: f.get("children")?,
                    };
                    // A tree of nothing but openings would otherwise cost far more memory than bytes.
                    if layout.children + 1 != layout.fields {
                        return Err(invalid("`trace_node_fields` does not end with `children`".into()));
                    }
                    Ok(layout)
                })
                .transpose()?,
            node_count: raw.node_count,
            edge_count: raw.edge_count,
            extra_native_bytes: extra as u64,
            root_offset: raw.root_index.unwrap_or(0),
            meta: Meta { has_detachedness: nodes.find("detachedness").is_some(), node_types },
        })
    }
}

/// One `*_fields` list.
struct Fields<'a> {
    list: &'static str,
    names: &'a [String],
    offset: u64,
}

impl<'a> Fields<'a> {
    fn new(list: &'static str, names: &'a [String], offset: u64) -> Result<Self> {
        if names.len() > MAX_FIELDS {
            let what = format!("`{list}` has {} fields", names.len());
            return Err(Error::ParseInvalid { what, offset });
        }
        if let Some(twice) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
            let what = format!("`{list}` lists `{}` twice", twice.1);
            return Err(Error::ParseInvalid { what, offset });
        }
        Ok(Self { list, names, offset })
    }

    /// A list that older versions do not write.
    fn optional(list: &'static str, names: &'a [String], offset: u64) -> Result<Option<Self>> {
        if names.is_empty() { Ok(None) } else { Self::new(list, names, offset).map(Some) }
    }

    fn len(&self) -> usize {
        self.names.len()
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    fn get(&self, name: &str) -> Result<usize> {
        self.find(name).ok_or_else(|| Error::ParseInvalid {
            what: format!("`{}` does not list `{name}`", self.list),
            offset: self.offset,
        })
    }
}

fn names(types: Vec<RawTypes>, field: usize) -> Option<Vec<String>> {
    match types.into_iter().nth(field) {
        Some(RawTypes::Names(names)) => Some(names),
        _ => None,
    }
}

/// serde_json counts lines and columns from 1, in bytes.
fn byte_of(json: &[u8], line: usize, column: usize) -> u64 {
    let start = match line.saturating_sub(2) {
        _ if line < 2 => 0,
        newline => memchr::memchr_iter(b'\n', json).nth(newline).map_or(0, |at| at + 1),
    };
    (start + column.saturating_sub(1)) as u64
}

/// serde_json's message without its own "at line … column …".
fn without_position(e: &serde_json::Error) -> String {
    let text = e.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
