//! The files somebody looks at, and as many of them opened as there is memory for.
//!
//! A file is opened by the first question to it, on a thread of its own and one at a time; until then the answer is how
//! far it has come ([`Opened::Loading`]). When another one needs the room, the snapshot that was asked least recently is
//! given back. A file that cannot be opened keeps its error.

use crate::analysis::Digest;
use crate::error::{Error, Result};
use crate::explore::Snapshot;
use crate::explore::pair::Pair;
use crate::explore::snapshot::OpenOptions;
use crate::sys::memory;
use parking_lot::Mutex;
use serde::Serialize;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;

/// Names of snapshots end with one of these.
pub const EXTENSIONS: [&str; 2] = [".heapsnapshot", ".heapsnapshot.gz"];
/// Comparisons remembered.
const PAIRS: usize = 2;

/// How much may be held at once. Two snapshots always may, for otherwise nothing could be compared.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    pub snapshots: usize,
    /// Of memory.
    pub bytes: u64,
}

impl Default for Capacity {
    /// Half of what is free now.
    fn default() -> Self {
        let free = memory::Limits::find().room().map_or(8 << 30, |room| room.available);
        Self { snapshots: 8, bytes: free / 2 }
    }
}

pub struct Shelf {
    capacity: Capacity,
    threads: usize,
    /// Whose snapshots are on the shelf too, whenever somebody looks.
    directory: Option<PathBuf>,
    inner: Mutex<Inner>,
    /// Held by the thread that opens a file.
    turn: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Inner {
    files: Vec<File>,
    numbered: u32,
    /// Counts questions, to tell which snapshot was asked last.
    clock: u64,
    pairs: Vec<([String; 2], Arc<OnceLock<Pair>>)>,
}

struct File {
    id: String,
    name: String,
    path: PathBuf,
    bytes: u64,
    /// It was made for this shelf, and goes with it.
    owned: bool,
    /// It is there because it is in the directory.
    listed: bool,
    state: State,
    asked: u64,
    digest: Option<Arc<Digest>>,
}

enum State {
    Unloaded,
    Loading(Arc<Loading>),
    Ready(Arc<Snapshot>),
    Failed { code: String, message: String },
}

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// `wait`, `read` or `analyze`.
    pub phase: &'static str,
    pub done: u64,
    /// 0 if not known.
    pub total: u64,
}

struct Loading {
    progress: Mutex<Progress>,
    cancel: AtomicBool,
}

/// A file somebody asks for.
pub enum Opened<T = Arc<Snapshot>> {
    Ready(T),
    Loading(Progress),
}

/// A file, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRow {
    pub id: String,
    pub name: String,
    /// On disk.
    pub bytes: u64,
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

impl Shelf {
    /// `threads` to open a file with. Of a `directory` all snapshots are on the shelf, by their names.
    pub fn new(capacity: Capacity, threads: usize, directory: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Self { capacity, threads, directory, inner: Mutex::default(), turn: Arc::default() })
    }

    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Puts a file on the shelf and returns its id. An `owned` file is deleted when it leaves the shelf.
    pub fn add(&self, path: PathBuf, name: String, owned: bool) -> Result<String> {
        let meta = fs::metadata(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let mut inner = self.inner.lock();
        inner.numbered += 1;
        let id = format!("s{}", inner.numbered);
        inner.files.push(File::new(id.clone(), name, path, meta.len(), owned, false));
        Ok(id)
    }

    /// Takes a file off the shelf.
    pub fn remove(&self, id: &str) -> Result<()> {
        let mut inner = self.inner.lock();
        let at = inner.position(id)?;
        inner.files.remove(at);
        inner.forget(id);
        Ok(())
    }

    /// Takes all files off the shelf.
    pub fn clear(&self) {
        let mut inner = self.inner.lock();
        inner.files.clear();
        inner.pairs.clear();
    }

    pub fn files(&self) -> Vec<FileRow> {
        self.look();
        self.inner.lock().files.iter().map(File::row).collect()
    }

    /// One of them.
    pub fn row(&self, id: &str) -> Result<FileRow> {
        self.look();
        let inner = self.inner.lock();
        Ok(inner.files[inner.position(id)?].row())
    }

    /// Where the file is, and its name.
    pub fn file(&self, id: &str) -> Result<(PathBuf, String)> {
        self.look();
        let inner = self.inner.lock();
        let file = &inner.files[inner.position(id)?];
        Ok((file.path.clone(), file.name.clone()))
    }

    /// The file's snapshot, or how far it has come; the first call starts to open it.
    pub fn open(self: &Arc<Self>, id: &str) -> Result<Opened> {
        self.look();
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let now = inner.clock;
        let at = inner.position(id)?;
        let file = &mut inner.files[at];
        file.asked = now;
        match &file.state {
            State::Ready(snapshot) => return Ok(Opened::Ready(Arc::clone(snapshot))),
            State::Loading(loading) => return Ok(Opened::Loading(*loading.progress.lock())),
            State::Failed { code, message } => {
                return Err(Error::Remote { code: code.clone(), message: message.clone() });
            }
            State::Unloaded => {}
        }
        let begin = Progress { phase: "wait", done: 0, total: 0 };
        let loading = Arc::new(Loading { progress: Mutex::new(begin), cancel: AtomicBool::new(false) });
        let load = Load {
            shelf: Arc::downgrade(self),
            turn: Arc::clone(&self.turn),
            id: id.to_owned(),
            path: file.path.clone(),
            threads: self.threads,
            loading: Arc::clone(&loading),
        };
        let thread = thread::Builder::new().name("leakguard-open".to_owned());
        thread.spawn(move || load.run()).map_err(|source| Error::Internal {
            at: "opening a snapshot",
            what: format!("cannot start a thread: {source}"),
        })?;
        file.state = State::Loading(loading);
        Ok(Opened::Loading(begin))
    }

    /// Whether [`Self::digest`] needs neither to open the file nor to fold it.
    pub fn has_digest(&self, id: &str) -> Result<bool> {
        let inner = self.inner.lock();
        Ok(inner.files[inner.position(id)?].digest.is_some())
    }

    /// What is remembered of a file for a diagnosis of later ones. It stays when the snapshot is given back.
    pub fn digest(self: &Arc<Self>, id: &str) -> Result<Opened<Arc<Digest>>> {
        {
            let inner = self.inner.lock();
            if let Some(digest) = &inner.files[inner.position(id)?].digest {
                return Ok(Opened::Ready(Arc::clone(digest)));
            }
        }
        match self.open(id)? {
            Opened::Loading(progress) => Ok(Opened::Loading(progress)),
            Opened::Ready(snapshot) => {
                let digest = snapshot.digest();
                let mut inner = self.inner.lock();
                let at = inner.position(id)?;
                inner.files[at].digest = Some(Arc::clone(&digest));
                Ok(Opened::Ready(digest))
            }
        }
    }

    /// Where the comparison of two snapshots is, or will be: see [`PairHandle::make`].
    pub fn pair(&self, ids: [&str; 2]) -> PairHandle {
        let ids = ids.map(str::to_owned);
        let mut inner = self.inner.lock();
        let known = inner.pairs.iter().position(|(each, _)| *each == ids);
        let entry = match known {
            Some(at) => inner.pairs.remove(at),
            None => (ids, Arc::default()),
        };
        let pair = Arc::clone(&entry.1);
        inner.pairs.push(entry);
        if inner.pairs.len() > PAIRS {
            inner.pairs.remove(0);
        }
        PairHandle(pair)
    }

    /// Brings the list up to date with the directory.
    fn look(&self) {
        let Some(directory) = &self.directory else { return };
        let mut found: Vec<(String, String, PathBuf, u64)> = Vec::new();
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Some(id) = snapshot_name(&name) else { continue };
            if let Ok(meta) =
                entry.metadata().map_err(|_| ()).and_then(|m| m.is_file().then_some(m).ok_or(()))
            {
                found.push((id.to_owned(), name, entry.path(), meta.len()));
            }
        }
        found.sort();
        let mut inner = self.inner.lock();
        let gone: Vec<String> = inner
            .files
            .iter()
            .filter(|file| file.listed && !found.iter().any(|(id, ..)| *id == file.id))
            .map(|file| file.id.clone())
            .collect();
        inner.files.retain(|file| !gone.contains(&file.id));
        gone.iter().for_each(|id| inner.forget(id));
        for (id, name, path, bytes) in found {
            if inner.position(&id).is_err() {
                inner.files.push(File::new(id, name, path, bytes, false, true));
            }
        }
    }

    /// Takes in what a thread has opened, if somebody still wants it.
    fn opened(&self, id: &str, loading: &Arc<Loading>, result: Result<Snapshot>) {
        let mut inner = self.inner.lock();
        let Ok(at) = inner.position(id) else { return };
        let file = &mut inner.files[at];
        if !matches!(&file.state, State::Loading(each) if Arc::ptr_eq(each, loading)) {
            return;
        }
        file.state = match result {
            Ok(snapshot) => State::Ready(Arc::new(snapshot)),
            Err(error) => State::Failed { code: error.code().to_owned(), message: error.to_string() },
        };
        inner.make_room(self.capacity, 0, id);
    }
}

/// A comparison, once it is made. That takes seconds for large snapshots.
#[derive(Clone)]
pub struct PairHandle(Arc<OnceLock<Pair>>);

impl PairHandle {
    pub fn get(&self) -> Option<&Pair> {
        self.0.get()
    }

    /// Made by whoever asks first.
    pub fn make(&self, base: &Snapshot, head: &Snapshot) -> &Pair {
        self.0.get_or_init(|| Pair::of(base, head))
    }

    /// Tells it from every other that lives at the same time.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}

/// The name without what snapshots' names end with.
pub fn snapshot_name(name: &str) -> Option<&str> {
    EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension)).filter(|id| !id.is_empty())
}

impl Inner {
    fn position(&self, id: &str) -> Result<usize> {
        let at = self.files.iter().position(|file| file.id == id);
        at.ok_or_else(|| Error::HttpNotFound { what: format!("snapshot {id}") })
    }

    fn forget(&mut self, id: &str) {
        self.pairs.retain(|(ids, _)| !ids.iter().any(|each| each == id));
    }

    /// Gives back what was asked least recently until `need` more bytes fit. What `keep` names stays, and one more.
    fn make_room(&mut self, capacity: Capacity, need: u64, keep: &str) {
        loop {
            let held = self.files.iter().filter_map(|file| match &file.state {
                State::Ready(snapshot) => Some((file.asked, &*file.id, snapshot.weight())),
                _ => None,
            });
            let (count, bytes) = held.clone().fold((0, need), |(n, sum), (.., bytes)| (n + 1, sum + bytes));
            let others = held.filter(|(_, id, _)| *id != keep);
            let too_much = count > capacity.snapshots.max(2) || bytes > capacity.bytes;
            let Some((_, id, _)) = others.clone().min().filter(|_| too_much && others.count() > 1) else {
                return;
            };
            let id = id.to_owned();
            for file in self.files.iter_mut().filter(|file| file.id == id) {
                file.state = State::Unloaded;
            }
            self.forget(&id);
        }
    }
}

impl File {
    fn new(id: String, name: String, path: PathBuf, bytes: u64, owned: bool, listed: bool) -> Self {
        Self { id, name, path, bytes, owned, listed, state: State::Unloaded, asked: 0, digest: None }
    }

    fn row(&self) -> FileRow {
        let error = match &self.state {
            State::Failed { code, message } => Some(Failure { code: code.clone(), message: message.clone() }),
            _ => None,
        };
        let state = match self.state {
            State::Unloaded => "unloaded",
            State::Loading(_) => "loading",
            State::Ready(_) => "ready",
            State::Failed { .. } => "failed",
        };
        FileRow { id: self.id.clone(), name: self.name.clone(), bytes: self.bytes, state, error }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if let State::Loading(loading) = &self.state {
            loading.cancel.store(true, Ordering::Relaxed);
        }
        if self.owned {
            // It may be gone already, and nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The opening of one file.
struct Load {
    shelf: Weak<Shelf>,
    turn: Arc<Mutex<()>>,
    id: String,
    path: PathBuf,
    threads: usize,
    loading: Arc<Loading>,
}

impl Load {
    fn run(self) {
        let _turn = self.turn.lock();
        if let Some(shelf) = self.shelf.upgrade() {
            shelf.inner.lock().make_room(shelf.capacity, expected_weight(&self.path), &self.id);
        }
        let progress = |phase: &'static str, done: u64, total: u64| {
            *self.loading.progress.lock() = Progress { phase, done, total };
        };
        let options = OpenOptions {
            threads: self.threads,
            progress: Some(&progress),
            cancel: Some(&self.loading.cancel),
        };
        let open = AssertUnwindSafe(|| Snapshot::open(&self.path, &options));
        let result = catch_unwind(open).unwrap_or_else(|_| {
            let what = format!("a panic while {} was opened", self.path.display());
            Err(Error::Internal { at: "opening a snapshot", what })
        });
        if let Some(shelf) = self.shelf.upgrade() {
            shelf.opened(&self.id, &self.loading, result);
        }
    }
}

/// Bytes that the opened file will probably take: gzipped snapshots inflate eight times.
fn expected_weight(path: &Path) -> u64 {
    let bytes = fs::metadata(path).map_or(0, |meta| meta.len());
    if path.extension().is_some_and(|extension| extension == "gz") { bytes * 9 } else { bytes + bytes / 8 }
}
