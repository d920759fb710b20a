//! The admin server of one process: what its guard knows, and what it can be asked to do.
//!
//! In: the monitor's state, numbers and findings that the event loop hands over, requests. Out: JSON, metrics, files,
//! events. Whatever needs the event loop (its numbers, captures) goes there as an [`Order`] and comes back when that
//! has time; everything else is answered at once, also while the event loop stands still.
//!
//! ```text
//! routes (one file per noun) ─► desk (what is known) ◄─ event loop
//!                                  ▲
//!                               ticker (looks twice a second)
//! ```

mod beat;
mod captures;
mod clock;
mod desk;
mod download;
mod estimate;
mod events;
mod explore;
mod failures;
mod health;
mod history;
mod machine;
mod report;
mod settings;
mod snapshots;
pub(super) mod source;
mod stats;
mod ticker;

pub use beat::Numbers;
pub use desk::{Desk, EventLoop, Order};
pub use settings::Settings;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::capture::need::{Heap, Need};
use crate::deliver::http::{Address, Door, Gate, Listener, Page, Server, Token};
use crate::error::{Error, Result};
use crate::monitor::sampler::Reader;

/// Runs until it is dropped, which waits for its thread: not for the event loop's thread.
pub struct Admin {
    server: Server,
    desk: Arc<Desk>,
}

impl Admin {
    /// Binds its addresses, and serves. `need`: what a capture of such a heap takes.
    pub fn start(
        settings: Settings,
        monitor: Option<Reader>,
        event_loop: Box<dyn EventLoop>,
        need: fn(Heap) -> Need,
    ) -> Result<Self> {
        let token = settings.token.as_deref().map(Token::new).transpose()?;
        let door = |listener: Listener| {
            let gate = Gate::new(&listener.address()?, settings.hosts.clone(), token.clone())?;
            Ok::<_, Error>(Door { listener, gate: gate.with_via(settings.via.clone()) })
        };
        let mut doors = Vec::new();
        if let Some(host) = &settings.host {
            doors.push(door(Listener::tcp(host, settings.port)?)?);
        }
        #[cfg(unix)]
        if let Some(socket) = &settings.socket {
            doors.push(door(Listener::unix(socket)?)?);
        }
        let addresses = doors.iter().map(|door| door.listener.address()).collect::<Result<Vec<_>>>()?;
        let page = settings.page.as_deref().map(Page::open).transpose()?.unwrap_or_default();
        let desk = Arc::new(Desk::new(settings, &addresses, monitor, event_loop, need));
        let for_thread = Arc::clone(&desk);
        let server = Server::start("leakguard-http", doors, move || {
            tokio::spawn(ticker::tick(Arc::clone(&for_thread)));
            #[cfg(unix)]
            tokio::spawn(machine::sweep(Arc::clone(&for_thread)));
            routes().with_state(for_thread).merge(page.routes())
        })?;
        Ok(Self { server, desk })
    }

    pub fn addresses(&self) -> &[Address] {
        self.server.addresses()
    }

    /// Where the event loop hands over what it knows.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }
}

fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/healthz", get(health::get))
        .route("/metrics", get(stats::metrics))
        .route("/stats", get(stats::get))
        .route("/history", get(history::get))
        .route("/report", get(report::get))
        .route("/snapshot", get(captures::capture).post(captures::capture))
        .route("/estimate", get(estimate::get))
        .route("/snapshots", get(snapshots::list))
        .route("/snapshots/{id}", get(snapshots::one).delete(snapshots::remove))
        .route("/snapshots/{id}/download", get(download::get))
        .route("/diff", get(explore::diff))
        .route("/source", get(source::get))
        .route("/machine", get(machine::get))
        .route("/events", get(events::get))
        .route("/explore/{*rest}", get(explore::get))
}
