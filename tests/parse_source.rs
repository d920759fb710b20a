//! Files and streams: plain and gzip, progress, cancelling, and what can go wrong on the way.

mod parse;

use flate2::Compression;
use flate2::write::GzEncoder;
use leakguard::parse::source::{ReadOptions, read, read_file};
use parse::oracle::by_serde;
use parse::runs::{code, outcome};
use parse::writer::{Shape, Space, snapshot};
use std::io::{self, Read, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Several blocks' worth.
fn large() -> Vec<u8> {
    snapshot(&Shape { seed: 11, nodes: 50_000, edges_per_node: 4, space: Space::Rows, ..Shape::default() })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("leakguard-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a temporary file");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn plain_and_gzip_files_and_streams_give_the_same() {
    let text = large();
    assert!(text.len() > 3 << 20, "{} bytes are less than a few blocks", text.len());
    let expected = Ok(by_serde(&text));
    let zipped = gzip(&text);
    // Two members, as `cat a.gz b.gz` makes them.
    let (a, b) = text.split_at(text.len() / 3);
    let members = [gzip(a), gzip(b)].concat();
    for threads in [0, 2, 5] {
        let options = ReadOptions { threads, ..ReadOptions::default() };
        for bytes in [&text, &zipped, &members] {
            assert!(outcome(read(bytes.as_slice(), &options)) == expected);
            let file = Scratch::new(&format!("same-{threads}"), bytes);
            assert!(outcome(read_file(&file.0, &options)) == expected);
        }
    }
}

#[test]
fn damaged_gzip() {
    let zipped = gzip(&snapshot(&Shape { nodes: 500, ..Shape::default() }));
    let code = |bytes: &[u8]| code(read(bytes, &ReadOptions::default()));
    for length in [2, 5, 9, 30, zipped.len() / 2, zipped.len() - 1] {
        assert_eq!(code(&zipped[..length]).as_deref(), Some("LG_PARSE_TRUNCATED"), "{length} bytes");
    }
    let mut odd = zipped.clone();
    odd[2] = 99;
    assert_eq!(code(&odd).as_deref(), Some("LG_PARSE_INVALID"));
    let mut odd = zipped.clone();
    let checksum = odd.len() - 8;
    odd[checksum] ^= 1;
    assert_eq!(code(&odd).as_deref(), Some("LG_PARSE_INVALID"));
    assert_eq!(code(&gzip(b"not a snapshot")).as_deref(), Some("LG_PARSE_SYNTAX"));
    assert_eq!(code(&gzip(b"")).as_deref(), Some("LG_PARSE_TRUNCATED"));
}

#[test]
fn files_that_cannot_be_read() {
    let options = ReadOptions::default();
    let e = read_file("/no/such/file.heapsnapshot", &options).err().expect("an error");
    assert_eq!(e.code(), "LG_READ");
    assert!(e.to_string().contains("/no/such/file.heapsnapshot"), "{e}");
    assert_eq!(code(read_file(std::env::temp_dir(), &options)).as_deref(), Some("LG_READ"));

    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, mut to: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => to.write(b"{"),
                2 => Err(io::ErrorKind::Interrupted.into()),
                3 => to.write(b"\"x\":"),
                _ => Err(io::Error::other("the disk is on fire")),
            }
        }
    }
    let e = read(Broken(0), &options).err().expect("an error");
    assert_eq!(e.code(), "LG_READ");
    assert!(e.to_string().contains("the disk is on fire"), "{e}");
}

#[test]
fn progress_ends_at_the_files_length() {
    let text = large();
    for bytes in [&text, &gzip(&text)] {
        let file = Scratch::new(&format!("progress-{}", bytes.len()), bytes);
        let seen = Mutex::new(Vec::new());
        let note = |done, total| seen.lock().expect("no panic").push((done, total));
        let options = ReadOptions { progress: Some(&note), ..ReadOptions::default() };
        read_file(&file.0, &options).expect("a valid snapshot");
        let seen = seen.into_inner().expect("no panic");
        assert!(seen.len() > 2 && seen.is_sorted(), "{seen:?}");
        assert_eq!(seen.last(), Some(&(bytes.len() as u64, bytes.len() as u64)));
    }
}

#[test]
fn cancelling_stops_at_once() {
    let text = large();
    let cancel = AtomicBool::new(false);
    let calls = Mutex::new(0);
    let stop = |_, _| {
        *calls.lock().expect("no panic") += 1;
        cancel.store(true, Ordering::Relaxed);
    };
    let options = ReadOptions { threads: 2, progress: Some(&stop), cancel: Some(&cancel) };
    let e = read(text.as_slice(), &options).err().expect("an error");
    assert_eq!(e.code(), "LG_CANCELLED");
    assert_eq!(*calls.lock().expect("no panic"), 1);
}
