//! The streaming parser against a naive one (serde_json holding the whole file), on generated snapshots:
//! any field order, whitespace, section order, chunking, block size and number of threads.

mod parse;

use leakguard::parse::columns::{EdgeKind, NodeKind};
use parse::oracle::by_serde;
use parse::runs::{at_once, outcome, parse};
use parse::writer::{Shape, snapshot};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_naive_parser(
        shape in any::<Shape>(),
        pieces in prop::collection::vec(1usize..200, 1..20),
        block_bytes in 64usize..5000,
        threads in 1usize..4,
    ) {
        let text = snapshot(&shape);
        let expected = Ok(by_serde(&text));
        prop_assert_eq!(&outcome(parse(&text, &pieces, block_bytes, threads)), &expected);
        prop_assert_eq!(&outcome(at_once(&text)), &expected);
    }
}

#[test]
fn type_names_become_kinds_whatever_their_numbers() {
    let shape = Shape { seed: 7, nodes: 60, edges_per_node: 3, ..Shape::default() };
    let columns = at_once(&snapshot(&shape)).expect("a valid snapshot");
    let kinds = &columns.nodes.kind;
    assert!(kinds.contains(&NodeKind::OBJECT), "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind.0 >= NodeKind::UNKNOWN), "the writer invents types: {kinds:?}");
    assert!((0..columns.edges.len()).any(|edge| columns.edges.kind(edge) == EdgeKind::OTHER));
}
