//! The web page: files of one directory, known by a list made at the start, so that no address can lead elsewhere.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::answer::{Answer, Failure};
use crate::error::{Error, Result};

/// More would be no page of ours.
const MOST_FILES: usize = 500;

/// Files by the address they are served under.
#[derive(Clone, Debug, Default)]
pub struct Page {
    files: Arc<HashMap<String, File>>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    kind: &'static str,
}

impl Page {
    /// `index.html` and everything in `assets`.
    pub fn open(directory: &Path) -> Result<Self> {
        let list = || -> io::Result<_> {
            let mut files = HashMap::new();
            let index = directory.join("index.html");
            fs::metadata(&index)?;
            files.insert("/".to_owned(), File { path: index, kind: "text/html; charset=utf-8" });
            for entry in fs::read_dir(directory.join("assets"))?.take(MOST_FILES) {
                let entry = entry?;
                let name = entry.file_name();
                let Some(name) = name.to_str().filter(|_| entry.file_type().is_ok_and(|kind| kind.is_file()))
                else {
                    continue;
                };
                files.insert(format!("/assets/{name}"), File { path: entry.path(), kind: kind_of(name) });
            }
            Ok(files)
        };
        let files = list().map_err(|source| Error::Read { path: directory.to_owned(), source })?;
        Ok(Self { files: Arc::new(files) })
    }

    /// Serves them. Without any, `/` says where to look instead.
    pub fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new().route("/", get(serve)).route("/assets/{name}", get(serve)).with_state(self)
    }
}

async fn serve(State(page): State<Page>, uri: Uri) -> Answer {
    let Some(File { path, kind }) = page.files.get(uri.path()) else {
        return if uri.path() == "/" { Ok(WITHOUT_A_PAGE.into_response()) } else { Err(missing(&uri)) };
    };
    let (path, kind) = (path.clone(), *kind);
    let read = tokio::task::spawn_blocking(move || fs::read(path)).await;
    let Ok(Ok(bytes)) = read else { return Err(missing(&uri)) };
    let mut response: Response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Names of assets change with what is in them; the page that names them is asked for each time.
    let cache = if uri.path() == "/" { "no-cache" } else { "public, max-age=31536000, immutable" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}

const WITHOUT_A_PAGE: &str =
    "leakguard is here, without its web page. Try stats, report, metrics or snapshots.\n";

fn missing(uri: &Uri) -> Failure {
    Failure(Error::HttpNotFound { what: format!("address {}", uri.path()) })
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
