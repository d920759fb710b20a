//! The admin server as JavaScript sees it: orders come out as calls of one function, what is known goes in as JSON.

use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{FnArgs, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use serde::Deserialize;

use crate::capture::need::{Heap, Need};
use crate::deliver::admin::{Admin as Inner, Desk, EventLoop, Order, Settings};
use crate::deliver::http::answer::set_advice;
use crate::error::Error;
use crate::node::error::to_js;
use crate::node::monitor::Monitor;
use crate::node::task;

/// `(order, ticket, label, mode)`. Weak: it does not keep the process alive.
type Callback = ThreadsafeFunction<
    FnArgs<(String, f64, Option<String>, Option<String>)>,
    (),
    FnArgs<(String, f64, Option<String>, Option<String>)>,
    napi::Status,
    false,
    true,
>;

struct Orders(Callback);

impl EventLoop for Orders {
    fn send(&self, order: Order) {
        let args = match order {
            Order::Numbers { watched } => {
                ("numbers".to_owned(), 0.0, watched.then(|| "watched".to_owned()), None)
            }
            Order::Explore => ("explore".to_owned(), 0.0, None, None),
            Order::Capture { ticket, label, mode } => ("capture".to_owned(), ticket as f64, label, mode),
        };
        // An order to an environment that has gone is lost with it.
        self.0.call(FnArgs::from(args), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

#[derive(Deserialize)]
struct Setup {
    /// What to do about each error code.
    advice: std::collections::HashMap<String, String>,
    #[serde(flatten)]
    settings: Settings,
}

#[napi]
pub struct Admin {
    inner: Option<Inner>,
    addresses: Vec<String>,
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal { at: "admin", what: error.to_string() }
}

#[napi]
impl Admin {
    /// Binds the addresses and starts the thread. `settings`: JSON, see `lib/admin/server.js`.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        settings: String,
        monitor: Option<&Monitor>,
        #[napi(
            ts_arg_type = "(order: 'numbers' | 'capture' | 'explore', ticket: number, label: string | null, mode: string | null) => void"
        )]
        orders: Callback,
    ) -> napi::Result<Self> {
        let start = || {
            let Setup { advice, settings } = serde_json::from_str(&settings).map_err(internal)?;
            set_advice(advice);
            Inner::start(settings, monitor.and_then(Monitor::reader), Box::new(Orders(orders)), need)
        };
        let inner = start().map_err(|error| to_js(env, &error))?;
        let addresses = inner.addresses().iter().map(ToString::to_string).collect();
        Ok(Self { inner: Some(inner), addresses })
    }

    /// `http://…` first, if it has a port; `unix:PATH` of its socket.
    #[napi(getter)]
    pub fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    /// The answer to the order `numbers`, as JSON.
    #[napi(catch_unwind)]
    pub fn numbers(&self, env: Env, numbers: String) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.numbers(serde_json::from_str(&numbers).map_err(internal)?);
            Ok(())
        })
    }

    /// Whether anybody still waits for what an order was to bring.
    #[napi(catch_unwind)]
    pub fn wanted(&self, ticket: f64) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.desk().wanted(ticket as u64))
    }

    /// A capture begins: JSON of id and label. With a ticket: it is the one ordered.
    #[napi(catch_unwind)]
    pub fn capturing(&self, env: Env, begun: String, ticket: Option<f64>) -> napi::Result<()> {
        self.with(env, |desk| {
            let begun = serde_json::from_str(&begun).map_err(internal)?;
            match ticket {
                Some(ticket) => desk.begun(ticket as u64, begun),
                None => desk.capturing(begun),
            }
            Ok(())
        })
    }

    /// A capture has ended well: the snapshot and the diagnosis since, as JSON.
    #[napi(catch_unwind)]
    pub fn captured(&self, env: Env, snapshot: String, diagnosis: Option<String>) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.captured(serde_json::from_str(&snapshot).map_err(internal)?, diagnosis);
            Ok(())
        })
    }

    /// The capture under way has failed.
    #[napi(catch_unwind)]
    pub fn not_captured(&self, env: Env, code: String, message: String) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.not_captured(&Error::Remote { code, message });
            Ok(())
        })
    }

    /// What an order has brought, as JSON.
    #[napi(catch_unwind)]
    pub fn settle(&self, env: Env, ticket: f64, result: String) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.settle(ticket as u64, Ok(serde_json::from_str(&result).map_err(internal)?));
            Ok(())
        })
    }

    /// Why an order has failed.
    #[napi(catch_unwind)]
    pub fn refuse(&self, env: Env, ticket: f64, code: String, message: String) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.settle(ticket as u64, Err(Error::Remote { code, message }));
            Ok(())
        })
    }

    /// Something grows, or, confirmed, leaks: one sentence, and the finding as JSON.
    #[napi(catch_unwind)]
    pub fn found(&self, env: Env, confirmed: bool, sentence: String, finding: String) -> napi::Result<()> {
        self.with(env, |desk| {
            desk.found(confirmed, sentence, finding);
            Ok(())
        })
    }

    /// The process that explores snapshots did not start, or has failed.
    #[napi(catch_unwind)]
    pub fn explore_failed(&self, why: String) {
        if let Some(inner) = &self.inner {
            *inner.desk().explore_failure.lock() = Some(why);
        }
    }

    /// Closes everything. Resolves when the thread has ended.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn stop<'env>(&mut self, env: &'env Env) -> napi::Result<Object<'env>> {
        let inner = self.inner.take();
        task::spawn(env, "leakguard-stop", move || {
            drop(inner);
            Ok(())
        })
    }
}

impl Admin {
    /// After `stop` nobody wants to know.
    fn with(&self, env: Env, act: impl FnOnce(&Arc<Desk>) -> Result<(), Error>) -> napi::Result<()> {
        match &self.inner {
            Some(inner) => act(inner.desk()).map_err(|error| to_js(env, &error)),
            None => Ok(()),
        }
    }
}

/// What captures of this process have needed so far tells what the next will.
fn need(heap: Heap) -> Need {
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    return crate::node::capture::fork::need(heap);
    #[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
    return crate::capture::need::Experience::new().need(heap);
}
