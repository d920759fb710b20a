use super::*;
use crate::monitor::pulse::{Collections, Pulse, Space};
use crate::monitor::{Area, Assessment, ProcessSample};
use std::collections::BTreeMap;
use std::time::Duration;

fn state() -> State {
    let mut assessment = Assessment::quiet(5, Verdict::Leaking);
    assessment.area = Some(Area::JsHeap);
    assessment.bytes_per_hour = 1.5e6;
    State {
        started_unix_ms: 0,
        at_ms: 5,
        assessment,
        changes: 1,
        heap: None,
        process: ProcessSample { rss: Some(7e7), ..ProcessSample::default() },
        open_files: Some((20, 1024)),
        pulse: Pulse {
            spaces: vec![Space { name: "old".to_owned(), used: 42.0, ..Space::default() }],
            resources: BTreeMap::from([("TCPSocketWrap".to_owned(), 3)]),
            gc: BTreeMap::from([(
                "major".to_owned(),
                Collections { count: 4, seconds: 0.5, buckets: [1, 2, 0, 1, 0, 0, 0] },
            )]),
            ..Pulse::default()
        },
        looks: 1,
        busy: Duration::from_millis(3),
        failed: None,
    }
}

fn lines(about: About) -> Vec<String> {
    text(state(), about).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn speaks_prom_clients_names() {
    let lines = lines(About { node_version: "v22.1.0".to_owned(), ..About::default() });
    for expected in [
        "process_resident_memory_bytes 70000000.0",
        "process_open_fds 20.0",
        "nodejs_heap_space_size_used_bytes{space=\"old\"} 42.0",
        "nodejs_active_resources{type=\"TCPSocketWrap\"} 3.0",
        "nodejs_version_info{version=\"v22.1.0\",major=\"22\",minor=\"1\",patch=\"0\"} 1.0",
        "nodejs_gc_duration_seconds_count{kind=\"major\"} 4",
        "nodejs_gc_duration_seconds_bucket{le=\"0.01\",kind=\"major\"} 3",
        "nodejs_gc_duration_seconds_bucket{le=\"+Inf\",kind=\"major\"} 4",
        "leakguard_verdict{verdict=\"leaking\"} 1.0",
        "leakguard_verdict{verdict=\"flat\"} 0.0",
        "leakguard_growth_bytes_per_hour{area=\"js-heap\"} 1500000.0",
        "# EOF",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in\n{}", lines.join("\n"));
    }
}

#[test]
fn says_nothing_of_what_it_does_not_know() {
    let lines = lines(About::default());
    assert!(!lines.iter().any(|line| line.starts_with("process_virtual_memory_bytes")));
    assert!(!lines.iter().any(|line| line.contains("push")));
}

#[test]
fn each_metric_is_described_once() {
    let about = About {
        push: Some(PushCounts::default()),
        captures: Some((1, 0)),
        node_version: "v20.0.0".to_owned(),
    };
    let mut names: Vec<String> = lines(about).into_iter().filter(|line| line.starts_with("# TYPE")).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 30, "{count}");
}
