//! The files somebody looks at, and as many of them opened as there is memory for.
//!
//! A file is opened by the first question to it, on a thread of its own and one at a time; until then the answer is how
//! far it has come ([`Opened::Loading`]). When another one needs the room, the snapshot that was asked least recently is
//! given back. A file that cannot be opened keeps its error.

use crate::analysis::Digest;
use crate::error::{Error, Result};
use crate::explore::Snapshot;
use crate::explore::file::{Failure, File, FileRow, Origin, State, snapshot_name};
use crate::explore::opening::{Opening, Progress};
use crate::explore::pairs::{PairHandle, Pairs};
use crate::sys::memory;
use parking_lot::Mutex;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

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
    pairs: Pairs,
}

/// A file somebody asks for.
pub enum Opened<T = Arc<Snapshot>> {
    Ready(T),
    Loading(Progress),
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
        let origin = if owned { Origin::Owned } else { Origin::Named };
        inner.files.push(File::new(id.clone(), name, path, meta.len(), origin));
        Ok(id)
    }

    /// Takes a file off the shelf.
    pub fn remove(&self, id: &str) -> Result<()> {
        let mut inner = self.inner.lock();
        let at = inner.position(id)?;
        inner.files.remove(at);
        inner.pairs.forget(id);
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
            State::Loading(opening) => return Ok(Opened::Loading(opening.progress())),
            State::Failed(failure) => return Err(failure.error()),
            State::Unloaded => {}
        }
        let opening = Arc::new(Opening::new(&file.path));
        self.begin(id, Arc::clone(&opening))?;
        let progress = opening.progress();
        file.state = State::Loading(opening);
        Ok(Opened::Loading(progress))
    }

    /// Has a thread open the file when its turn comes. The thread keeps the shelf only while it needs it.
    fn begin(self: &Arc<Self>, id: &str, opening: Arc<Opening>) -> Result<()> {
        let (shelf, turn, threads) = (Arc::downgrade(self), Arc::clone(&self.turn), self.threads);
        let id = id.to_owned();
        let open = move || {
            let _turn = turn.lock();
            if let Some(shelf) = shelf.upgrade() {
                shelf.inner.lock().make_room(shelf.capacity, opening.expected_weight(), &id);
            }
            let result = opening.run(threads);
            if let Some(shelf) = shelf.upgrade() {
                shelf.opened(&id, &opening, result);
            }
        };
        let thread = thread::Builder::new().name("leakguard-open".to_owned());
        thread.spawn(open).map(drop).map_err(|source| Error::Internal {
            at: "opening a snapshot",
            what: format!("cannot start a thread: {source}"),
        })
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
        self.inner.lock().pairs.get(ids)
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
            .filter(|file| file.origin == Origin::Listed && !found.iter().any(|(id, ..)| *id == file.id))
            .map(|file| file.id.clone())
            .collect();
        inner.files.retain(|file| !gone.contains(&file.id));
        gone.iter().for_each(|id| inner.pairs.forget(id));
        for (id, name, path, bytes) in found {
            if inner.position(&id).is_err() {
                inner.files.push(File::new(id, name, path, bytes, Origin::Listed));
            }
        }
    }

    /// Takes in what a thread has opened, if somebody still wants it.
    fn opened(&self, id: &str, opening: &Arc<Opening>, result: Result<Snapshot>) {
        let mut inner = self.inner.lock();
        let Ok(at) = inner.position(id) else { return };
        let file = &mut inner.files[at];
        if !matches!(&file.state, State::Loading(each) if Arc::ptr_eq(each, opening)) {
            return;
        }
        file.state = match result {
            Ok(snapshot) => State::Ready(Arc::new(snapshot)),
            Err(error) => State::Failed(Failure::of(&error)),
        };
        inner.make_room(self.capacity, 0, id);
    }
}

impl Inner {
    fn position(&self, id: &str) -> Result<usize> {
        let at = self.files.iter().position(|file| file.id == id);
        at.ok_or_else(|| Error::HttpNotFound { what: format!("snapshot {id}") })
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
            self.pairs.forget(&id);
        }
    }
}
