//! [`crate::error::Error`] as a JavaScript `Error` whose `code` is the stable `LG_*` code.

use crate::error::Error;
use napi::{Env, JsError};

/// Builds the JavaScript error. Event-loop thread only.
pub fn to_js(env: Env, error: &Error) -> napi::Error {
    let coded = napi::Error::new(error.code().to_owned(), error.to_string());
    napi::Error::from(JsError::from(coded).into_unknown(env))
}

/// What a caught panic said, as an error that asks to be reported.
pub fn from_panic(at: &'static str, payload: &(dyn std::any::Any + Send)) -> Error {
    let what = payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    Error::Internal { at, what }
}
