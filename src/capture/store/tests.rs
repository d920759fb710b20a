use super::*;
use crate::capture::test_directory::TestDirectory;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A snapshot of some size for each day of January, the last ones newest.
fn filled(days: usize, bytes: usize) -> TestDirectory {
    let directory = TestDirectory::new();
    for day in 1..=days {
        let name = format!("2026-01-{day:02}T12-00-00-000Z-4711-manual{EXTENSION}");
        fs::write(directory.path().join(name), vec![0; bytes]).unwrap();
    }
    directory
}

fn days(directory: &TestDirectory) -> Vec<String> {
    list(directory.path()).unwrap().into_iter().map(|stored| stored.id[8..10].to_owned()).collect()
}

#[test]
fn lists_newest_first_and_only_its_own() {
    let directory = filled(3, 10);
    for other in ["mine.heapsnapshot.gz", "2026-01-09T12-00-00-000Z-1-x.json", ".2026.partial"] {
        fs::write(directory.path().join(other), "").unwrap();
    }
    fs::create_dir(directory.path().join(format!("2026-01-08T12-00-00-000Z-1-x{EXTENSION}"))).unwrap();
    assert_eq!(days(&directory), ["03", "02", "01"]);
    assert_eq!(list(directory.path()).unwrap()[0].bytes, 10);
    assert_eq!(list(&directory.path().join("missing")).unwrap(), []);
}

#[test]
fn bounds_the_count() {
    let directory = filled(5, 10);
    let bounds = Bounds { count: Some(2), ..Bounds::default() };
    assert_eq!(prune(directory.path(), &bounds, SystemTime::now()).unwrap().len(), 3);
    assert_eq!(days(&directory), ["05", "04"]);
}

#[test]
fn bounds_the_bytes() {
    let directory = filled(5, 100);
    let bounds = Bounds { bytes: Some(399), ..Bounds::default() };
    prune(directory.path(), &bounds, SystemTime::now()).unwrap();
    assert_eq!(days(&directory), ["05", "04", "03"]);
}

#[test]
fn a_large_snapshot_goes_before_small_older_ones() {
    let directory = filled(4, 10);
    let large = directory.path().join(format!("2026-01-03T12-00-00-000Z-4711-manual{EXTENSION}"));
    fs::write(large, vec![0; 1000]).unwrap();
    prune(directory.path(), &Bounds { bytes: Some(100), ..Bounds::default() }, SystemTime::now()).unwrap();
    assert_eq!(days(&directory), ["04", "02", "01"]);
}

#[test]
fn bounds_the_age_but_keeps_the_newest() {
    let directory = filled(3, 10);
    let bounds = Bounds { age: Some(DAY), ..Bounds::default() };
    assert_eq!(prune(directory.path(), &bounds, SystemTime::now()).unwrap(), Vec::<String>::new());
    prune(directory.path(), &bounds, SystemTime::now() + 2 * DAY).unwrap();
    assert_eq!(days(&directory), ["03"]);
}

#[test]
fn no_bounds_remove_nothing() {
    let directory = filled(3, 10);
    assert!(prune(directory.path(), &Bounds::default(), SystemTime::now() + 900 * DAY).unwrap().is_empty());
}

#[test]
fn ids_lead_nowhere_else() {
    let directory = TestDirectory::new();
    for id in ["../../etc/passwd", "2026-01-01T12-00-00-000Z-/../x", "", "x", "2026-01-01T12-00-00-000Z-\0"] {
        assert_eq!(remove(directory.path(), id).unwrap_err().code(), "LG_READ", "{id}");
    }
    assert!(!remove(directory.path(), "2026-01-01T12-00-00-000Z-1-x").unwrap());
}
