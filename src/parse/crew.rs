//! The parser's helping threads, and the order in which blocks' rows are appended.
//!
//! In: blocks of whole rows, in file order. Out: their columns, appended in the same order. Each helper has
//! a queue of its own; the parser's thread reads, cuts and appends, and when all queues are full decodes a
//! block itself. So no thread waits while there is work, and at most a few blocks per helper exist.
//! Threads start with the first block that is worth it and end with the parser: nothing is global, so a
//! parser may run in a forked child. They inherit the priority of the thread that parses.

use crate::error::{Error, Result};
use crate::parse::assembly::Assembly;
use crate::parse::decode::{self, Scratch};
use crate::parse::divisor::ExactDivisor;
use crate::parse::edge_segment::{EdgeSegment, EdgeSink};
use crate::parse::header::Layout;
use crate::parse::node_segment::{NodeSegment, NodeSink};
use crate::parse::section::Table;
use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::JoinHandle;

/// Blocks a helper may have before it, the one being decoded not counted.
const QUEUE: usize = 2;

/// One block's rows on their way from text to columns. Reused: nothing in it is freed in between.
#[derive(Default)]
pub(super) struct Load {
    pub block: Vec<u8>,
    /// The rows' text in the block, without the comma after the last.
    pub text: Range<usize>,
    /// Where in the file that text begins.
    pub offset: u64,
    table: Option<Table>,
    scratch: Scratch,
    pub nodes: NodeSegment,
    pub edges: EdgeSegment,
}

impl Load {
    /// Decodes rows of nodes or edges into this load's segment.
    pub fn decode(&mut self, table: Table, layout: &Layout, text: &[u8], offset: u64) -> Result<()> {
        self.table = Some(table);
        match table {
            Table::Nodes => {
                self.nodes.clear();
                let mut sink = NodeSink::new(&layout.nodes, &mut self.nodes);
                decode::rows(text, offset, table.name(), &mut self.scratch, &mut sink)
            }
            Table::Edges => {
                self.edges.clear();
                let node = ExactDivisor::new(layout.nodes.fields);
                let mut sink = EdgeSink::new(&layout.edges, node, &mut self.edges);
                decode::rows(text, offset, table.name(), &mut self.scratch, &mut sink)
            }
            Table::Locations | Table::Samples | Table::Functions => {
                Err(Error::Internal { at: "parse", what: format!("`{}` has no segment", table.name()) })
            }
        }
    }

    fn decode_own(&mut self, table: Table, layout: &Layout) -> Result<()> {
        let block = std::mem::take(&mut self.block);
        let result = self.decode(table, layout, &block[self.text.clone()], self.offset);
        self.block = block;
        result
    }

    fn append(&self, assembly: &mut Assembly) -> Result<()> {
        match self.table {
            Some(Table::Nodes) => assembly.append_nodes(&self.nodes),
            Some(Table::Edges) => assembly.append_edges(&self.edges),
            _ => Ok(()),
        }
    }
}

struct Order {
    load: Box<Load>,
    table: Table,
    layout: Arc<Layout>,
}

type Done = (Box<Load>, Result<()>);

struct Helper {
    orders: Option<SyncSender<Order>>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
}

enum Pending {
    /// The next result of this helper.
    With(usize),
    Done(Box<Load>),
}

/// The helpers and the blocks under way.
pub(super) struct Crew {
    wanted: usize,
    helpers: Vec<Helper>,
    /// The helper to be asked next.
    turn: usize,
    /// In file order.
    pending: VecDeque<Pending>,
    #[expect(clippy::vec_box, reason = "loads travel through channels, where a box is cheaper to move")]
    spare: Vec<Box<Load>>,
}

impl Crew {
    /// `threads` counts the parser's own.
    pub fn new(threads: usize) -> Self {
        Self {
            wanted: threads.saturating_sub(1),
            helpers: Vec::new(),
            turn: 0,
            pending: VecDeque::new(),
            spare: Vec::new(),
        }
    }

    /// Whether it is worth handing over whole blocks.
    pub fn helps(&self) -> bool {
        self.wanted > 0
    }

    /// A load to fill. Waits for the oldest block when there are as many under way as are allowed.
    pub fn load(&mut self, assembly: &mut Assembly) -> Result<Box<Load>> {
        while self.pending.len() > self.wanted * (QUEUE + 2) {
            self.append_oldest(assembly)?;
        }
        Ok(self.spare.pop().unwrap_or_default())
    }

    /// Has a load's own block decoded, by whoever is free.
    pub fn give(
        &mut self,
        load: Box<Load>,
        table: Table,
        layout: &Arc<Layout>,
        assembly: &mut Assembly,
    ) -> Result<()> {
        self.start();
        let mut order = Order { load, table, layout: layout.clone() };
        for _ in 0..self.helpers.len() {
            self.turn = (self.turn + 1) % self.helpers.len();
            let Some(orders) = &self.helpers[self.turn].orders else { continue };
            match orders.try_send(order) {
                Ok(()) => {
                    self.pending.push_back(Pending::With(self.turn));
                    return self.append_ready(assembly);
                }
                Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) => order = back,
            }
        }
        order.load.decode_own(table, layout)?;
        self.decoded(order.load, assembly)
    }

    /// Takes a load that the parser's thread decoded itself.
    pub fn decoded(&mut self, load: Box<Load>, assembly: &mut Assembly) -> Result<()> {
        self.pending.push_back(Pending::Done(load));
        self.append_ready(assembly)
    }

    /// Waits for everything under way.
    pub fn finish(&mut self, assembly: &mut Assembly) -> Result<()> {
        while !self.pending.is_empty() {
            self.append_oldest(assembly)?;
        }
        Ok(())
    }

    fn start(&mut self) {
        while self.helpers.len() < self.wanted {
            let (orders, work) = sync_channel(QUEUE);
            let (results, done) = channel();
            let spawned = std::thread::Builder::new()
                .name("leakguard-parse".to_owned())
                .spawn(move || help(&work, &results));
            match spawned {
                Ok(thread) => {
                    self.helpers.push(Helper { orders: Some(orders), done, thread: Some(thread) });
                }
                // No more threads to be had: with fewer, then.
                Err(_) => self.wanted = self.helpers.len(),
            }
        }
    }

    /// Appends what is ready, in order, without waiting.
    fn append_ready(&mut self, assembly: &mut Assembly) -> Result<()> {
        loop {
            match self.pending.front() {
                None => return Ok(()),
                Some(Pending::Done(_)) => self.append_oldest(assembly)?,
                Some(&Pending::With(helper)) => {
                    let Ok(done) = self.helpers[helper].done.try_recv() else {
                        return Ok(());
                    };
                    self.pending.pop_front();
                    self.take(done, assembly)?;
                }
            }
        }
    }

    fn append_oldest(&mut self, assembly: &mut Assembly) -> Result<()> {
        match self.pending.pop_front() {
            None => Ok(()),
            Some(Pending::Done(load)) => self.take((load, Ok(())), assembly),
            Some(Pending::With(helper)) => {
                let done = self.helpers[helper].done.recv().map_err(|_| Error::Internal {
                    at: "parse",
                    what: "a parsing thread ended before its work was done".to_owned(),
                })?;
                self.take(done, assembly)
            }
        }
    }

    fn take(&mut self, (load, result): Done, assembly: &mut Assembly) -> Result<()> {
        let appended = result.and_then(|()| load.append(assembly));
        if appended.is_err() {
            // Later blocks do not matter any more, nor do their errors.
            self.pending.clear();
        }
        self.spare.push(load);
        appended
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for helper in &mut self.helpers {
            // Closing its queue ends the thread, after what is in the queue: a few milliseconds.
            helper.orders = None;
            if let Some(thread) = helper.thread.take() {
                // A panic there has been turned into an error already.
                let _ = thread.join();
            }
        }
    }
}

/// A helper's life.
fn help(work: &Receiver<Order>, results: &Sender<Done>) {
    while let Ok(Order { mut load, table, layout }) = work.recv() {
        let decoded = catch_unwind(AssertUnwindSafe(|| load.decode_own(table, &layout)));
        let result = decoded.unwrap_or_else(|_| {
            Err(Error::Internal { at: "parse", what: "a parsing thread panicked".to_owned() })
        });
        if results.send((load, result)).is_err() {
            return;
        }
    }
}
