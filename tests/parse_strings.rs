//! Strings in every spelling JSON has for them, and some it should not have, cut at every byte.

mod parse;

use leakguard::ids::StrIdx;
use parse::runs::{at_once, parse};

/// A snapshot of one node, with these strings as they stand in the file.
fn with_strings(list: &[u8]) -> Vec<u8> {
    let head = concat!(
        r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"#,
        r#""node_types":[["hidden"],"string","number","number","number"],"#,
        r#""edge_fields":["type","name_or_index","to_node"],"edge_types":[["weak"],"x","node"]}},"#,
        r#""nodes":[0,0,1,16,0],"edges":[],"strings":["#
    );
    [head.as_bytes(), list, b"]}"].concat()
}

/// What the parser makes of one string, however the file is cut.
fn read(spelled: &[u8]) -> Vec<u8> {
    let text = with_strings(&[b"\"first\",\"", spelled, b"\",\"last\""].concat());
    let columns = at_once(&text).expect("a valid snapshot");
    assert_eq!(columns.strings.len(), 3);
    assert_eq!(columns.strings.bytes(StrIdx(2)), b"last");
    let value = columns.strings.bytes(StrIdx(1)).to_vec();
    // Blocks of 64 bytes and more, so that the cut between two falls on each byte in turn.
    for block_bytes in 64..64 + spelled.len() + 40 {
        let columns = parse(&text, &[3], block_bytes, 1).expect("a valid snapshot");
        assert_eq!(columns.strings.bytes(StrIdx(1)), value, "blocks of {block_bytes}");
    }
    value
}

#[test]
fn escapes() {
    assert_eq!(read(br#"a\"b\\c\/d\b\f\n\r\t"#), b"a\"b\\c/d\x08\x0c\n\r\t");
    assert_eq!(read(br"\u0041\u00e9\u20AC\u0000"), "Aé€\0".as_bytes());
    assert_eq!(read(br"ends with a backslash\\"), b"ends with a backslash\\");
    assert_eq!(read(b""), b"");
}

#[test]
fn surrogates() {
    assert_eq!(read(br"\ud83d\ude00"), "😀".as_bytes());
    assert_eq!(read(br"\uD83D\uDE00!"), "😀!".as_bytes());
    // Alone they are kept, in WTF-8.
    assert_eq!(read(br"\ud83d"), b"\xed\xa0\xbd");
    assert_eq!(read(br"\ude00"), b"\xed\xb8\x80");
    assert_eq!(read(br"\ud83dx"), b"\xed\xa0\xbdx");
    assert_eq!(read(br"\ud83d\n"), b"\xed\xa0\xbd\n");
    assert_eq!(read(br"\ud83d\u0041"), b"\xed\xa0\xbdA");
    assert_eq!(read(br"\ude00\ud83d"), b"\xed\xb8\x80\xed\xa0\xbd");
    assert_eq!(read(br"\ud83d\ud83d\ude00"), [b"\xed\xa0\xbd", "😀".as_bytes()].concat());
}

#[test]
fn raw_bytes_are_kept() {
    assert_eq!(read("é€😀 \u{7f}".as_bytes()), "é€😀 \u{7f}".as_bytes());
    assert_eq!(read(b"\xff\xc3\x28"), b"\xff\xc3\x28");
    assert_eq!(read(b"a\nb\x01"), b"a\nb\x01");
    let text = with_strings(b"\"\xff\\ud83d\"");
    let columns = at_once(&text).expect("a valid snapshot");
    assert_eq!(columns.strings.text(StrIdx(0)), "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
}

#[test]
fn a_long_string_spans_many_blocks() {
    let long = "0123456789".repeat(50_000);
    assert_eq!(
        parse(&with_strings(format!("\"{long}\"").as_bytes()), &[1000], 64, 1)
            .map(|c| c.strings.bytes(StrIdx(0)) == long.as_bytes())
            .ok(),
        Some(true)
    );
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let text = [b"\xef\xbb\xbf \n".as_slice(), &with_strings(b"\"x\""), b"\n \n"].concat();
    assert!(at_once(&text).is_ok());
    assert!(parse(&text, &[1], 64, 1).is_ok());
}
