//! From the file's type numbers, by their names, to this crate's kinds.

use crate::parse::columns::{EdgeKind, NodeKind};

/// Marks a type number the file does not define.
pub(super) const NO_KIND: u8 = u8::MAX;

/// For each type number its kind; `None` when there are more types than kinds can number.
pub(super) fn node_kinds(types: &[String]) -> Option<[u8; 256]> {
    let mut kinds = [NO_KIND; 256];
    for (raw, name) in types.iter().enumerate() {
        let kind = match name.as_str() {
            "hidden" => NodeKind::HIDDEN,
            "array" => NodeKind::ARRAY,
            "string" => NodeKind::STRING,
            "object" => NodeKind::OBJECT,
            "code" => NodeKind::CODE,
            "closure" => NodeKind::CLOSURE,
            "regexp" => NodeKind::REGEXP,
            "number" => NodeKind::NUMBER,
            "native" => NodeKind::NATIVE,
            "synthetic" => NodeKind::SYNTHETIC,
            "concatenated string" => NodeKind::CONCATENATED_STRING,
            "sliced string" => NodeKind::SLICED_STRING,
            "symbol" => NodeKind::SYMBOL,
            "bigint" => NodeKind::BIGINT,
            "object shape" => NodeKind::OBJECT_SHAPE,
            "wasm object" => NodeKind::WASM_OBJECT,
            _ => NodeKind(u8::try_from(raw + usize::from(NodeKind::UNKNOWN)).ok()?),
        };
        *kinds[..usize::from(NO_KIND)].get_mut(raw)? = kind.0;
    }
    // The marker itself must stay free.
    (types.len() + usize::from(NodeKind::UNKNOWN) <= usize::from(NO_KIND)).then_some(kinds)
}

/// For each type number its kind; `None` when there are more types than a byte can number.
pub(super) fn edge_kinds(types: &[String]) -> Option<[u8; 256]> {
    let mut kinds = [NO_KIND; 256];
    for (raw, name) in types.iter().enumerate() {
        let kind = match name.as_str() {
            "context" => EdgeKind::CONTEXT,
            "element" => EdgeKind::ELEMENT,
            "property" => EdgeKind::PROPERTY,
            "internal" => EdgeKind::INTERNAL,
            "hidden" => EdgeKind::HIDDEN,
            "shortcut" => EdgeKind::SHORTCUT,
            "weak" => EdgeKind::WEAK,
            _ => EdgeKind::OTHER,
        };
        *kinds[..usize::from(NO_KIND)].get_mut(raw)? = kind.0;
    }
    Some(kinds)
}
