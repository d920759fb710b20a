//! Files that are not what they should be: each gets an `LG_PARSE_*` error that says what and where, and
//! never a panic, a hang or memory that its size does not explain.

mod parse;

use leakguard::error::Error;
use parse::runs::{at_once, code, outcome, parse};
use parse::writer::{Dice, Shape, Space, snapshot};
use proptest::prelude::*;

/// Two nodes, three edges, two strings.
const SMALL: &str = concat!(
    r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"#,
    r#""node_types":[["hidden","object"],"string","number","number","number"],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["element","property"],"string_or_number","node"],"#,
    r#""location_fields":["object_index","script_id","line","column"],"#,
    r#""sample_fields":["timestamp_us","last_assigned_id"],"#,
    r#""trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"#,
    r#""trace_node_fields":["id","function_info_index","count","size","children"]},"#,
    r#""node_count":2,"edge_count":3},"nodes":[0,0,1,16,2,1,1,3,24,1],"edges":[1,1,5,0,7,5,0,8,0],"#,
    r#""trace_function_infos":[1,0,1,0,0,0],"trace_tree":[1,0,0,0,[]],"samples":[10,3],"#,
    r#""locations":[5,1,2,3],"strings":["root","child"]}"#
);

/// Replaces a piece of the small snapshot, and expects an error of this code at the piece's beginning plus
/// `within`.
fn refuses(piece: &str, by: &str, code: &str, within: usize) {
    assert_eq!(SMALL.matches(piece).count(), 1, "`{piece}` must stand there once");
    let at = SMALL.find(piece).expect("found above") + within;
    let text = SMALL.replace(piece, by);
    for (block, threads) in [(1 << 20, 1), (64, 1), (64, 2)] {
        let Err(e) = parse(text.as_bytes(), &[7], block, threads) else {
            panic!("`{by}` for `{piece}` was accepted")
        };
        assert_eq!(e.code(), code, "{e}, with `{by}` for `{piece}`");
        let offset = offset(&e).unwrap_or_else(|| panic!("no offset in {e:?}"));
        assert_eq!(offset, at as u64, "{e}, with `{by}` for `{piece}`");
    }
}

/// As [`refuses`], for a contradiction that only the file's end reveals.
fn refuses_at_end(piece: &str, by: &str) {
    let end = SMALL.len() + by.len() - piece.len();
    let within = end - SMALL.find(piece).expect("the piece");
    refuses(piece, by, "LG_PARSE_INVALID", within);
}

fn offset(e: &Error) -> Option<u64> {
    match e {
        Error::ParseSyntax { offset, .. }
        | Error::ParseTruncated { offset, .. }
        | Error::ParseInvalid { offset, .. } => Some(*offset),
        _ => None,
    }
}

#[test]
fn the_small_one_is_fine() {
    let columns = at_once(SMALL.as_bytes()).expect("a valid snapshot");
    assert_eq!((columns.nodes.len(), columns.edges.len(), columns.strings.len()), (2, 3, 2));
}

#[test]
fn numbers_that_are_none() {
    const SYNTAX: &str = "LG_PARSE_SYNTAX";
    refuses("[0,0,1,16,2", "[0,null,1,16,2", SYNTAX, 3);
    refuses("[0,0,1,16,2", "[0,\"]\",1,16,2", SYNTAX, 3);
    refuses("[0,0,1,16,2", "[0,[0],1,16,2", SYNTAX, 3);
    refuses("[0,0,1,16,2", "[0,,1,16,2", SYNTAX, 3);
    refuses("[0,0,1,16,2", "[,0,1,16,2", SYNTAX, 1);
    refuses("[0,0,1,16,2", "[0 0,1,16,2", SYNTAX, 3);
    refuses("[0,0,1,16,2", "[0,0x0,1,16,2", SYNTAX, 4);
    refuses("16,2,1,1,3,24,1]", "16,2,1,1,3,24,1,]", SYNTAX, 16);
    refuses("[5,1,2,3]", "[5,true,2,3]", SYNTAX, 3);
    refuses("[1,0,0,0,[]]", "[1,0,x,0,[]]", SYNTAX, 5);
    refuses("[1,0,0,0,[]]", "[1,0,0,0,[],]", SYNTAX, 12);
}

#[test]
fn numbers_that_cannot_be() {
    const INVALID: &str = "LG_PARSE_INVALID";
    refuses("[0,0,1,16,2", "[0,-1,1,16,2", INVALID, 3);
    refuses("[0,0,1,16,2", "[0,0.5,1,16,2", INVALID, 3);
    refuses("[0,0,1,16,2", "[0,0,1e3,16,2", INVALID, 5);
    refuses("[0,0,1,16,2", "[2,0,1,16,2", INVALID, 1);
    refuses("[0,0,1,16,2", "[256,0,1,16,2", INVALID, 1);
    refuses("[0,0,1,16,2", "[0,0,4294967296,16,2", INVALID, 5);
    refuses("[0,0,1,16,2", "[0,0,1,18446744073709551616,2", INVALID, 7);
    refuses("[1,1,5,0", "[2,1,5,0", INVALID, 1);
    refuses("[1,1,5,0", "[1,4294967296,5,0", INVALID, 3);
    refuses("[1,1,5,0", "[1,1,4,0", INVALID, 5);
    refuses("[1,1,5,0", "[1,1,21474836480,0", INVALID, 5);
    refuses("[5,1,2,3]", "[6,1,2,3]", INVALID, 1);
    refuses("[5,1,2,3]", "[5,1,-2,3]", INVALID, 5);
    refuses("[1,0,0,0,[]]", "[1,0,-1,0,[]]", INVALID, 5);
    refuses("[1,0,0,0,[]]", "[4294967296,0,0,0,[]]", INVALID, 1);
    refuses("[1,0,0,0,[]]", "[1,[],0,0,[]]", INVALID, 3);
    refuses("[1,0,0,0,[]]", "[1,0,0,0,5]", INVALID, 9);
    refuses("[1,0,0,0,[]]", "[1,0,0,0,[2,0]]", INVALID, 13);
}

#[test]
fn references_to_what_is_not_there() {
    const INVALID: &str = "LG_PARSE_INVALID";
    refuses("[0,0,1,16,2", "[0,2,1,16,2", INVALID, 3);
    refuses("[1,1,5,0", "[1,2,5,0", INVALID, 3);
    refuses("[1,1,5,0", "[1,1,10,0", INVALID, 5);
    refuses("[5,1,2,3]", "[10,1,2,3]", INVALID, 1);
    refuses("[1,0,1,0,0,0]", "[1,0,2,0,0,0]", INVALID, 5);
    refuses("[1,0,0,0,[]]", "[1,1,0,0,[]]", INVALID, 3);
    refuses_at_end("\"edge_count\":3}", "\"edge_count\":3,\"root_index\":10}");
    refuses_at_end("\"edge_count\":3}", "\"edge_count\":3,\"root_index\":4}");
}

#[test]
fn an_index_is_no_string() {
    // An element edge's 7 and 8 are past the two strings, and fine.
    assert!(SMALL.contains("0,7,5,0,8,0"));
    assert!(at_once(SMALL.as_bytes()).is_ok());
}

#[test]
fn counts_that_do_not_match() {
    refuses_at_end("\"node_count\":2", "\"node_count\":3");
    refuses_at_end("\"node_count\":2", "\"node_count\":4294967295");
    refuses_at_end("\"edge_count\":3}", "\"edge_count\":2}");
    refuses_at_end("16,2,1", "16,3,1");
    refuses_at_end("\"nodes\":[0,0,1,16,2,1,1,3,24,1]", "\"nodes\":[ ]");
    refuses("24,1],", "24],", "LG_PARSE_INVALID", 2);
    refuses("24,1],", "24,1,9],", "LG_PARSE_INVALID", 6);
}

#[test]
fn too_many() {
    for (piece, by) in [
        ("\"node_count\":2", "\"node_count\":4294967296"),
        ("\"edge_count\":3", "\"edge_count\":18446744073709551615"),
        ("16,2,1,1,3,24,1]", "16,4294967295,1,1,3,24,1]"),
    ] {
        let text = SMALL.replace(piece, by);
        assert_eq!(code(at_once(text.as_bytes())).as_deref(), Some("LG_PARSE_TOO_LARGE"), "{by}");
    }
}

#[test]
fn sections_out_of_place() {
    const SYNTAX: &str = "LG_PARSE_SYNTAX";
    const INVALID: &str = "LG_PARSE_INVALID";
    refuses("\"nodes\":[0", "\"nodes\":null,\"x\":[0", SYNTAX, 8);
    refuses("\"nodes\":[0", "\"nodes\":{\"x\":0", SYNTAX, 8);
    refuses("\"strings\":[", "\"strings\":{", SYNTAX, 10);
    refuses("\"samples\":[", "\"nodes\":[], \"samples\":[", INVALID, 0);
    refuses("{\"snapshot\":", "{\"edges\":[],\"snapshot\":", INVALID, 9);
    refuses("\"samples\":[", "\"samples\"[", SYNTAX, 9);
    refuses("\"samples\":[", "samples:[", SYNTAX, 0);
    refuses("\"child\"]}", "\"child\"]}]", SYNTAX, 9);
    refuses("\"child\"]}", "\"child\"],}", SYNTAX, 9);
    refuses("\"child\"]}", "\"child\"]]", SYNTAX, 8);
    refuses("\"root\",\"child\"", "\"root\" \"child\"", SYNTAX, 7);
    refuses("\"root\",\"child\"", "\"root\",7", SYNTAX, 7);
    refuses("\"root\",\"child\"", "\"root\",\"child\\x\"", SYNTAX, 13);
    refuses("\"root\",\"child\"", "\"root\",\"child\\u12g4\"", SYNTAX, 13);
    refuses("\"samples\":[10,3]", "\"other\":[10,3}", SYNTAX, 13);
    for section in ["nodes", "edges", "strings"] {
        refuses_at_end(&format!("\"{section}\":["), "\"other\":[");
    }
}

#[test]
fn headers_that_do_not_describe() {
    const INVALID: &str = "LG_PARSE_INVALID";
    let header = SMALL.find("{\"meta\"").expect("the header");
    for (piece, by) in [
        ("\"self_size\",", ""),
        ("\"to_node\"", "\"to\""),
        ("\"to_node\"", "\"type\""),
        ("\"line\"", "\"row\""),
        ("[\"hidden\",\"object\"]", "\"number\""),
        ("\"size\",\"children\"", "\"children\",\"size\""),
        ("\"edge_count\":3", "\"edge_count\":3,\"extra_native_bytes\":-1"),
    ] {
        // `line` is listed twice: once for locations.
        let at = SMALL.find(piece).expect("the piece");
        let text = format!("{}{by}{}", &SMALL[..at], &SMALL[at + piece.len()..]);
        let e = at_once(text.as_bytes()).err().expect(by);
        assert_eq!((e.code(), offset(&e)), (INVALID, Some(header as u64)), "{e}");
    }
    for (piece, by, code) in [
        ("\"node_fields\":[", "\"node_fields\":5,\"x\":[", INVALID),
        ("\"node_count\":2", "\"node_count\":-2", INVALID),
        ("\"node_count\":2", "\"node_count\":x", "LG_PARSE_SYNTAX"),
    ] {
        let text = SMALL.replace(piece, by);
        let e = at_once(text.as_bytes()).err().expect(by);
        let at = SMALL.find(piece).expect("the piece") as u64;
        assert_eq!(e.code(), code, "{e}");
        let offset = offset(&e).expect("an offset");
        assert!((at..at + by.len() as u64).contains(&offset), "{e}: {offset}, not at {at}");
    }
}

#[test]
fn cut_off_anywhere() {
    for space in [Space::None, Space::Rows, Space::Anywhere] {
        let shape = Shape { seed: 3, nodes: 12, space, traces: true, ..Shape::default() };
        let text = snapshot(&shape);
        let whole = text.iter().rposition(|&b| b == b'}').expect("the end");
        for length in 0..=whole {
            for block in [64, 1 << 20] {
                let e = parse(&text[..length], &[usize::MAX], block, 1).err().expect("an error");
                assert_eq!(e.code(), "LG_PARSE_TRUNCATED", "{e}");
                assert_eq!(offset(&e), Some(length as u64), "{e}");
            }
        }
    }
}

#[test]
fn no_snapshot_at_all() {
    for (text, expected) in [
        ("", "LG_PARSE_TRUNCATED"),
        ("   ", "LG_PARSE_TRUNCATED"),
        ("{}", "LG_PARSE_INVALID"),
        ("[]", "LG_PARSE_SYNTAX"),
        ("null", "LG_PARSE_SYNTAX"),
        ("\u{feff}\u{feff}{}", "LG_PARSE_SYNTAX"),
        ("PK\x03\x04", "LG_PARSE_SYNTAX"),
        (r#"{"nodes":[]}"#, "LG_PARSE_INVALID"),
        (r#"{"snapshot":{}}"#, "LG_PARSE_INVALID"),
        (r#"{"snapshot":{"meta":7}}"#, "LG_PARSE_INVALID"),
    ] {
        assert_eq!(code(at_once(text.as_bytes())).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn nothing_is_parsed_after_an_error() {
    let mut parser = leakguard::parse::Parser::new(leakguard::parse::ParseOptions {
        block_bytes: 64,
        ..Default::default()
    });
    assert!(parser.feed(&[b'x'; 64]).is_err());
    assert!(parser.feed(SMALL.as_bytes()).is_err());
    assert!(parser.finish().is_err());
}

/// Depth must cost neither stack nor much memory.
#[test]
fn hostile_depth() {
    const DEPTH: usize = 1_000_000;
    let deep = format!("\"other\":{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let text = SMALL.replace("\"samples\":[10,3]", &deep);
    assert!(at_once(text.as_bytes()).is_ok());
    let cut = &text[..text.len() / 2];
    assert_eq!(code(at_once(cut.as_bytes())).as_deref(), Some("LG_PARSE_TRUNCATED"));

    let tree = format!("[{}{}]", "1,0,0,0,[".repeat(DEPTH), "]".repeat(DEPTH));
    let text = SMALL.replace("[1,0,0,0,[]]", &tree);
    let columns = at_once(text.as_bytes()).expect("deep, but valid");
    assert_eq!(columns.traces.map(|t| t.nodes.len()), Some(DEPTH));

    let header =
        SMALL.replace("\"node_count\":2", &format!("\"x\":{}1{}", "[".repeat(5000), "]".repeat(5000)));
    assert!(at_once(header.as_bytes()).is_ok());
}

#[test]
fn hostile_whitespace() {
    let space = " ".repeat(100_000);
    let text = SMALL.replace("[0,0,1,16,2", &format!("[0,{space}0,1,16,2"));
    assert!(parse(text.as_bytes(), &[usize::MAX], 64, 1).is_ok(), "a long row is still a row");
    let space = " ".repeat(5 << 20);
    let text = SMALL.replace("[0,0,1,16,2", &format!("[0,{space}0,1,16,2"));
    for block in [64, 1 << 20] {
        let e = parse(text.as_bytes(), &[usize::MAX], block, 2).err().expect("too long a row");
        assert_eq!(e.code(), "LG_PARSE_INVALID", "{e}");
    }
}

/// Damages a file in a few places.
fn damage(text: &mut Vec<u8>, seed: u64, times: u64) {
    let mut dice = Dice(seed);
    for _ in 0..times {
        let at = dice.below(text.len() as u64) as usize;
        let length = 1 + dice.below(20) as usize;
        let end = (at + length).min(text.len());
        match dice.below(7) {
            0 => text[at] ^= 1 << dice.below(8),
            1 => text[at] = b"0123456789,[]{}\"\\-e:. \nnu"[dice.below(25) as usize],
            2 => drop(text.drain(at..end)),
            3 => {
                let piece = text[at..end].to_vec();
                let to = dice.below(text.len() as u64) as usize;
                drop(text.splice(to..to, piece));
            }
            4 => text.truncate(at.max(1)),
            5 => drop(text.splice(at..at, *b"99999999999")),
            _ => drop(text.splice(at..at, *b"\xff\x00\xed")),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// A damaged file is refused, or parsed if it is still one; either way always the same.
    #[test]
    fn damage_never_panics_and_always_tells_the_same(
        shape in any::<Shape>(),
        seed in any::<u64>(),
        times in 1u64..4,
        pieces in prop::collection::vec(1usize..300, 1..10),
        block_bytes in 64usize..4000,
        threads in 1usize..4,
    ) {
        let mut text = snapshot(&shape);
        damage(&mut text, seed, times);
        let expected = outcome(at_once(&text));
        if let Err((code, _)) = &expected {
            prop_assert!(code.starts_with("LG_PARSE_"), "{}", code);
        }
        prop_assert_eq!(outcome(parse(&text, &pieces, block_bytes, threads)), expected);
    }

    #[test]
    fn any_bytes_are_survived(text in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert!(at_once(&text).is_err());
    }
}
