//! What hangs at the root because two ways lead to it, and yet has a growth point.

use crate::heap::{Heap, diagnose_growth};
use leakguard::parse::columns::EdgeKind;
use leakguard::report::{GrowthKind, Verdict};

/// A handle that Node keeps by itself, straight below the root.
fn handle(heap: &mut Heap, object: usize) {
    heap.draft.edge(0, EdgeKind::ELEMENT, "9", object);
}

#[test]
fn a_ring_grows_at_its_head_whoever_else_knows_one_of_its_members() {
    let diagnosis = diagnose_growth(|done, heap| {
        let list = heap.object("TimersList");
        heap.variable("timerList", list);
        let timers: Vec<usize> = (0..done).map(|_| heap.object("Timeout")).collect();
        let ring: Vec<usize> = [list].into_iter().chain(timers.iter().copied()).collect();
        for (i, &timer) in ring.iter().enumerate() {
            heap.property(timer, "_idleNext", ring[(i + 1) % ring.len()]);
            heap.property(timer, "_idlePrev", ring[(i + ring.len() - 1) % ring.len()]);
        }
        // A server knows one of the timers, and is itself a handle of Node's.
        let server = heap.object("Server");
        heap.property(server, "checking", timers[0]);
        handle(heap, server);
    });
    assert_eq!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
    assert_eq!(diagnosis.suspects.len(), 1, "{:#?}", diagnosis.suspects);
    let suspect = &diagnosis.suspects[0];
    assert_eq!((suspect.class_name.as_str(), suspect.count_per_iteration), ("Timeout", 1.0));
    assert_eq!(suspect.grows_at.kind, GrowthKind::Timers);
    assert_eq!(suspect.grows_at.text, "timer list `timerList`");
}

#[test]
fn what_the_leaked_objects_hold_is_not_a_suspect_of_its_own() {
    let diagnosis = diagnose_growth(|done, heap| {
        let workers: Vec<usize> = (0..done).map(|_| heap.object("Worker")).collect();
        heap.array("workers", &workers);
        for &worker in &workers {
            let port = heap.object("MessagePort");
            let state = heap.object("PortState");
            heap.property(worker, "port", port);
            heap.property(port, "state", state);
            heap.property(state, "port", port);
            // Node holds both ends as well, so that no object of the program dominates them.
            handle(heap, port);
            handle(heap, state);
        }
    });
    assert_eq!(diagnosis.suspects.len(), 1, "{:#?}", diagnosis.suspects);
    let suspect = &diagnosis.suspects[0];
    assert_eq!((suspect.class_name.as_str(), suspect.count_per_iteration), ("Worker", 1.0));
    assert_eq!(suspect.grows_at.text, "array `workers`");
    let names: Vec<&str> = suspect.classes.iter().map(|class| class.class_name.as_str()).collect();
    assert_eq!(names, ["Worker", "MessagePort", "PortState"]);
    assert!(
        suspect.sentence.starts_with("`Worker` +1.00 per iteration (152 B each)"),
        "{}",
        suspect.sentence
    );
}

#[test]
fn handles_that_only_node_keeps_have_no_growth_point() {
    let diagnosis = diagnose_growth(|done, heap| {
        for _ in 0..3 * done {
            let request = heap.object("FSReqCallback");
            handle(heap, request);
        }
    });
    assert_eq!(diagnosis.suspects[0].grows_at.kind, GrowthKind::Root);
}

#[test]
fn bytes_of_nested_groups_count_once() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked: Vec<usize> = (0..done).map(|_| heap.object("View")).collect();
        heap.array("views", &leaked);
        for &view in &leaked {
            // Many more parts than views: a group of its own inside theirs.
            for _ in 0..done / 10 {
                let part = heap.object("Part");
                heap.property(view, "part", part);
            }
        }
    });
    let suspect = &diagnosis.suspects[0];
    let held: u64 = (400 * 48) + 400 * 40 * 48;
    assert!(suspect.retained_bytes <= held + 8 * 400 + 16 + 48, "{} of {held}", suspect.retained_bytes);
}
