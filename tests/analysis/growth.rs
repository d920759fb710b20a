//! Growth that looks like something else: places that move, caches that fill up, queues that are gone.

use crate::heap::{Heap, diagnose_growth, diagnose_rounds};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use leakguard::report::{Strength, Verdict};

fn objects(heap: &mut Heap, class: &str, count: u64) -> Vec<usize> {
    (0..count).map(|_| heap.object(class)).collect()
}

/// A number that the capture made visible.
fn number(heap: &mut Heap, value: u64) -> usize {
    let number = heap.draft.node(NodeKind::NUMBER, "smi number", 0);
    let text = heap.draft.node(NodeKind::STRING, &value.to_string(), 0);
    heap.draft.edge(number, EdgeKind::INTERNAL, "value", text);
    number
}

/// A class like an LRU cache: `name`, a Map inside of it, and the number it calls `limit`.
fn cache(heap: &mut Heap, limit: (&str, u64), entries: u64) {
    let owner = heap.object("Cache");
    heap.variable("cache", owner);
    let value = number(heap, limit.1);
    heap.property(owner, limit.0, value);
    let list = heap.object("Array");
    heap.property(owner, "#entries", list);
    let entries = objects(heap, "Entry", entries);
    heap.fill(list, &entries);
}

/// An array that only a suspended function knows, which waits for something else each time.
fn awaited(heap: &mut Heap, waits_for: &str, results: u64) {
    let handle = heap.object(waits_for);
    heap.variable(&format!("pending{waits_for}"), handle);
    let suspended = heap.object("Generator");
    heap.property(handle, "callback", suspended);
    let list = heap.object("Array");
    heap.property(suspended, "results", list);
    let results = objects(heap, "Result", results);
    heap.fill(list, &results);
}

#[test]
fn what_hangs_below_something_else_each_time_is_found_all_the_same() {
    let handles = ["Timeout", "Socket", "Pipe", "FileHandle"];
    let leak = diagnose_rounds(&[(100, false); 4], |at, done, heap| awaited(heap, handles[at], done));
    assert_eq!(leak.verdict, Verdict::Leak, "{}", leak.reason);
    let suspect = &leak.suspects[0];
    assert_eq!((suspect.class_name.as_str(), suspect.count_per_iteration), ("Result", 1.0));
    assert_eq!(suspect.evidence.counts, [Some(100), Some(200), Some(300), Some(400)]);

    let steady = diagnose_rounds(&[(100, false); 4], |at, _, heap| awaited(heap, handles[at], 300));
    assert_eq!(steady.verdict, Verdict::Healthy, "{}", steady.reason);
}

#[test]
fn what_stays_at_its_place_has_not_moved() {
    // A list of the same form appears beside those that were there all along.
    let diagnosis = diagnose_rounds(&[(100, false); 4], |at, _, heap| {
        awaited(heap, "Timeout", [100, 200, 300, 100][at]);
        if at == 3 {
            awaited(heap, "Socket", 400);
        }
    });
    assert_ne!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
}

#[test]
fn a_cache_below_its_bound_is_no_leak_yet() {
    let filling = diagnose_growth(|done, heap| cache(heap, ("max", 1000), done));
    assert_eq!(filling.verdict, Verdict::Inconclusive, "{}", filling.reason);
    let bound = filling.suspects[0].evidence.bound.as_ref().unwrap();
    assert_eq!((bound.name.as_str(), bound.value), ("max", 1000));
    let advice = filling.advice.unwrap();
    assert!(advice.contains("`max` lets it have 1000, and 400 are in it: after about 600 more"), "{advice}");
}

#[test]
fn a_bound_that_does_not_hold_is_none() {
    for limit in [("max", 300), ("maxAge", 60_000), ("size", 1000)] {
        let leak = diagnose_growth(|done, heap| cache(heap, limit, done));
        assert_eq!(leak.verdict, Verdict::Leak, "{limit:?}: {}", leak.reason);
        assert_eq!(leak.suspects[0].evidence.strength, Strength::Strong);
    }
}

#[test]
fn a_drained_queue_is_named_though_it_is_gone() {
    let rounds = [(100, false), (100, false), (100, false), (100, false), (0, true)];
    let diagnosis = diagnose_rounds(&rounds, |at, done, heap| {
        let jobs = objects(heap, "Job", [done, done, done, done, 0][at]);
        heap.array("queue", &jobs);
    });
    assert_eq!(diagnosis.verdict, Verdict::Backlog, "{}", diagnosis.reason);
    let suspect = &diagnosis.suspects[0];
    assert_eq!((suspect.category.as_str(), suspect.class_name.as_str()), ("backlog", "Job"));
    assert_eq!(suspect.grows_at.name.as_deref(), Some("queue"));
    assert_eq!(suspect.evidence.drained, Some(1.0));
    assert_eq!(suspect.evidence.counts.last(), Some(&Some(0)));
}

#[test]
fn a_table_of_weak_references_tells_nothing_by_its_size() {
    for (class, verdict) in [
        ("FinalizationRegistry", Verdict::Healthy),
        ("Node / CleanupQueue", Verdict::Healthy),
        ("Ring", Verdict::Leak),
    ] {
        let diagnosis = diagnose_growth(|done, heap| {
            let table = heap.draft.node(NodeKind::OBJECT, class, 64 * done);
            heap.variable("table", table);
        });
        assert_eq!(diagnosis.verdict, verdict, "{class}: {}", diagnosis.reason);
    }
}

#[test]
fn what_only_changes_its_place_when_the_load_stops_has_not_drained() {
    let rounds = [(100, false), (100, false), (100, false), (100, false), (0, true)];
    let diagnosis = diagnose_rounds(&rounds, |at, _, heap| {
        let results = objects(heap, "Result", [100, 200, 300, 400, 400][at]);
        heap.array("results", &results);
        // Under load, timers know them as well.
        if at < 4 {
            heap.array("timers", &results);
        }
    });
    assert_eq!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
    let suspect = &diagnosis.suspects[0];
    assert_eq!((suspect.class_name.as_str(), suspect.count_per_iteration), ("Result", 1.0));
    assert_eq!(suspect.grows_at.name.as_deref(), Some("results"));
    assert_eq!(suspect.evidence.drained, Some(0.0));
}

#[test]
fn listeners_for_several_events_of_one_emitter_are_one_suspect() {
    let diagnosis = diagnose_growth(|done, heap| {
        let events = heap.emitter("upstream");
        for event in ["close", "finish", "error"] {
            heap.listeners(events, event, &format!("on{event}"), done);
        }
    });
    assert_eq!(diagnosis.suspects.len(), 1);
    let suspect = &diagnosis.suspects[0];
    assert_eq!((suspect.category.as_str(), suspect.classes.len()), ("event-listeners", 3));
    // The listeners, and their places in the lists.
    assert_eq!(suspect.bytes_per_iteration, 3.0 * (64.0 + 8.0));
}

#[test]
fn a_backing_store_is_no_leak_where_what_is_in_it_is_at_its_bound() {
    let stores = [700, 1000, 1600, 2600, 4200, 6000];
    let grown = |elements: [u64; 6]| {
        diagnose_rounds(&[(100, false); 6], move |at, _, heap| {
            let list = heap.object("Array");
            heap.variable("recent", list);
            let store = heap.draft.node(NodeKind::ARRAY, "(object elements)", 8 * stores[at]);
            heap.draft.edge(list, EdgeKind::INTERNAL, "elements", store);
            for (i, element) in objects(heap, "Entry", elements[at]).into_iter().enumerate() {
                heap.draft.edge(list, EdgeKind::ELEMENT, &i.to_string(), element);
            }
        })
    };
    let full = grown([300, 600, 900, 900, 900, 900]);
    assert_eq!(full.verdict, Verdict::Healthy, "{}", full.reason);
    let holes = grown([10; 6]);
    assert_eq!(holes.verdict, Verdict::Leak, "{}", holes.reason);
    assert_eq!(holes.suspects[0].grows_at.name.as_deref(), Some("recent"));
}

#[test]
fn arrays_that_come_and_go_are_not_said_to_grow() {
    let windows = |counts: [u64; 5]| {
        diagnose_rounds(&[(100, false); 5], move |at, done, heap| {
            let lists = objects(heap, "Array", counts[at]);
            for &list in &lists {
                let store = heap.draft.node(NodeKind::ARRAY, "(object elements)", 100 * done);
                heap.draft.edge(list, EdgeKind::INTERNAL, "elements", store);
            }
            heap.array("perSecond", &lists);
        })
    };
    let moving = windows([1, 2, 3, 3, 3]);
    assert_ne!(moving.verdict, Verdict::Leak, "{}", moving.reason);
    let same = windows([1, 3, 3, 3, 3]);
    assert_eq!(same.verdict, Verdict::Leak, "{}", same.reason);
}

#[test]
fn a_drained_queue_goes_by_the_name_it_had() {
    let rounds = [(100, false), (100, false), (100, false), (100, false), (0, true)];
    let diagnosis = diagnose_rounds(&rounds, |at, done, heap| {
        let count = [done, done, done, done, 0][at];
        let sessions = objects(heap, "Session", count);
        let entries: Vec<(usize, usize)> =
            sessions.into_iter().map(|session| (heap.string("id"), session)).collect();
        heap.map("sessions", &entries);
    });
    assert_eq!(diagnosis.verdict, Verdict::Backlog, "{}", diagnosis.reason);
    assert_eq!(diagnosis.suspects[0].class_name, "Session");
    assert_eq!(diagnosis.suspects[0].grows_at.name.as_deref(), Some("sessions"));
}

#[test]
fn handles_that_nobody_closes_are_said_to_be_open() {
    let diagnosis = diagnose_growth(|done, heap| {
        let roots = heap.draft.node(NodeKind::SYNTHETIC, "(Global handles)", 0);
        heap.draft.edge(0, EdgeKind::ELEMENT, "9", roots);
        for (i, socket) in objects(heap, "UDP", done).into_iter().enumerate() {
            heap.draft.edge(roots, EdgeKind::ELEMENT, &i.to_string(), socket);
            let buffer = heap.draft.node(NodeKind::NATIVE, "buffer", 1000);
            heap.draft.edge(socket, EdgeKind::INTERNAL, "buffer", buffer);
        }
    });
    assert_eq!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
    let suspect = &diagnosis.suspects[0];
    assert_eq!(suspect.category, "handles");
    assert!(suspect.sentence.starts_with("open UDP sockets (`UDP`) +1.00"), "{}", suspect.sentence);
    assert!(suspect.sentence.ends_with("that nobody closes"), "{}", suspect.sentence);
}

#[test]
fn a_backing_store_of_a_few_kilobytes_is_no_evidence_however_long_it_grows() {
    for (step, verdict) in [(800, Verdict::Inconclusive), (2000, Verdict::Leak)] {
        let diagnosis = diagnose_rounds(&[(100, false); 7], |at, _, heap| {
            let queue = heap.object("Array");
            heap.variable("queue", queue);
            let store = heap.draft.node(NodeKind::ARRAY, "(object elements)", 500 + step * at as u64);
            heap.draft.edge(queue, EdgeKind::INTERNAL, "elements", store);
        });
        assert_eq!(diagnosis.verdict, verdict, "{step}: {}", diagnosis.reason);
    }
}

#[test]
fn what_came_more_slowly_in_the_last_round_may_have_become_full() {
    let grown = |sizes: [u64; 5]| {
        diagnose_rounds(&[(100, false); 5], move |at, _, heap| {
            let entries = objects(heap, "Entry", sizes[at]);
            heap.array("entries", &entries);
        })
    };
    for (sizes, verdict) in [
        ([100, 200, 300, 400, 460], Verdict::Inconclusive),
        ([100, 200, 300, 400, 490], Verdict::Leak),
        // By chance.
        ([2, 8, 14, 20, 24], Verdict::Leak),
    ] {
        let diagnosis = grown(sizes);
        assert_eq!(diagnosis.verdict, verdict, "{sizes:?}: {}", diagnosis.reason);
    }
}

#[test]
fn what_was_deleted_from_a_map_is_not_in_it() {
    let diagnosis = diagnose_rounds(&[(100, false); 5], |at, _, heap| {
        let hole = heap.draft.node(NodeKind::HIDDEN, "system / Hole", 8);
        let map = heap.object("Map");
        heap.variable("cache", map);
        let size = [2000, 4000, 8000, 16_000, 32_000][at];
        let table = heap.draft.node(NodeKind::ARRAY, "", size);
        heap.draft.edge(map, EdgeKind::INTERNAL, "table", table);
        let live = [100, 200, 300, 300, 300][at];
        for (i, entry) in objects(heap, "Entry", live).into_iter().enumerate() {
            heap.draft.edge(table, EdgeKind::INTERNAL, &(6 + 3 * i).to_string(), entry);
        }
        for i in live as usize..live as usize + [0, 0, 50, 250, 500][at] {
            heap.draft.edge(table, EdgeKind::INTERNAL, &(6 + 3 * i).to_string(), hole);
        }
    });
    assert_eq!(diagnosis.verdict, Verdict::Healthy, "{}", diagnosis.reason);
}
