//! Long work off the event loop: one named thread per call, a promise for its result.
//!
//! A thread of its own rather than libuv's pool: that pool has four threads, which the application needs
//! for files, DNS and crypto, and an analysis may run for many seconds. A panic in the work rejects the
//! promise with `LG_INTERNAL`; if the environment goes away first, the result is dropped.

use crate::error::{Error, Result};
use crate::node::error::{from_panic, to_js};
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` on a thread named `name`; the promise resolves to its value, converted on the event loop.
pub fn spawn<'env, T, F>(env: &'env Env, name: &'static str, work: F) -> napi::Result<Object<'env>>
where
    T: ToNapiValue + Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    let (deferred, promise): (JsDeferred<T, _>, _) = env.create_deferred()?;
    let settle = move |result: Result<T>| {
        deferred.resolve(move |env| result.map_err(|error| to_js(env, &error)));
    };
    let run = move || {
        // The closure is consumed either way, so nothing half-changed can be seen after a panic.
        let result = catch_unwind(AssertUnwindSafe(work));
        settle(result.unwrap_or_else(|payload| Err(from_panic(name, &*payload))));
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|source| {
        to_js(*env, &Error::Internal { at: name, what: format!("cannot start a thread: {source}") })
    })?;
    Ok(promise)
}
