//! Rules for single names. Text comes as the inside of a JSON string, escapes and all; every pattern here is
//! plain ASCII, which V8 writes unescaped.

use std::borrow::Cow;

/// What V8 writes as the name of a node whose content it does not write.
const FIXED: [&[u8]; 8] = [
    b"(concatenated string)",
    b"(sliced string)",
    b"symbol",
    b"private symbol",
    b"heap number",
    b"smi number",
    b"number",
    b"bigint",
];

pub fn is_fixed(json: &[u8]) -> bool {
    FIXED.contains(&json)
}

/// The length as JavaScript counts it, in UTF-16 units.
pub fn length(json: &[u8]) -> u32 {
    let mut units = 0u32;
    let mut at = 0;
    while at < json.len() {
        let (bytes, length) = match json[at] {
            b'\\' if json.get(at + 1) == Some(&b'u') => (6, 1),
            b'\\' => (2, 1),
            0x00..=0x7f => (1, 1),
            0x80..=0xbf => (1, 0), // the rest of a character already counted
            0xf0.. => (1, 2),
            _ => (1, 1),
        };
        at += bytes;
        units = units.saturating_add(length);
    }
    units
}

/// What stands for a text: its length, and its place in the table so that different texts stay different.
pub fn placeholder(length: u32, index: usize) -> String {
    let unit = if length == 1 { "character" } else { "characters" };
    format!("{length} {unit} (#{index})")
}

/// A key such as those of `require.cache`: where code is, not what data says.
pub fn is_source_path(json: &[u8]) -> bool {
    const EXTENSIONS: [&[u8]; 10] =
        [b".js", b".cjs", b".mjs", b".ts", b".cts", b".mts", b".jsx", b".tsx", b".json", b".node"];
    json.starts_with(b"node:")
        || (json.contains(&b'/') || json.contains(&b'\\')) && EXTENSIONS.iter().any(|e| json.ends_with(e))
}

/// The name of an object as others may see it: a DOM node without its attributes, a window without the path
/// of its address.
pub fn class(json: &[u8]) -> Cow<'_, [u8]> {
    const DETACHED: &[u8] = b"Detached ";
    let tag = if json.starts_with(DETACHED) { DETACHED.len() } else { 0 };
    if json.get(tag) == Some(&b'<') {
        let end = json[tag..].iter().position(|byte| matches!(byte, b' ' | b'>'));
        return match end.map(|end| tag + end) {
            Some(space) if json[space] == b' ' => Cow::Owned([&json[..space], b">"].concat()),
            _ => Cow::Borrowed(json),
        };
    }
    match memchr::memmem::find(json, b"://") {
        Some(scheme) => match json[scheme + 3..].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')) {
            Some(path) if scheme + 3 + path + 1 < json.len() => {
                let mut name = json[..scheme + 3 + path].to_vec();
                name.extend_from_slice("/…".as_bytes());
                Cow::Owned(name)
            }
            _ => Cow::Borrowed(json),
        },
        None => Cow::Borrowed(json),
    }
}

/// The name of an edge. Those of WeakMap entries quote the names of key and value, which may be strings:
/// `12 / part of key (Foo @3) -> value (secret @5) pair in WeakMap (table @7)`. Ids and form stay, since
/// DevTools recognises these edges by them.
pub fn label(json: &[u8]) -> Cow<'_, [u8]> {
    fn pair(json: &[u8]) -> Option<Vec<u8>> {
        const KEY: &[u8] = b" / part of key (";
        const VALUE: &[u8] = b") -> value (";
        const TABLE: &[u8] = b") pair in WeakMap (table @";
        let key = memchr::memmem::find(json, KEY)?;
        if key == 0 || !json[..key].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let table = memchr::memmem::rfind(json, TABLE)?;
        let middle = json.get(key + KEY.len()..table)?;
        let value = memchr::memmem::find(middle, VALUE)?;
        let key_id = id(&middle[..value])?;
        let value_id = id(&middle[value + VALUE.len()..])?;
        Some(
            [&json[..key + KEY.len()], b"key @", key_id, VALUE, b"value @", value_id, &json[table..]]
                .concat(),
        )
    }
    /// The digits after the last ` @`.
    fn id(named: &[u8]) -> Option<&[u8]> {
        let at = memchr::memmem::rfind(named, b" @")?;
        let digits = &named[at + 2..];
        (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(digits)
    }
    pair(json).map_or(Cow::Borrowed(json), Cow::Owned)
}
