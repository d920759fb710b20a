//! The graph against naive oracles: each rule written down a second time, by definition and without regard
//! to speed, and compared on random graphs.
//!
//! - `draft`: graphs written by hand or at random, turned into columns
//! - `naive`: the oracles
//! - `random`: properties on random graphs
//! - `shapes`, `names`, `weakmaps`, `sizes`: one rule each, on small graphs whose numbers are DevTools' own
//! - `odd`: graphs no V8 writes

mod draft;
mod naive;
mod names;
mod odd;
mod random;
mod shapes;
mod sizes;
