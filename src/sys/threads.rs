//! Whether this process's other threads are busy at this instant.
//!
//! A fork copies only the calling thread. If one of V8's workers was in the middle of a job (concurrent
//! marking), the child would wait for it for ever; forking while they all sleep avoids most of that.

use std::fs;

/// The names V8's and libuv's worker threads go by: Node 20 leaves them all with the program's name.
const WORKERS: [&[u8]; 3] = [b"V8Worker", b"DelayedTaskSche", b"node"];

/// Whether a worker thread of V8 runs, or wants to, right now. `false` when it cannot be found out.
pub fn workers_busy() -> bool {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return false };
    let own = own_id();
    tasks.flatten().any(|task| {
        let id = task.file_name();
        id.to_str() != Some(own.as_str())
            && fs::read(task.path().join("stat")).is_ok_and(|stat| is_busy_worker(&stat))
    })
}

fn own_id() -> String {
    // SAFETY: always succeeds.
    unsafe { libc::gettid() }.to_string()
}

fn is_busy_worker(stat: &[u8]) -> bool {
    let (Some(open), Some(close)) =
        (stat.iter().position(|&byte| byte == b'('), stat.iter().rposition(|&byte| byte == b')'))
    else {
        return false;
    };
    let name = stat.get(open + 1..close).unwrap_or_default();
    let state = stat.get(close + 2).copied();
    WORKERS.iter().any(|worker| name.starts_with(worker)) && matches!(state, Some(b'R' | b'D'))
}

#[cfg(test)]
mod tests {
    use super::is_busy_worker;

    #[test]
    fn tells_busy_workers_from_sleeping_and_foreign_threads() {
        assert!(is_busy_worker(b"7 (V8Worker) R 1 7"));
        assert!(is_busy_worker(b"7 (node) D 1 7"));
        assert!(!is_busy_worker(b"7 (V8Worker) S 1 7"));
        assert!(!is_busy_worker(b"7 (leakguard-http) R 1 7"));
        assert!(!is_busy_worker(b"7"));
    }
}
