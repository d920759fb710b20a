//! The table of scripts of a kept snapshot. The `.heapsnapshot` format has no room for it, so it travels in the
//! header of the gzip file, as an extra field (RFC 1952, 2.3.1.1), which every other reader skips.
//!
//! In: the scripts. Out: the field's bytes: `LG`, length (2, little endian), zlib of JSON. It can hold 64 KB. Of
//! a table that is larger, Node's own scripts are left out, then all.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::read::{ZlibDecoder, ZlibEncoder};

use crate::capture::Script;

const ID: &[u8; 2] = b"LG";
/// The whole extra field's length has two bytes, and so has a part's, after its identifier.
const LARGEST: usize = u16::MAX as usize - 4;
/// More text than this in so small a field is no table.
const LARGEST_TEXT: u64 = 32 << 20;

/// The field for these scripts; `None` without any, or when they do not fit.
pub fn pack(scripts: &[Script]) -> Option<Vec<u8>> {
    let mut scripts: Vec<Script> = scripts.to_vec();
    for script in &mut scripts {
        // A map inside a script is also inside its file.
        if script.source_map_url.starts_with("data:") {
            "data:".clone_into(&mut script.source_map_url);
        }
    }
    if scripts.is_empty() {
        return None;
    }
    field(&scripts).or_else(|| {
        scripts.retain(|script| !script.url.starts_with("node:"));
        field(&scripts)
    })
}

fn field(scripts: &[Script]) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(scripts).ok()?;
    let mut packed = Vec::new();
    ZlibEncoder::new(&json[..], Compression::default()).read_to_end(&mut packed).ok()?;
    let length = u16::try_from(packed.len()).ok().filter(|_| packed.len() <= LARGEST)?;
    let mut bytes = ID.to_vec();
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.append(&mut packed);
    Some(bytes)
}

/// The scripts that a kept file names; none of any other file.
pub fn of_file(path: &Path) -> Vec<Script> {
    let read = || {
        // Not of a pipe, whose bytes can be read only once.
        std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let gzip = GzDecoder::new(BufReader::new(File::open(path).ok()?));
        unpack(gzip.header()?.extra()?)
    };
    read().unwrap_or_default()
}

fn unpack(mut extra: &[u8]) -> Option<Vec<Script>> {
    // Others may have put parts of their own beside ours.
    loop {
        let (id, rest) = extra.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (part, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        if id == ID {
            let mut json = Vec::new();
            ZlibDecoder::new(part).take(LARGEST_TEXT).read_to_end(&mut json).ok()?;
            return serde_json::from_slice(&json).ok();
        }
        extra = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::{Script, of_file, pack, unpack};

    fn script(id: u32, url: &str, source_map_url: &str) -> Script {
        Script { id, url: url.to_owned(), source_map_url: source_map_url.to_owned() }
    }

    #[test]
    fn a_table_survives_without_the_maps_inside() {
        let table =
            [script(7, "file:///a.js", "data:application/json;base64,AAAA"), script(9, "node:fs", "")];
        let unpacked = unpack(&pack(&table).unwrap()).unwrap();
        assert_eq!(unpacked, [script(7, "file:///a.js", "data:"), script(9, "node:fs", "")]);
        assert_eq!(pack(&[]), None);
    }

    #[test]
    fn a_large_table_loses_nodes_own_scripts_first() {
        // Names that do not shrink.
        let name = |seed: u64| {
            let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            (0..8)
                .map(|_| {
                    x ^= x << 13;
                    x ^= x >> 7;
                    x ^= x << 17;
                    format!("{x:x}")
                })
                .collect::<String>()
        };
        let mut table: Vec<Script> =
            (0..2000).map(|id| script(id, &format!("node:{}", name(id.into())), "")).collect();
        table.push(script(9999, "file:///a.js", ""));
        assert_eq!(unpack(&pack(&table).unwrap()).unwrap(), table[2000..]);
        let large: Vec<Script> = (0..2000).map(|id| script(id, &name(id.into()), "")).collect();
        assert_eq!(pack(&large), None);
    }

    #[test]
    fn what_is_no_table_is_none() {
        for bytes in [&b""[..], b"LG", b"LG\x05\0abc", b"LG\x03\0abc", b"XX\x01\0a"] {
            assert_eq!(unpack(bytes), None);
        }
        let mut beside = b"XX\x01\0a".to_vec();
        beside.extend(pack(&[script(1, "a", "")]).unwrap());
        assert_eq!(unpack(&beside).unwrap().len(), 1);
        assert_eq!(of_file("/dev/null".as_ref()), []);
        assert_eq!(of_file("Cargo.toml".as_ref()), []);
    }
}
