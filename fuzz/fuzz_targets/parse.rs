//! Arbitrary bytes into the parser, cut in two ways; see the README beside this.
#![no_main]

use leakguard::error::Error;
use leakguard::ids::{NodeIdx, StrIdx};
use leakguard::parse::{Columns, ParseOptions, Parser};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first bytes say how to cut the rest.
    let Some((&[piece, block, threads], text)) = data.split_first_chunk::<3>() else {
        return;
    };
    let whole = outcome(parse(text, usize::MAX, 1 << 16, 1));
    let pieces =
        outcome(parse(text, usize::from(piece) + 1, 64 + usize::from(block), usize::from(threads % 3) + 1));
    assert_eq!(whole, pieces);
    if let Err((code, _)) = whole {
        assert!(code.starts_with("LG_PARSE_"), "{code}");
    }
});

fn parse(text: &[u8], piece: usize, block_bytes: usize, threads: usize) -> Result<Columns, Error> {
    let mut parser = Parser::new(ParseOptions { threads, block_bytes, ..ParseOptions::default() });
    for part in text.chunks(piece) {
        parser.feed(part)?;
    }
    parser.finish()
}

/// Every value of every column, or the error.
fn outcome(result: Result<Columns, Error>) -> Result<Vec<u64>, (String, String)> {
    let columns = result.map_err(|e| (e.code().to_owned(), e.to_string()))?;
    let mut all = vec![columns.extra_native_bytes, columns.root.0.into()];
    let nodes = &columns.nodes;
    for n in 0..nodes.len() {
        let name = columns.strings.bytes(nodes.name[n]);
        all.extend(name.iter().map(|&b| u64::from(b)));
        all.extend([u64::from(nodes.kind[n].0), nodes.id[n].into(), nodes.self_size.get(n)]);
        all.push(nodes.detachedness_of(NodeIdx(n as u32)).into());
        all.extend(nodes.trace_node.get(n).map(|&t| u64::from(t)));
        for e in nodes.edges_of(NodeIdx(n as u32)) {
            let edge = columns.edges.get(e);
            all.extend([u64::from(edge.kind.0), edge.name_or_index.into(), edge.to.0.into()]);
            assert!(edge.to.at() < nodes.len());
            assert!(edge.kind.is_indexed() || edge.name_or_index < columns.strings.len() as u32);
        }
    }
    for s in 0..columns.strings.len() {
        all.push(columns.strings.bytes(StrIdx(s as u32)).len() as u64);
    }
    for l in &columns.locations {
        assert!(l.node.at() < nodes.len());
        all.extend([l.node.0, l.script_id, l.line, l.column].map(u64::from));
    }
    for s in &columns.samples {
        all.extend([s.timestamp_us, s.last_assigned_id.into()]);
    }
    if let Some(traces) = &columns.traces {
        for t in &traces.nodes {
            assert!((t.function as usize) < traces.functions.len());
            all.extend([
                u64::from(t.id),
                t.function.into(),
                t.count,
                t.size,
                t.parent.map_or(0, |p| u64::from(p) + 1),
            ]);
        }
    }
    Ok(all)
}
