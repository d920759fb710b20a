use std::io::Read;

use flate2::read::GzDecoder;

use super::*;
use crate::capture::test_directory::TestDirectory;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_finished_file_is_whole_private_and_alone() {
    let directory = TestDirectory::new();
    let target = directory.path().join("deep/er/a.heapsnapshot.gz");
    let mut keep = Keep::create(&target, None).unwrap();
    for chunk in [&b"{\"snapshot\""[..], b":", b"{}}"] {
        keep.write(chunk).unwrap();
    }
    assert!(!target.exists(), "not visible before it is whole");
    let bytes = keep.finish().unwrap();
    assert_eq!(bytes, fs::metadata(&target).unwrap().len());
    let mut text = String::new();
    GzDecoder::new(File::open(&target).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, "{\"snapshot\":{}}");
    assert_eq!(names(target.parent().unwrap()), ["a.heapsnapshot.gz"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&target), 0o600);
        assert_eq!(mode(target.parent().unwrap()), 0o700);
    }
}

#[test]
fn an_unfinished_file_goes_with_its_writer() {
    let directory = TestDirectory::new();
    let mut keep = Keep::create(&directory.path().join("a.heapsnapshot.gz"), None).unwrap();
    keep.write(b"half").unwrap();
    assert_eq!(names(directory.path()).len(), 1);
    drop(keep);
    assert!(names(directory.path()).is_empty());
}

#[test]
fn a_directory_that_vanished_is_an_error() {
    let directory = TestDirectory::new();
    let inner = directory.path().join("inner");
    let keep = Keep::create(&inner.join("a.heapsnapshot.gz"), None).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    assert_eq!(keep.finish().unwrap_err().code(), "LG_WRITE");
}

#[test]
fn sweeping_takes_remains_and_leaves_everything_else() {
    let directory = TestDirectory::new();
    let touch = |name: &str| fs::write(directory.path().join(name), "").unwrap();
    touch(".a.heapsnapshot.gz.12-ab.partial");
    touch(".mine.partial");
    touch("b.heapsnapshot.gz");
    let growing = Keep::create(&directory.path().join("c.heapsnapshot.gz"), None).unwrap();
    assert_eq!(sweep(directory.path()), 1);
    let left = names(directory.path());
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.contains(&".mine.partial".to_owned()) && left.contains(&"b.heapsnapshot.gz".to_owned()));
    growing.finish().unwrap();
    assert_eq!(sweep(&directory.path().join("missing")), 0);
}

#[test]
fn what_a_killed_writer_left_can_be_discarded() {
    let directory = TestDirectory::new();
    let target = directory.path().join("a.heapsnapshot.gz");
    std::mem::forget(Keep::create(&target, None).unwrap());
    let others = Keep::create(&directory.path().join("b.heapsnapshot.gz"), None).unwrap();
    discard(&target, std::process::id() + 1);
    assert_eq!(names(directory.path()).len(), 2);
    discard(&target, std::process::id());
    assert_eq!(names(directory.path()).len(), 1);
    others.finish().unwrap();
}
