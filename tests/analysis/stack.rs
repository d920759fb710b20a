//! Snapshots taken in the middle of the program's work: locals are roots, too.

use crate::heap::{Heap, diagnose_rounds};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use leakguard::report::Verdict;

fn on_stack(heap: &mut Heap, objects: &[usize]) {
    let gc = heap.draft.node(NodeKind::SYNTHETIC, "(GC roots)", 0);
    heap.draft.edge(0, EdgeKind::ELEMENT, "8", gc);
    let stack = heap.draft.node(NodeKind::SYNTHETIC, "(Stack roots)", 0);
    heap.draft.edge(gc, EdgeKind::ELEMENT, "1", stack);
    for (i, &object) in objects.iter().enumerate() {
        heap.draft.edge(stack, EdgeKind::ELEMENT, &i.to_string(), object);
    }
}

#[test]
fn a_variable_that_is_on_the_stack_in_one_snapshot_only_is_the_same_variable() {
    let diagnosis = diagnose_rounds(&[(100, false); 3], |capture, done, heap| {
        let leaked: Vec<usize> = (0..done).map(|_| heap.object("Session")).collect();
        let list = heap.array("sessions", &leaked);
        let scope = heap.scope;
        match capture {
            0 => {}
            // The list is a local of the function that runs.
            1 => on_stack(heap, &[list]),
            // So are its scope and the newest element.
            _ => on_stack(heap, &[scope, list, leaked[leaked.len() - 1]]),
        }
    });
    assert_eq!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
    let suspect = &diagnosis.suspects[0];
    assert_eq!(suspect.grows_at.text, "array `sessions`");
    assert_eq!(suspect.grows_at.elements, [Some(100), Some(200), Some(300)]);
}

#[test]
fn what_a_local_alone_holds_stays_with_the_stack() {
    let diagnosis = diagnose_rounds(&[(100, false); 3], |_, done, heap| {
        // The scope is reached by way of an object that lives on the stack only.
        let local = heap.object("Frame");
        let scope = heap.scope;
        heap.property(local, "scope", scope);
        on_stack(heap, &[local]);
        let leaked: Vec<usize> = (0..done).map(|_| heap.object("Session")).collect();
        heap.array("sessions", &leaked);
    });
    assert_eq!(diagnosis.suspects.len(), 1);
    assert_eq!(diagnosis.suspects[0].grows_at.text, "array `sessions`");
}
