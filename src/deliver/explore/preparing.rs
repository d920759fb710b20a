//! What a question has to wait for: indexes, comparisons, diagnoses. Each is made on a thread of its own, which goes on
//! when the client that asked first has been told to come back.

use crate::error::{Error, Result};
use crate::explore::Index;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Most snapshots are small, and what they need is made before anybody would notice.
const SOON: Duration = Duration::from_millis(150);

/// What is made. Snapshots and comparisons are told by where they are in memory, because a file may be opened again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Work {
    Index(usize, Index),
    Pair(usize),
    Diagnosis(Vec<String>),
    Comparison(Vec<String>),
}

#[derive(Default)]
pub struct Preparing {
    under_way: Mutex<HashMap<Work, watch::Receiver<bool>>>,
}

impl Preparing {
    /// Does the work, unless somebody does it already; whether it has ended within a moment. Work that panicked is an
    /// error for the next who asks, and is tried again after that.
    pub async fn ends_soon(
        self: &Arc<Self>,
        work: Work,
        act: impl FnOnce() + Send + 'static,
    ) -> Result<bool> {
        let mut ended = self.start(work.clone(), act)?;
        match timeout(SOON, ended.wait_for(|ended| *ended)).await {
            Err(_) => Ok(false),
            Ok(Ok(_)) => Ok(true),
            Ok(Err(_)) => {
                self.under_way.lock().remove(&work);
                Err(failed("the thread that prepares the answer panicked".to_owned()))
            }
        }
    }

    fn start(
        self: &Arc<Self>,
        work: Work,
        act: impl FnOnce() + Send + 'static,
    ) -> Result<watch::Receiver<bool>> {
        let mut under_way = self.under_way.lock();
        if let Some(ended) = under_way.get(&work) {
            return Ok(ended.clone());
        }
        let (end, ended) = watch::channel(false);
        let (preparing, key) = (Arc::clone(self), work.clone());
        let run = move || {
            // After a panic the entry stays, and its sender is gone: so the next who asks is told.
            if catch_unwind(AssertUnwindSafe(act)).is_ok() {
                preparing.under_way.lock().remove(&key);
                // Fails only when nobody waits.
                let _ = end.send(true);
            }
        };
        let thread = thread::Builder::new().name("leakguard-index".to_owned());
        thread.spawn(run).map_err(|source| failed(format!("cannot start a thread: {source}")))?;
        under_way.insert(work, ended.clone());
        Ok(ended)
    }
}

fn failed(what: String) -> Error {
    Error::Internal { at: "explore", what }
}

#[cfg(test)]
mod tests {
    use super::{Preparing, Work};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    #[tokio::test]
    async fn work_goes_on_when_the_client_is_sent_away_and_is_done_once() {
        let preparing = Arc::new(Preparing::default());
        let (go, wait) = mpsc::channel::<()>();
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let slow = move || {
            let _ = wait.recv();
            counted.fetch_add(1, Ordering::SeqCst);
        };
        assert!(!preparing.ends_soon(Work::Pair(1), slow).await.unwrap());
        assert!(!preparing.ends_soon(Work::Pair(1), || unreachable!("it is under way")).await.unwrap());
        let mut other = preparing.start(Work::Pair(2), || ()).unwrap();
        other.wait_for(|ended| *ended).await.unwrap();
        let mut ended = preparing.start(Work::Pair(1), || unreachable!("it is under way")).unwrap();
        go.send(()).unwrap();
        ended.wait_for(|ended| *ended).await.unwrap();
        assert_eq!(times.load(Ordering::SeqCst), 1);
        assert!(preparing.under_way.lock().is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_told_to_who_asks_next_and_can_be_tried_again() {
        let preparing = Arc::new(Preparing::default());
        let (go, wait) = mpsc::channel::<()>();
        let panics = move || {
            let _ = wait.recv();
            panic!("for the test");
        };
        assert!(!preparing.ends_soon(Work::Pair(1), panics).await.unwrap());
        go.send(()).unwrap();
        let failure = loop {
            match preparing.ends_soon(Work::Pair(1), || unreachable!("it is under way")).await {
                Ok(ended) => assert!(!ended),
                Err(failure) => break failure,
            }
        };
        assert_eq!(failure.code(), "LG_INTERNAL");
        assert!(preparing.under_way.lock().is_empty());
        let mut ended = preparing.start(Work::Pair(1), || ()).unwrap();
        ended.wait_for(|ended| *ended).await.unwrap();
    }
}
