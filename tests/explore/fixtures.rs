//! Real snapshots: the same answers as `analyze`, `diff` and `path` give.

use leakguard::analysis::comparison::{Census, compare};
use leakguard::analysis::retaining::retaining;
use leakguard::analysis::{Digest, Options, ScriptTable, diagnose};
use leakguard::explore::compare::{SortBy, classes as changes};
use leakguard::explore::detail::Detail;
use leakguard::explore::diagnosis::diagnosis;
use leakguard::explore::page::{LARGEST, Order, Window};
use leakguard::explore::pair::Pair;
use leakguard::explore::snapshot::OpenOptions;
use leakguard::explore::{Snapshot, classes};
use leakguard::report::{ClassRow, RateUnit, Round, Summary};
use std::path::{Path, PathBuf};

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("__test__/fixtures/{name}.heapsnapshot.gz"))
}

fn open(name: &str) -> Snapshot {
    Snapshot::open(&path(name), &OpenOptions { threads: 2, ..OpenOptions::default() }).unwrap()
}

#[test]
fn classes_are_those_of_analyze() {
    let snapshot = open("node22-server-a");
    let expected = Summary::of(snapshot.graph()).classes;
    let mut shown: Vec<ClassRow> = Vec::new();
    while shown.len() < expected.len() {
        let window = Window::new(shown.len(), LARGEST);
        let page = classes::classes(&snapshot, classes::SortBy::RetainedSize, Order::Descending, "", window);
        assert_eq!(page.total, expected.len() as u64);
        assert!(!page.rows.is_empty());
        shown.extend(page.rows.into_iter().map(|class| class.row));
    }
    assert_eq!(shown, expected);
}

#[test]
fn the_path_is_that_of_path() {
    let snapshot = open("node22-server-a");
    let graph = snapshot.graph();
    for node in graph.nodes().step_by(graph.len() / 40) {
        let id = graph.columns().nodes.id[node.at()];
        let expected = retaining(graph, &ScriptTable::default(), id, 1).unwrap();
        let detail = Detail::of(&snapshot, snapshot.node_with_id(id).unwrap());
        assert_eq!(detail.path, expected.paths.into_iter().next().unwrap_or_default(), "@{id}");
        assert_eq!(detail.row.retained_size, expected.object.retained_size);
        assert_eq!(detail.dominator.map(|row| row.id), expected.dominators.first().map(|first| first.id));
    }
}

#[test]
fn a_comparison_is_that_of_diff() {
    for name in ["node22-server", "node20-weak", "node24-shapes"] {
        let (base, head) = (open(&format!("{name}-a")), open(&format!("{name}-b")));
        let pair = Pair::of(&base, &head);
        let expected =
            compare(&Census::under(base.graph(), head.graph().shapes()), &Census::of(head.graph()));
        let page = changes(&pair, SortBy::AbsoluteDelta, Order::Descending, "", Window::new(0, LARGEST));
        assert_eq!(page.total, expected.len() as u64, "{name}");
        assert_eq!(page.rows, expected[..expected.len().min(LARGEST)], "{name}");
    }
}

#[test]
fn a_diagnosis_is_that_of_diff() {
    let (base, head) = (open("node22-server-a"), open("node22-server-b"));
    let options = Options { unit: RateUnit::Snapshot, ..Options::default() };
    let rounds = vec![Round::default(); 2];
    let (expected, _) =
        diagnose(&[Digest::of(base.graph())], head.graph(), &rounds, &ScriptTable::default(), &options);
    assert_eq!(diagnosis(&[base.digest()], &head), expected);
}
