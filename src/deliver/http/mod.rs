//! A small HTTP server on a thread of its own, for whatever has a [`Router`](axum::Router): it answers while the event
//! loop is blocked.
//!
//! In: a router, doors to listen at. Out: its answers, with the same manners for everybody:
//!
//! ```text
//! listener ─► server (limits, deadlines) ─► gate (user, host, origin, token) ─► router ─► answer (JSON errors, headers)
//! ```
//!
//! Bounds: [`server`] for connections and time, [`gate`] for who is let in. Errors: `LG_HTTP_*` in answers,
//! `LG_ADMIN_*` at the start.

pub mod answer;
pub mod gate;
pub mod listener;
pub mod page;
mod peer;
pub mod query;
pub mod server;
mod stall;
pub mod token;

pub use answer::{Answer, Failure};
pub use gate::Gate;
pub use listener::{Address, Listener};
pub use page::Page;
pub use query::Params;
pub use server::{Door, Server};
pub use token::Token;
