//! Memory stays within a stated multiple of the input, whatever the input claims or repeats.
#![cfg(target_os = "linux")]

use leakguard::parse::{ParseOptions, Parser};

/// What `src/parse/mod.rs` promises.
const TIMES: u64 = 8;
const BESIDES: u64 = 48 << 20;

/// Text fed per case.
const BYTES: usize = 24 << 20;

const HEAD: &str = concat!(
    r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"#,
    r#""node_types":[["hidden"]],"edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["element"]],"location_fields":["object_index","script_id","line","column"],"#,
    r#""sample_fields":["timestamp_us","last_assigned_id"],"#,
    r#""trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"#,
    r#""trace_node_fields":["id","function_info_index","count","size","children"]},"#,
    r#""node_count":4294967295,"edge_count":4294967295},"#
);

/// Feeds a beginning, then a piece over and over; returns how far resident memory rose.
fn peak(begin: &str, piece: &str, threads: usize) -> u64 {
    // Resets the high-water mark.
    std::fs::write("/proc/self/clear_refs", "5").expect("own process");
    let before = status("VmRSS:");
    let mut parser = Parser::new(ParseOptions {
        threads,
        // A file that claims 2^32 rows, and whose size does not contradict it at once.
        total_bytes: Some(1 << 40),
        ..ParseOptions::default()
    });
    parser.feed(HEAD.as_bytes()).expect("the header");
    parser.feed(begin.as_bytes()).expect("the beginning");
    let many = piece.repeat((64 << 10) / piece.len());
    for _ in 0..BYTES / many.len() {
        parser.feed(many.as_bytes()).expect("more of it");
    }
    assert!(parser.finish().is_err(), "none of them ends");
    status("VmHWM:") - before
}

fn status(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("own process");
    let line = text.lines().find(|line| line.starts_with(key)).expect("a line of its own");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).expect("a number") << 10
}

/// One test, because the high-water mark is the whole process's.
#[test]
fn stays_within_the_promised_multiple() {
    let cases = [
        ("\"nodes\":[", "0,0,1,16,0,"),
        ("\"nodes\":[", "0,0,1,4294967296,0,"),
        ("\"nodes\":[", "0 , 0 , 1 , 16 , 0 , "),
        ("\"edges\":[", "0,0,0,"),
        ("\"edges\":[", "0,4294967295,0,"),
        ("\"samples\":[", "0,0,"),
        ("\"locations\":[", "0,0,0,0,"),
        ("\"trace_function_infos\":[", "0,0,0,0,0,0,"),
        ("\"trace_tree\":[", "0,0,0,0,["),
        ("\"trace_tree\":[", "0,0,0,0,[],"),
        ("\"strings\":[", "\"\","),
        ("\"strings\":[\"", "aaaaaaaaaaaaaaaa"),
        ("\"strings\":[\"", "\\u20ac"),
        ("\"other\":", "["),
        ("\"other\":[", "{\"a\":[1]},"),
    ];
    for (begin, piece) in cases {
        for threads in [1, 2] {
            let peak = peak(begin, piece, threads);
            assert!(
                peak <= TIMES * BYTES as u64 + BESIDES,
                "{} MB for {} MB of {piece}",
                peak >> 20,
                BYTES >> 20
            );
            println!(
                "{:5.1} x the input, threads: {threads}, for {begin}{piece}",
                peak as f64 / BYTES as f64
            );
        }
    }
}
