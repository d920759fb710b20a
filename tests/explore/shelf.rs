//! Which files are opened, how far they have come, and which are given back.

use crate::fixtures::path;
use leakguard::error::Error;
use leakguard::explore::Snapshot;
use leakguard::explore::shelf::{Capacity, Opened, Shelf};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PLENTY: Capacity = Capacity { snapshots: 8, bytes: u64::MAX };

/// A directory that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("leakguard-shelf-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn copy(&self, fixture: &str, name: &str) -> PathBuf {
        let to = self.0.join(name);
        fs::copy(path(fixture), &to).unwrap();
        to
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Asks until the file is open.
fn wait(shelf: &Arc<Shelf>, id: &str) -> Result<Arc<Snapshot>, Error> {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        match shelf.open(id)? {
            Opened::Ready(snapshot) => return Ok(snapshot),
            Opened::Loading(_) => assert!(Instant::now() < patience, "{id} opens"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn state(shelf: &Shelf, id: &str) -> &'static str {
    shelf.files().iter().find(|file| file.id == id).unwrap().state
}

#[test]
fn a_file_is_opened_by_the_first_question() {
    let shelf = Shelf::new(PLENTY, 1, None);
    let id = shelf.add(path("node22-server-a"), "a".into(), false).unwrap();
    assert_eq!((id.as_str(), state(&shelf, &id)), ("s1", "unloaded"));
    assert!(matches!(shelf.open(&id).unwrap(), Opened::Loading(_)));
    let snapshot = wait(&shelf, &id).unwrap();
    assert!(snapshot.graph().len() > 1000);
    assert_eq!(state(&shelf, &id), "ready");
    shelf.remove(&id).unwrap();
    assert_eq!(shelf.open(&id).err().unwrap().code(), "LG_HTTP_NOT_FOUND");
}

#[test]
fn a_file_that_is_no_snapshot_keeps_its_error() {
    let folder = Folder::new("bad");
    let bad = folder.0.join("bad.heapsnapshot");
    fs::write(&bad, "{\"snapshot\":{}").unwrap();
    let shelf = Shelf::new(PLENTY, 1, None);
    let id = shelf.add(bad, "bad".into(), false).unwrap();
    for _ in 0..2 {
        let error = wait(&shelf, &id).err().unwrap();
        assert!(error.code().starts_with("LG_PARSE_"), "{error}");
    }
    let row = shelf.files().remove(0);
    assert_eq!(row.state, "failed");
    assert!(row.error.unwrap().code.starts_with("LG_PARSE_"));
    let missing = shelf.add(folder.0.join("missing"), "missing".into(), false);
    assert_eq!(missing.unwrap_err().code(), "LG_READ");
}

#[test]
fn what_was_asked_least_recently_makes_room() {
    let shelf = Shelf::new(Capacity { snapshots: 2, bytes: u64::MAX }, 1, None);
    let ids: Vec<String> = ["node22-server-a", "node22-server-b", "node20-weak-a"]
        .map(|name| shelf.add(path(name), name.into(), false).unwrap())
        .into();
    wait(&shelf, &ids[0]).unwrap();
    let digest = match shelf.digest(&ids[0]).unwrap() {
        Opened::Ready(digest) => digest,
        Opened::Loading(_) => panic!("it is open"),
    };
    wait(&shelf, &ids[1]).unwrap();
    wait(&shelf, &ids[0]).unwrap();
    wait(&shelf, &ids[2]).unwrap();
    let states: Vec<&str> = ids.iter().map(|id| state(&shelf, id)).collect();
    assert_eq!(states, ["ready", "unloaded", "ready"]);
    wait(&shelf, &ids[1]).unwrap();
    assert_eq!(state(&shelf, &ids[0]), "unloaded");
    // Its digest is still there, without opening it again.
    assert!(matches!(shelf.digest(&ids[0]).unwrap(), Opened::Ready(again) if Arc::ptr_eq(&again, &digest)));
    assert_eq!(state(&shelf, &ids[0]), "unloaded");
}

#[test]
fn two_snapshots_fit_whatever_the_memory() {
    let shelf = Shelf::new(Capacity { snapshots: 0, bytes: 0 }, 1, None);
    let ids = ["node22-server-a", "node22-server-b", "node20-weak-a"]
        .map(|name| shelf.add(path(name), name.into(), false).unwrap());
    for id in &ids {
        wait(&shelf, id).unwrap();
    }
    assert_eq!(ids.each_ref().map(|id| state(&shelf, id)), ["unloaded", "ready", "ready"]);
    let (base, head) = (wait(&shelf, &ids[1]).unwrap(), wait(&shelf, &ids[2]).unwrap());
    let pair = shelf.pair([&ids[1], &ids[2]]);
    assert!(pair.get().is_none());
    assert!(pair.make(&base, &head).changed().count() > 0);
    assert!(shelf.pair([&ids[1], &ids[2]]).get().is_some());
}

#[test]
fn a_directory_is_looked_at_again_and_again() {
    let folder = Folder::new("directory");
    folder.copy("node22-server-a", "first.heapsnapshot.gz");
    fs::write(folder.0.join("notes.txt"), "no snapshot").unwrap();
    let shelf = Shelf::new(PLENTY, 1, Some(folder.0.clone()));
    let names = || shelf.files().into_iter().map(|file| file.id).collect::<Vec<_>>();
    assert_eq!(names(), ["first"]);
    wait(&shelf, "first").unwrap();
    let second = folder.copy("node22-server-b", "second.heapsnapshot.gz");
    assert_eq!(names(), ["first", "second"]);
    fs::remove_file(second).unwrap();
    assert_eq!(names(), ["first"]);
    assert_eq!(state(&shelf, "first"), "ready");
    assert!(shelf.open("../first").is_err() && shelf.open("notes.txt").is_err());
}

#[test]
fn what_the_shelf_owns_goes_with_it() {
    let folder = Folder::new("owned");
    let (own, other) = (folder.copy("node20-weak-a", "own.gz"), folder.copy("node20-weak-a", "other.gz"));
    let shelf = Shelf::new(PLENTY, 1, None);
    let id = shelf.add(own.clone(), "own".into(), true).unwrap();
    shelf.add(other.clone(), "other".into(), true).unwrap();
    shelf.remove(&id).unwrap();
    assert!(!own.exists() && other.exists());
    drop(shelf);
    assert!(!other.exists());
}
