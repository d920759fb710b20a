//! What is opened at the system and never closed. Node holds each handle until then, so that only roots keep it.

use super::{Clues, Words};
use crate::report::GrowthKind;

/// Node's class of the handle, what it is to the program, and what to do.
const KINDS: [(&str, &str, &str); 11] = [
    ("UDP", "open UDP sockets", "Close each socket (`socket.close()`)"),
    ("TCP", "open TCP sockets or servers", "End each of them (`socket.destroy()`, `server.close()`)"),
    ("TLSWrap", "open TLS sockets", "End each socket (`socket.destroy()`)"),
    ("Pipe", "open pipes", "End each of them (`socket.destroy()`, `server.close()`)"),
    ("MessagePort", "open message ports", "Close each port or channel (`close()`)"),
    ("FSEvent", "file watchers", "Close each watcher (`watcher.close()`)"),
    ("StatWatcher", "file watchers", "End each of them (`fs.unwatchFile()`)"),
    ("Process", "child processes that still run", "See why they do not exit, or kill each"),
    ("Worker", "worker threads that still run", "Terminate each (`worker.terminate()`), or use a pool,"),
    ("FileHandle", "open files", "Close each file (`handle.close()`)"),
    ("Http2Session", "open HTTP/2 sessions", "Close each session (`session.close()`)"),
];

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    if clues.kind != GrowthKind::Root {
        return None;
    }
    let (class, what, end) = KINDS.iter().find(|(class, ..)| *class == clues.class_name)?;
    Some(Words {
        category: "handles",
        what: Some(format!("{what} (`{class}`)")),
        place: Some("that nobody closes".to_owned()),
        code: None,
        hint: format!("{end} when its work is done, also when that fails: Node keeps what is open."),
    })
}
