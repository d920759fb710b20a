//! One heap per kind of leak, and the ones that are none.

use crate::heap::{Heap, diagnose_growth, diagnose_rounds};
use leakguard::parse::columns::{EdgeKind, NodeKind};
use leakguard::report::{Diagnosis, GrowthKind, Role, Strength, Suspect, Verdict, markdown, text};

fn only(diagnosis: &Diagnosis) -> &Suspect {
    assert_eq!(diagnosis.verdict, Verdict::Leak, "{}", diagnosis.reason);
    assert_eq!(diagnosis.suspects.len(), 1, "{:#?}", diagnosis.suspects);
    &diagnosis.suspects[0]
}

fn objects(heap: &mut Heap, class: &str, count: u64) -> Vec<usize> {
    (0..count).map(|_| heap.object(class)).collect()
}

#[test]
fn an_array_of_instances() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked = objects(heap, "Session", done);
        heap.array("sessions", &leaked);
    });
    let suspect = only(&diagnosis);
    assert_eq!(suspect.class_name, "Session");
    assert_eq!(suspect.count_per_iteration, 1.0);
    assert_eq!(suspect.bytes_per_iteration, 56.0);
    assert_eq!(suspect.grows_at.kind, GrowthKind::Array);
    assert_eq!(suspect.grows_at.text, "array `sessions`");
    assert_eq!(suspect.grows_at.elements, [Some(100), Some(200), Some(300), Some(400)]);
    assert_eq!(suspect.sentence, "`Session` +1.00 per iteration (56 B each) in array `sessions`");
    let edges: Vec<&str> = suspect.path.iter().map(|hop| hop.edge.as_str()).collect();
    assert_eq!(edges, ["(root)", "handler", "(context)", "sessions", "[399]"]);
    assert_eq!(suspect.path[3].role, Some(Role::GrowthPoint));
    assert_eq!(suspect.path[4].role, Some(Role::Leaked));
    assert_eq!(suspect.evidence.strength, Strength::Strong);
}

#[test]
fn a_map_is_found_through_its_table_and_named_by_its_values() {
    let diagnosis = diagnose_growth(|done, heap| {
        let entries: Vec<_> =
            (0..done).map(|i| (heap.string(&format!("k{i}")), heap.object("User"))).collect();
        heap.map("users", &entries);
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.class_name.as_str(), suspect.grows_at.kind), ("User", GrowthKind::Map));
    assert_eq!(suspect.grows_at.elements, [Some(100), Some(200), Some(300), Some(400)]);
    assert!(suspect.path.iter().any(|hop| hop.edge == "get('k399')"), "{:#?}", suspect.path);
}

#[test]
fn two_lists_that_share_their_elements_are_one_suspect() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked = objects(heap, "Connection", done);
        heap.array("active", &leaked);
        heap.array("all", &leaked);
    });
    let suspect = only(&diagnosis);
    assert_eq!(suspect.grows_at.text, "array `active`");
    assert_eq!(suspect.also_held_by, ["Array `all`"]);
}

#[test]
fn a_hundred_kinds_in_one_list_are_one_suspect() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked: Vec<usize> = (0..5 * done).map(|i| heap.object(&format!("Kind{}", i % 100))).collect();
        heap.array("all", &leaked);
    });
    let suspect = only(&diagnosis);
    assert_eq!(suspect.count_per_iteration, 5.0);
    assert_eq!(suspect.classes.len(), 100);
    assert!(suspect.sentence.starts_with("objects of 100 kinds (`Kind"), "{}", suspect.sentence);
}

#[test]
fn what_the_leaked_object_owns_belongs_to_it() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked = objects(heap, "Request", done);
        for &request in &leaked {
            let body = heap.draft.node(NodeKind::OBJECT, "Body", 4000);
            heap.property(request, "body", body);
        }
        heap.array("requests", &leaked);
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.class_name.as_str(), suspect.classes.len()), ("Request", 1));
    assert_eq!(suspect.bytes_per_iteration, 4056.0);
    // The array and its backing store grow with them.
    assert_eq!(suspect.retained_bytes, 400 * 4048 + 48 + 16 + 8 * 400);
}

#[test]
fn a_linked_list_is_one_chain_with_a_short_path() {
    let diagnosis = diagnose_growth(|done, heap| {
        let head = heap.object("Entry");
        heap.variable("head", head);
        let mut last = head;
        for _ in 0..done {
            let next = heap.object("Entry");
            heap.property(last, "next", next);
            last = next;
        }
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.grows_at.kind, suspect.count_per_iteration), (GrowthKind::Chain, 1.0));
    assert_eq!(suspect.grows_at.text, "the chain that starts at `head`");
    assert!(suspect.path.len() < 8);
    assert!(suspect.path.iter().any(|hop| hop.repeats == Some(399)), "{:#?}", suspect.path);
}

#[test]
fn closures_that_keep_the_one_before_are_a_chain_of_period_three() {
    let diagnosis = diagnose_growth(|done, heap| {
        let first = heap.object("Object");
        heap.variable("theThing", first);
        let mut last = first;
        for _ in 0..done {
            let method = heap.draft.node(NodeKind::CLOSURE, "someMethod", 64);
            let scope = heap.object("system / Context");
            let thing = heap.object("Object");
            heap.property(last, "someMethod", method);
            heap.draft.edge(method, EdgeKind::INTERNAL, "context", scope);
            heap.draft.edge(scope, EdgeKind::CONTEXT, "originalThing", thing);
            last = thing;
        }
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.category.as_str(), suspect.grows_at.kind), ("closure-context", GrowthKind::Chain));
    assert!(suspect.hint.contains("`originalThing`"), "{}", suspect.hint);
    assert!(suspect.path.len() < 16);
}

#[test]
fn listeners_on_one_emitter() {
    let diagnosis = diagnose_growth(|done, heap| {
        let events = heap.emitter("socket");
        heap.listeners(events, "connect", "onConnect", done);
    });
    let suspect = only(&diagnosis);
    assert_eq!(
        (suspect.category.as_str(), suspect.grows_at.kind),
        ("event-listeners", GrowthKind::Listeners)
    );
    assert_eq!(
        suspect.sentence,
        "`connect` listeners +1.00 per iteration (72 B each) on one Socket (`socket`)"
    );
}

#[test]
fn an_array_of_numbers_grows_in_place() {
    let diagnosis = diagnose_growth(|done, heap| {
        let array = heap.object("Array");
        heap.variable("samples", array);
        let store = heap.draft.node(NodeKind::ARRAY, "(object elements)", 16 + 80 * done);
        heap.draft.edge(array, EdgeKind::INTERNAL, "elements", store);
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.grows_at.kind, suspect.bytes_per_iteration), (GrowthKind::InPlace, 80.0));
    assert!(suspect.evidence.in_place);
    assert_eq!(suspect.sentence, "array `samples` gets 80 B bigger per iteration");
}

#[test]
fn a_hash_table_that_doubles_is_believed_after_more_rounds() {
    let diagnosis = diagnose_rounds(&[(100, false); 7], |_, done, heap| {
        let map = heap.object("Map");
        heap.variable("counts", map);
        let table = heap.draft.node(NodeKind::ARRAY, "", 24 * (10 * done).next_power_of_two());
        heap.draft.edge(map, EdgeKind::INTERNAL, "table", table);
    });
    assert_eq!(only(&diagnosis).grows_at.text, "Map `counts`");
}

#[test]
fn a_backlog_drains() {
    let rounds = [(100, false), (100, false), (100, false), (100, false), (0, true)];
    let diagnosis = diagnose_rounds(&rounds, |at, done, heap| {
        let waiting = objects(heap, "Job", if at == 4 { 0 } else { 3 * done });
        heap.array("queue", &waiting);
    });
    assert_eq!(diagnosis.verdict, Verdict::Backlog);
    assert!(diagnosis.reason.contains("`Job` +3.00 per iteration"), "{}", diagnosis.reason);
    assert!(diagnosis.reason.contains("array `queue`"), "{}", diagnosis.reason);
}

#[test]
fn a_leak_beside_a_backlog_is_a_leak() {
    let rounds = [(100, false), (100, false), (100, false), (100, false), (0, true)];
    let diagnosis = diagnose_rounds(&rounds, |at, done, heap| {
        let waiting = objects(heap, "Job", if at == 4 { 0 } else { 3 * done });
        heap.array("queue", &waiting);
        let leaked = objects(heap, "Result", done);
        heap.array("results", &leaked);
    });
    assert_eq!(diagnosis.verdict, Verdict::Leak);
    assert_eq!(diagnosis.suspects[0].class_name, "Result");
}

#[test]
fn two_leaks_are_two_suspects_the_bigger_first() {
    let diagnosis = diagnose_growth(|done, heap| {
        let small = objects(heap, "Small", done);
        heap.array("smalls", &small);
        let big: Vec<usize> = (0..done).map(|_| heap.draft.node(NodeKind::OBJECT, "Big", 9000)).collect();
        heap.array("bigs", &big);
    });
    let names: Vec<&str> = diagnosis.suspects.iter().map(|s| s.class_name.as_str()).collect();
    assert_eq!(names, ["Big", "Small"]);
    assert_eq!(diagnosis.suspects[1].rank, 2);
}

#[test]
fn healthy_heaps_are_healthy() {
    let steady = diagnose_growth(|_, heap| {
        let cached = objects(heap, "Entry", 500);
        heap.array("lru", &cached);
    });
    assert_eq!(steady.verdict, Verdict::Healthy);
    assert!(steady.suspects.is_empty());

    let warming = diagnose_rounds(&[(100, false); 5], |at, _, heap| {
        let loaded = objects(heap, "Lazy", [0, 100, 130, 140, 143][at]);
        heap.array("loaded", &loaded);
    });
    assert_eq!(warming.verdict, Verdict::Healthy, "{}", warming.reason);

    let code = diagnose_growth(|done, heap| {
        let function = heap.draft.node(NodeKind::CLOSURE, "hot", 64);
        heap.variable("hot", function);
        let bytecode = heap.draft.node(NodeKind::CODE, "(bytecode)", 100 * done);
        heap.draft.edge(function, EdgeKind::INTERNAL, "code", bytecode);
    });
    assert_eq!(code.verdict, Verdict::Healthy, "{}", code.reason);
    assert_eq!(code.growth.metadata_bytes_per_iteration, 100.0);
}

#[test]
fn a_note_per_round_is_not_a_leak() {
    let diagnosis = diagnose_rounds(&[(1000, false); 5], |at, _, heap| {
        let notes = objects(heap, "RoundNote", at as u64);
        heap.array("notes", &notes);
    });
    assert_eq!(diagnosis.verdict, Verdict::Healthy, "{}", diagnosis.reason);
}

#[test]
fn one_capture_is_inconclusive_and_says_what_to_do() {
    let diagnosis = diagnose_rounds(&[(100, false)], |_, done, heap| {
        let some = objects(heap, "Thing", done);
        heap.array("things", &some);
    });
    assert_eq!(diagnosis.verdict, Verdict::Inconclusive);
    assert!(diagnosis.advice.is_some());
}

#[test]
fn the_fingerprint_is_the_same_in_another_run() {
    let run = |offset: u64| {
        diagnose_growth(|done, heap| {
            let noise = objects(heap, "Other", offset);
            heap.array("others", &noise);
            let leaked = objects(heap, "Session", done + offset);
            heap.array("sessions", &leaked);
        })
    };
    assert_eq!(only(&run(3)).fingerprint, only(&run(40)).fingerprint);
}

#[test]
fn renderings_name_the_leak_and_fit_the_width() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked = objects(heap, "Session", done);
        heap.array("sessions", &leaked);
    });
    let style = text::Style { width: 60, ..text::Style::default() };
    let page = text::render(&diagnosis, &style);
    assert!(page.starts_with("  LEAK  `Session` +1.00 per iteration"), "{page}");
    assert!(page.contains("▶ sessions") && page.contains("◀ grows here: 100 → 200 → 300 → 400"), "{page}");
    assert!(page.contains("● [399]"), "{page}");
    assert!(!page.contains('\x1b'));
    let colored = text::render(&diagnosis, &text::Style { color: true, ..style });
    assert!(colored.contains("\x1b[1;31mLEAK\x1b[0m"), "{colored}");
    let open = text::render(&diagnosis, &text::Style { confirmed: false, ..style });
    assert!(open.starts_with("  GROWING  `Session` +1.00 per"), "{open}");
    let document = markdown::render(&diagnosis);
    assert!(document.starts_with("## Leak\n") && document.contains("| 1 | Session | +1.00 |"), "{document}");
}

#[test]
fn the_json_is_the_contract() {
    let diagnosis = diagnose_growth(|done, heap| {
        let leaked = objects(heap, "Session", done);
        heap.array("sessions", &leaked);
    });
    let json = serde_json::to_value(&diagnosis).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["verdict"], "leak");
    let suspect = &json["suspects"][0];
    for field in ["rank", "category", "className", "countPerIteration", "bytesPerIteration", "retainedBytes"]
    {
        assert!(!suspect[field].is_null(), "{field}");
    }
    assert_eq!(suspect["growsAt"]["kind"], "array");
    assert_eq!(suspect["path"][3]["edge"], "sessions");
    assert_eq!(suspect["path"][3]["type"], "object");
    let back: Diagnosis = serde_json::from_value(json).unwrap();
    assert_eq!(back, diagnosis);
}

#[test]
fn something_big_now_and_then_is_no_clean_bill() {
    let big = |count: [u64; 9], captures: usize| {
        let rounds = vec![(100, false); captures];
        diagnose_rounds(&rounds, |at, _, heap| {
            let reports: Vec<usize> =
                (0..count[at]).map(|_| heap.draft.node(NodeKind::OBJECT, "Report", 100_000)).collect();
            heap.array("reports", &reports);
        })
    };
    let few = big([0, 0, 1, 1, 2, 2, 3, 3, 4], 5);
    assert_eq!(few.verdict, Verdict::Inconclusive, "{}", few.reason);
    assert!(few.advice.is_some_and(|advice| advice.starts_with("About 6 rounds of 100 iterations")));
    let more = big([0, 0, 1, 1, 2, 2, 3, 3, 4], 9);
    assert_eq!(more.verdict, Verdict::Leak, "{}", more.reason);
    let cache = big([0, 1, 1, 1, 1, 1, 1, 1, 1], 9);
    assert_eq!(cache.verdict, Verdict::Healthy, "{}", cache.reason);
}

#[test]
fn what_piles_up_is_named_however_big_the_things_it_holds() {
    let diagnosis = diagnose_growth(|done, heap| {
        let sockets: Vec<usize> =
            (0..done / 10).map(|_| heap.draft.node(NodeKind::OBJECT, "Socket", 20_000)).collect();
        let listeners: Vec<usize> = (0..done)
            .map(|i| {
                let listener = heap.draft.node(NodeKind::CLOSURE, "onTick", 64);
                heap.property(listener, "socket", sockets[i as usize / 10]);
                listener
            })
            .collect();
        heap.array("listeners", &listeners);
    });
    let suspect = only(&diagnosis);
    assert_eq!((suspect.class_name.as_str(), suspect.count_per_iteration), ("onTick()", 1.0));
}
