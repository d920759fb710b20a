//! Random heaps: everything hangs from a global object, some of it twice.

use crate::draft::Draft;
use leakguard::parse::columns::{EdgeKind, NodeKind};
use proptest::prelude::*;

const KINDS: [(NodeKind, &str); 8] = [
    (NodeKind::OBJECT, "Session"),
    (NodeKind::OBJECT, "Array"),
    (NodeKind::OBJECT, "Object"),
    (NodeKind::CLOSURE, "onSession"),
    (NodeKind::STRING, "a text"),
    (NodeKind::STRING, "another Text"),
    (NodeKind::ARRAY, "(object elements)"),
    (NodeKind::NATIVE, "system / JSArrayBufferData"),
];
const EDGES: [EdgeKind; 6] = [
    EdgeKind::PROPERTY,
    EdgeKind::PROPERTY,
    EdgeKind::ELEMENT,
    EdgeKind::INTERNAL,
    EdgeKind::CONTEXT,
    EdgeKind::WEAK,
];

prop_compose! {
    pub fn any_heap()(
        nodes in prop::collection::vec((prop::sample::select(&KINDS[..]), 0u64..6), 1..40),
    )(
        // Each node's holder is one before it, so that most are reachable.
        holders in prop::collection::vec(any::<prop::sample::Index>(), nodes.len()),
        more in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(&EDGES[..]), 0u32..9),
            0..40,
        ),
        nodes in Just(nodes),
    ) -> Draft {
        let mut draft = Draft::new();
        draft.global(8);
        for (((kind, name), size), holder) in nodes.into_iter().zip(holders) {
            let node = draft.node(kind, name, size * 8);
            let holder = 1 + holder.index(node - 1);
            draft.edge(holder, EdgeKind::PROPERTY, &format!("p{node}"), node);
        }
        let all = draft.nodes.len();
        for (from, to, kind, name) in more {
            draft.edge(1 + from.index(all - 1), kind, &name.to_string(), to.index(all));
        }
        draft
    }
}
