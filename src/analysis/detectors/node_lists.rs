//! Lists that Node itself keeps, because of something that the program did.

use super::{Clues, Words};
use crate::analysis::path::last_name;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    abort_signals(clues)
        .or_else(|| modules(clues))
        .or_else(|| agent_queue(clues))
        .or_else(|| stream_buffer(clues))
}

/// Signals of `AbortSignal.timeout()` and `AbortSignal.any()` live on while somebody listens.
fn abort_signals(clues: &Clues<'_>) -> Option<Words> {
    (last_name(clues.above()) == Some("gcPersistentSignals")).then(|| Words {
        category: "abort-signals",
        what: Some("pending abort signals with listeners".to_owned()),
        place: None,
        code: None,
        hint: "Node keeps a signal of `AbortSignal.timeout()` or `AbortSignal.any()` that has an `abort` listener until it \
               fires: remove the listener when the work is done, or let it fire sooner."
            .to_owned(),
    })
}

/// An ES module is loaded once for each URL, and never unloaded.
fn modules(clues: &Clues<'_>) -> Option<Words> {
    clues.class_above("LoadCache", 2).map(|_| Words {
        category: "module-cache",
        what: Some("ES modules, each of another URL,".to_owned()),
        place: None,
        code: None,
        hint: "Each `import()` of a new URL (a query such as `?v=1` makes it new) loads a module that is never freed. Import it \
               once, or read what changes with `fs`."
            .to_owned(),
    })
}

/// Requests that wait for a free connection of an `http.Agent`.
fn agent_queue(clues: &Clues<'_>) -> Option<Words> {
    let at = clues.property_above("requests", 3)?;
    let agent = clues.node_name(clues.above()[at.checked_sub(1)?].node);
    (agent == "Agent").then(|| Words {
        category: "agent-queue",
        what: Some("requests that wait for a free connection (`ClientRequest`)".to_owned()),
        place: None,
        code: None,
        hint: "All connections of this `Agent` (`maxSockets`) are busy, and what comes meanwhile waits: give each request a \
               `timeout`, and bound how many are under way."
            .to_owned(),
    })
}

/// Chunks that were written to a stream, or pushed into it, and that nobody reads.
fn stream_buffer(clues: &Clues<'_>) -> Option<Words> {
    let near = |name| clues.property_above(name, 4).is_some();
    let written = near("_writableState");
    let name = last_name(clues.above()).filter(|_| written || near("_readableState"))?;
    if name == "pipes" {
        return Some(Words {
            category: "pipes",
            what: Some("streams that one stream is piped into".to_owned()),
            place: None,
            code: None,
            hint: "Each `pipe()` stays until `unpipe()`, or until the stream it comes from ends: undo it when the other end is \
                   done, or use `pipeline()`."
                .to_owned(),
        });
    }
    name.to_ascii_lowercase().contains("buffer").then(|| Words {
        category: "stream-buffer",
        what: Some("chunks that wait in a stream's buffer".to_owned()),
        place: None,
        code: None,
        hint: match written {
            true => "More is written than leaves the stream: read from its other end, or wait for `drain` when `write()` returns \
                     false.",
            false => "More is pushed than is read: consume the stream, or `destroy()` it.",
        }
        .to_owned(),
    })
}
