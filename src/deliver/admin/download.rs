//! `/snapshots/:id/download`: a kept snapshot as Chrome opens it, in a few blocks of memory whatever its size.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::desk::Desk;
use super::snapshots::{blocking, missing};
use crate::capture::store;
use crate::deliver::http::Answer;
use crate::error::Error;

const BLOCK: usize = 64 << 10;
/// Blocks read ahead of the client.
const AHEAD: usize = 2;

pub async fn get(State(desk): State<Arc<Desk>>, Path(id): Path<String>, asked: HeaderMap) -> Answer {
    let directory = desk.store()?.to_owned();
    let path = store::path_of(&directory, &id).map_err(|_| missing(&id))?;
    let opening = blocking(move || {
        let failed = |source| Error::Read { path: path.clone(), source };
        let file = open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(ErrorKind::NotFound.into()));
        }
        Ok((file, metadata.len()))
    });
    let (file, length) = opening.await.map_err(|error| match error {
        Error::Read { source, .. } if source.kind() == ErrorKind::NotFound => missing(&id),
        other => other,
    })?;
    let as_it_is = accepts_gzip(&asked);
    let body: Box<dyn Read + Send> =
        if as_it_is { Box::new(file) } else { Box::new(MultiGzDecoder::new(file)) };
    let mut response = stream(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // An id has only letters, digits, `-` and `_`.
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{id}.heapsnapshot\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    headers.insert(HeaderName::from_static("x-leakguard-secret"), HeaderValue::from_static("heap-contents"));
    if as_it_is {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Ok(response)
}

/// Follows no link: somebody who could write to the directory might have put one there that leads to a secret.
fn open(path: &std::path::Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    match options.open(path) {
        #[cfg(unix)]
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => Err(ErrorKind::NotFound.into()),
        other => other,
    }
}

/// Reads a block when the client has taken those before. A thread is busy only while it reads.
fn stream(mut from: Box<dyn Read + Send>) -> Response {
    let (send, receive) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
    tokio::spawn(async move {
        loop {
            let reading = tokio::task::spawn_blocking(move || {
                let mut block = vec![0; BLOCK];
                let read = fill(&mut *from, &mut block);
                (from, block, read)
            });
            let Ok((back, mut block, read)) = reading.await else { return };
            from = back;
            let (item, last) = match read {
                Ok(0) => return,
                Ok(length) => {
                    block.truncate(length);
                    (Ok(Bytes::from(block)), false)
                }
                Err(error) => (Err(error), true),
            };
            // The client has gone, or is told by a broken body that this is not all.
            if send.send(item).await.is_err() || last {
                return;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(receive)).into_response()
}

fn fill(from: &mut dyn Read, block: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match from.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0));
        gzip && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, accepts_gzip, header};

    #[test]
    fn gzip_only_for_those_who_take_it() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts_gzip(&headers)
        };
        assert!(accepts("br, gzip") && accepts("GZIP;q=0.5"));
        assert!(!accepts("identity") && !accepts("gzip;q=0") && !accepts("gzip; q=0.0, br") && !accepts(""));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
