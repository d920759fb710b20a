//! The text DevTools shows for a node.

use crate::graph::words::{Word, Words};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{Edge, EdgeKind, NodeKind};
use std::borrow::Cow;

/// A concatenated string is spelled out to about this many UTF-16 units (`consStringName`).
const CONS_STRING_LIMIT: usize = 1024;
/// A plain object's label is about this long at most, in UTF-16 units.
const LABEL_LIMIT: usize = 100;

/// The name of the node as DevTools displays it, in WTF-8, which is how lone surrogates survive: a concatenated
/// string's text, a plain object's property names, and for all others the name in the snapshot (with
/// `Detached ` before it where that applies).
pub fn label<'a>(columns: &'a Columns, words: &Words, node: NodeIdx) -> Cow<'a, [u8]> {
    let name = columns.nodes.name[node.at()];
    match columns.nodes.kind[node.at()] {
        NodeKind::CONCATENATED_STRING => Cow::Owned(cons_string(columns, words, node)),
        NodeKind::OBJECT if words.of(name) == Word::Object => Cow::Owned(plain_object(columns, words, node)),
        _ => Cow::Borrowed(columns.strings.bytes(name)),
    }
}

/// The text of a concatenated string, as far as the snapshot has it.
fn cons_string(columns: &Columns, words: &Words, node: NodeIdx) -> Vec<u8> {
    let mut text = Vec::new();
    let mut length = 0;
    let mut todo = vec![node];
    // Halves may in theory refer to each other; a string of n halves needs 2n + 1 steps at most.
    let mut steps = 0;
    while let Some(node) = todo.pop() {
        steps += 1;
        if length >= CONS_STRING_LIMIT || steps > 16 * CONS_STRING_LIMIT {
            break;
        }
        if columns.nodes.kind[node.at()] != NodeKind::CONCATENATED_STRING {
            let part = columns.strings.bytes(columns.nodes.name[node.at()]);
            length += utf16_length(part);
            text.extend_from_slice(part);
            continue;
        }
        let (mut first, mut second) = (None, None);
        for e in columns.nodes.edges_of(node) {
            let edge = columns.edges.get(e);
            if edge.kind == EdgeKind::INTERNAL {
                match words.of(StrIdx(edge.name_or_index)) {
                    Word::First => first = Some(edge.to),
                    Word::Second => second = Some(edge.to),
                    _ => {}
                }
            }
            if first.is_some() && second.is_some() {
                break;
            }
        }
        todo.extend(second);
        todo.extend(first);
    }
    text
}

/// `{first, second, …, last}`: property names, taken from the start and the end in turn while they fit.
fn plain_object(columns: &Columns, words: &Words, node: NodeIdx) -> Vec<u8> {
    let mut edges = columns.nodes.edges_of(node).map(|e| columns.edges.get(e)).filter(|&edge| {
        edge.kind == EdgeKind::PROPERTY && words.of(StrIdx(edge.name_or_index)) != Word::Proto
    });
    let name = |edge: Edge| match columns.strings.bytes(StrIdx(edge.name_or_index)) {
        name if needs_quotes(name) => match property(String::from_utf8_lossy(name)) {
            Cow::Owned(quoted) => Cow::Owned(quoted.into_bytes()),
            Cow::Borrowed(bare) => Cow::Borrowed(bare.as_bytes()),
        },
        name => Cow::Borrowed(name),
    };

    let mut start = b"{".to_vec();
    let mut end = b"}".to_vec();
    let mut length = 2;
    let mut from_end = false;
    let mut left_out = false;
    while let Some(edge) = if from_end { edges.next_back() } else { edges.next() } {
        let name = name(edge);
        let more = utf16_length(&name);
        if start.len() > 1 && length + more > LABEL_LIMIT {
            left_out = true;
            break;
        }
        if from_end {
            let comma: &[u8] = if end.len() > 1 { b", " } else { b"" };
            length += more + comma.len();
            end = [&name, comma, &end].concat();
        } else {
            if start.len() > 1 {
                start.extend_from_slice(b", ");
                length += 2;
            }
            start.extend_from_slice(&name);
            length += more;
        }
        from_end = !from_end;
    }
    if left_out {
        start.extend_from_slice(", …".as_bytes());
    }
    if end.len() > 1 {
        start.extend_from_slice(b", ");
    }
    [start, end].concat()
}

/// A property name as it stands in a list of names: quoted if it has a character that would confuse the
/// reader (`formatPropertyName`).
pub fn property(name: Cow<'_, str>) -> Cow<'_, str> {
    if needs_quotes(name.as_bytes()) {
        // Serializing text cannot fail; were it to, the bare name would still do.
        Cow::Owned(serde_json::to_string(&name).unwrap_or_else(|_| name.into_owned()))
    } else {
        name
    }
}

fn needs_quotes(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b',' | b'\'' | b'"' | b'{' | b'}'))
}

/// What JavaScript calls the length of the string, which is given in WTF-8: one for each character, two for those of
/// four bytes.
pub fn utf16_length(wtf8: &[u8]) -> usize {
    wtf8.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
}
