//! A snapshot's file as a download: as it is where the client takes gzip, inflated on the way where it does not.

use crate::deliver::http::Answer;
use crate::error::Error;
use crate::explore::file::snapshot_name;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Bytes read at a time, and how many of such pieces wait for the network.
const PIECE: usize = 256 << 10;
const QUEUED: usize = 4;

/// Whether the client says that it takes gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|entry| {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = matches!(weight.trim().strip_prefix("q="), Some("0" | "0.0" | "0.00" | "0.000"));
        coding.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// The file, to be saved under `name` (without `.gz`, whatever it is stored as).
pub async fn file(path: PathBuf, name: &str, gzip: bool) -> Answer<Response> {
    let failed = |_| Error::Internal { at: "download", what: "the thread that reads panicked".to_owned() };
    let opened =
        tokio::task::spawn_blocking(move || open(&path).map_err(|source| Error::Read { path, source }));
    let (mut file, bytes, zipped) = opened.await.map_err(failed)??;
    let inflate = zipped && !gzip;
    let (queue, pieces) = mpsc::channel::<io::Result<Bytes>>(QUEUED);
    tokio::task::spawn_blocking(move || {
        if inflate { pump(&mut MultiGzDecoder::new(file), &queue) } else { pump(&mut file, &queue) }
    });
    let mut response = Body::from_stream(ReceiverStream::new(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, disposition(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(SECRET, HeaderValue::from_static("heap-contents"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if zipped && gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if !inflate {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    }
    Ok(response)
}

const SECRET: HeaderName = HeaderName::from_static("x-leakguard-secret");

/// The file from its start, its size, and whether it is gzip.
fn open(path: &Path) -> io::Result<(File, u64, bool)> {
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut magic = [0; 2];
    let zipped = match file.read_exact(&mut magic) {
        Ok(()) => magic == [0x1f, 0x8b],
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(0))?;
    Ok((file, meta.len(), zipped))
}

/// Reads until the end, an error (which ends the answer in the middle), or until nobody takes it.
fn pump(from: &mut impl Read, queue: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match from.read(&mut piece) {
            Ok(0) => return,
            Ok(bytes) => {
                piece.truncate(bytes);
                Ok(piece.into())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let last = read.is_err();
        if queue.blocking_send(read).is_err() || last {
            return;
        }
    }
}

/// A name that no header could be broken with.
fn disposition(name: &str) -> HeaderValue {
    let name = snapshot_name(name).unwrap_or(name);
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}.heapsnapshot\""))
        .unwrap_or(HeaderValue::from_static("attachment"))
}
