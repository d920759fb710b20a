//! `nodes`: one row for every node, in the order of the snapshot, as NDJSON or CSV.
//!
//! Rows are `id, type, name, className, selfSize, retainedSize, distance, detachedness, dominatorId` with
//! DevTools' raw values. Text is written from the string table's bytes, millions of times, so there is an
//! escaper for it here. NDJSON keeps lone surrogates (as `\ud800`); CSV, which has no escapes, shows U+FFFD.

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::ids::{ClassIdx, NodeIdx};
use crate::parse::columns::NodeKind;
use std::borrow::Cow;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Ndjson,
    /// A header, then RFC 4180 rows (lines end in `\n`).
    Csv,
}

/// How a caller watches and stops the writing.
#[derive(Clone, Copy, Default)]
pub struct RowOptions<'a> {
    /// `(done, total)` in nodes.
    pub progress: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
}

const COLUMNS: [&str; 9] = [
    "id",
    "type",
    "name",
    "className",
    "selfSize",
    "retainedSize",
    "distance",
    "detachedness",
    "dominatorId",
];
/// Rows are handed to the writer in pieces of about this many bytes.
const PIECE: usize = 1 << 20;

/// Writes all rows to `to`, which is called `name` in error messages.
pub fn write_rows(
    graph: &Graph,
    format: Format,
    to: &mut impl Write,
    name: &Path,
    options: &RowOptions<'_>,
) -> Result<()> {
    let rows = Rows::new(graph, format);
    let total = graph.len() as u64;
    let mut out = Vec::with_capacity(PIECE + (PIECE >> 3));
    if format == Format::Csv {
        out.extend_from_slice(COLUMNS.join(",").as_bytes());
        out.push(b'\n');
    }
    for node in graph.nodes() {
        rows.row(&mut out, node);
        if out.len() >= PIECE || u64::from(node.0) + 1 == total {
            if options.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(Error::Cancelled);
            }
            to.write_all(&out).map_err(|source| Error::Write { path: name.to_owned(), source })?;
            out.clear();
            options.progress.inspect(|progress| progress(u64::from(node.0) + 1, total));
        }
    }
    to.flush().map_err(|source| Error::Write { path: name.to_owned(), source })
}

struct Rows<'a> {
    graph: &'a Graph,
    format: Format,
    /// For each class, its name as written.
    classes: Vec<Vec<u8>>,
    /// For each kind number, the type's name as written.
    kinds: Vec<Vec<u8>>,
}

impl<'a> Rows<'a> {
    fn new(graph: &'a Graph, format: Format) -> Self {
        let written = |text: &[u8]| {
            let mut out = Vec::new();
            write_text(&mut out, format, text);
            out
        };
        let table = graph.classes();
        let classes =
            (0..table.len()).map(|i| written(table.get(ClassIdx::from(i)).name.as_bytes())).collect();
        let kinds = (0..=u8::MAX).map(|kind| written(kind_name(graph, NodeKind(kind)).as_bytes())).collect();
        Self { graph, format, classes, kinds }
    }

    fn row(&self, out: &mut Vec<u8>, node: NodeIdx) {
        let graph = self.graph;
        let nodes = &graph.columns().nodes;
        let kind = nodes.kind[node.at()];
        let mut at = 0;
        let mut cell = |out: &mut Vec<u8>| {
            if self.format == Format::Ndjson {
                out.extend_from_slice(if at == 0 { b"{\"" } else { b",\"" });
                out.extend_from_slice(COLUMNS[at].as_bytes());
                out.extend_from_slice(b"\":");
            } else if at > 0 {
                out.push(b',');
            }
            at += 1;
        };
        let mut digits = itoa::Buffer::new();
        cell(out);
        out.extend_from_slice(digits.format(nodes.id[node.at()]).as_bytes());
        cell(out);
        out.extend_from_slice(&self.kinds[usize::from(kind.0)]);
        cell(out);
        write_text(out, self.format, &graph.label_bytes(node));
        cell(out);
        out.extend_from_slice(&self.classes[graph.class_of(node).at()]);
        cell(out);
        out.extend_from_slice(digits.format(graph.self_size(node)).as_bytes());
        cell(out);
        out.extend_from_slice(digits.format(graph.retained_size(node)).as_bytes());
        cell(out);
        out.extend_from_slice(digits.format(graph.distance(node)).as_bytes());
        cell(out);
        out.extend_from_slice(digits.format(graph.detachedness(node)).as_bytes());
        cell(out);
        out.extend_from_slice(digits.format(nodes.id[graph.dominator(node).at()]).as_bytes());
        out.extend_from_slice(if self.format == Format::Ndjson { b"}\n" } else { b"\n" });
    }
}

/// What the snapshot's own table calls the type.
pub fn kind_name(graph: &Graph, kind: NodeKind) -> Cow<'_, str> {
    Cow::Borrowed(match kind {
        NodeKind::HIDDEN => "hidden",
        NodeKind::ARRAY => "array",
        NodeKind::STRING => "string",
        NodeKind::OBJECT => "object",
        NodeKind::CODE => "code",
        NodeKind::CLOSURE => "closure",
        NodeKind::REGEXP => "regexp",
        NodeKind::NUMBER => "number",
        NodeKind::NATIVE => "native",
        NodeKind::SYNTHETIC => "synthetic",
        NodeKind::CONCATENATED_STRING => "concatenated string",
        NodeKind::SLICED_STRING => "sliced string",
        NodeKind::SYMBOL => "symbol",
        NodeKind::BIGINT => "bigint",
        NodeKind::OBJECT_SHAPE => "object shape",
        NodeKind::WASM_OBJECT => "wasm object",
        NodeKind(other) => {
            let row = usize::from(other.wrapping_sub(NodeKind::UNKNOWN));
            return graph
                .columns()
                .meta
                .node_types
                .get(row)
                .map_or(Cow::Borrowed("unknown"), |name| name.into());
        }
    })
}

fn write_text(out: &mut Vec<u8>, format: Format, text: &[u8]) {
    match format {
        Format::Ndjson => write_json(out, text),
        Format::Csv => write_csv(out, text),
    }
}

/// A JSON string. U+2028 and U+2029 are escaped because many line readers (Node's among them) end a line
/// there; lone surrogates because they are no UTF-8.
fn write_json(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if !NEEDS_CARE[usize::from(byte)] {
            at += 1;
            continue;
        }
        let (length, unit) = match (byte, text.get(at + 1..at + 3)) {
            (0xe2, Some(&[0x80, last @ (0xa8 | 0xa9)])) => (3, 0x2000 | u16::from(last & 0x3f)),
            (0xed, Some(&[second @ 0xa0..=0xbf, third])) => {
                (3, 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f))
            }
            (0x80.., _) => {
                at += 1;
                continue;
            }
            _ => (1, u16::from(byte)),
        };
        out.extend_from_slice(&text[copied..at]);
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => {
                out.extend_from_slice(b"\\u");
                out.extend([12, 8, 4, 0].map(|shift| HEX[usize::from(unit >> shift & 0xf)]));
            }
        }
        at += length;
        copied = at;
    }
    out.extend_from_slice(&text[copied..]);
    out.push(b'"');
}

/// Bytes that may need an escape: controls, quote, backslash, and the first bytes of U+2028 and of surrogates.
const NEEDS_CARE: [bool; 256] = {
    let mut care = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        care[byte] = true;
        byte += 1;
    }
    care[b'"' as usize] = true;
    care[b'\\' as usize] = true;
    care[0xe2] = true;
    care[0xed] = true;
    care
};

/// A CSV field, quoted only when it must be.
fn write_csv(out: &mut Vec<u8>, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    if text.contains([',', '"', '\n', '\r']) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(text: &[u8]) -> String {
        let mut out = Vec::new();
        write_json(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_escapes_what_ends_a_string_a_line_or_utf_8() {
        assert_eq!(json(b"a\"b\\c\nd\x01"), r#""a\"b\\c\nd\u0001""#);
        assert_eq!(json("\u{2028}\u{2029}…é\u{d7ff}😀".as_bytes()), "\"\\u2028\\u2029…é\u{d7ff}😀\"");
        // WTF-8 of a lone high and a lone low surrogate, as the parser stores them.
        assert_eq!(json(b"x\xed\xa0\x80y\xed\xbf\xbf"), r#""x\ud800y\udfff""#);
    }

    #[test]
    fn csv_quotes_only_what_it_must() {
        let csv = |text: &str| {
            let mut out = Vec::new();
            write_csv(&mut out, text.as_bytes());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(csv("plain text"), "plain text");
        assert_eq!(csv("a,b"), "\"a,b\"");
        assert_eq!(csv("say \"x\"\n"), "\"say \"\"x\"\"\n\"");
    }

    proptest! {
        #[test]
        fn json_reads_back_as_it_was(text in any::<String>()) {
            let written = json(text.as_bytes());
            let ends_line = written.contains(['\n', '\u{2028}', '\u{2029}']);
            prop_assert!(!ends_line);
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
