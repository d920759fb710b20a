//! Snapshots over HTTP: the questions of [`crate::explore`] as addresses under `/explore/`, and what else
//! `leakguard view` serves beside them.
//!
//! In: a [`Shelf`] of files. Out: JSON, of which `docs/view.md` has the list. Opening a file takes longer than a client
//! should wait, so until it is open the answer is `202` with how far it has come; so it is while an index is built.
//! Questions run on threads for blocking work; their answers show what is in the heap, so whoever mounts the routes puts a gate before them.

mod comparison;
mod diff;
pub mod download;
mod files;
mod preparing;
mod question;
mod snapshot;
pub mod uploads;
mod view;

use crate::error::Result;
use crate::explore::Shelf;
use axum::Router;
use axum::routing::{delete, get};
use parking_lot::Mutex;
use preparing::Preparing;
use std::path::PathBuf;
use std::sync::Arc;
use uploads::Uploads;

/// What the routes know.
#[derive(Clone)]
pub struct Explorer {
    shelf: Arc<Shelf>,
    uploads: Option<Arc<Uploads>>,
    preparing: Arc<Preparing>,
    diagnosed: Arc<Mutex<Option<Made>>>,
    compared: Arc<Mutex<Option<Made>>>,
}

/// The last diagnosis or comparison: it takes seconds, and may be asked for again.
struct Made {
    ids: Vec<String>,
    /// JSON.
    text: Vec<u8>,
}

impl Made {
    /// What is known of those snapshots.
    fn find(made: &Mutex<Option<Self>>, ids: &[String]) -> Option<Vec<u8>> {
        let known = made.lock();
        known.as_ref().filter(|known| known.ids == ids).map(|known| known.text.clone())
    }
}

impl Explorer {
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self {
            shelf,
            uploads: None,
            preparing: Arc::default(),
            diagnosed: Arc::default(),
            compared: Arc::default(),
        }
    }

    /// Takes files of at most that many bytes, into `directory`, which it creates and deletes.
    pub fn with_uploads(mut self, directory: PathBuf, limit: u64) -> Result<Self> {
        self.uploads = Some(Arc::new(Uploads::new(directory, limit)?));
        Ok(self)
    }

    /// Lets go of all files, and deletes those that were uploaded.
    pub fn clear(&self) {
        self.shelf.clear();
        if let Some(uploads) = &self.uploads {
            uploads.clear();
        }
    }

    /// `/explore/…` and `/diff`.
    pub fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new()
            .route("/diff", get(diff::get))
            .route("/explore/files", get(files::list).post(files::upload))
            .route("/explore/files/{id}", delete(files::remove))
            .route("/explore/compare", get(comparison::classes))
            .route("/explore/compare/objects", get(comparison::objects))
            .route("/explore/compare/growth", get(comparison::growth))
            .route("/explore/diagnosis", get(comparison::diagnosis))
            .route("/explore/{id}/summary", get(snapshot::summary))
            .route("/explore/{id}/classes", get(snapshot::classes))
            .route("/explore/{id}/classes/{index}/nodes", get(snapshot::instances))
            .route("/explore/{id}/nodes", get(snapshot::node_by_id))
            .route("/explore/{id}/nodes/{index}", get(snapshot::node))
            .route("/explore/{id}/nodes/{index}/children", get(snapshot::children))
            .route("/explore/{id}/nodes/{index}/retainers", get(snapshot::retainers))
            .route("/explore/{id}/dominators", get(snapshot::dominators))
            .route("/explore/{id}/search", get(snapshot::search))
            .route("/explore/{id}/strings", get(snapshot::strings))
            .route("/explore/{id}/buffers", get(snapshot::buffers))
            .with_state(self)
    }
}

pub use view::View;
