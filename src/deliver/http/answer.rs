//! What every answer has in common: errors as JSON with their code and advice, and headers that keep browsers careful.

use std::collections::HashMap;
use std::sync::OnceLock;

use axum::Json;
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::Error;

/// What a handler returns.
pub type Answer<T = Response> = Result<T, Failure>;

/// An [`Error`] on its way to a client.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What to do about each code: `lib/errors.js` has the texts, so that there is one source of them.
static ADVICE: OnceLock<HashMap<String, String>> = OnceLock::new();

/// Called once, before the first server starts; later calls change nothing.
pub fn set_advice(texts: HashMap<String, String>) {
    // The first one's are the same.
    let _ = ADVICE.set(texts);
}

/// What clients are told of an error.
pub fn told(error: &Error) -> Value {
    let code = error.code();
    let advice = ADVICE.get().and_then(|texts| texts.get(code)).map_or("", String::as_str);
    json!({ "code": code, "message": error.to_string(), "advice": advice })
}

impl Failure {
    fn status(&self) -> StatusCode {
        use std::io::ErrorKind;
        match &self.0 {
            Error::HttpNotFound { .. } | Error::NoObject { .. } => StatusCode::NOT_FOUND,
            Error::Read { source, .. } if source.kind() == ErrorKind::NotFound => StatusCode::NOT_FOUND,
            Error::HttpMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Error::HttpArgument { .. } => StatusCode::BAD_REQUEST,
            Error::HttpHost { .. } | Error::HttpOrigin | Error::HttpUser => StatusCode::FORBIDDEN,
            Error::HttpToken => StatusCode::UNAUTHORIZED,
            Error::HttpRate { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::HttpTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            other => match other.code() {
                "LG_ARGUMENT" => StatusCode::BAD_REQUEST,
                // Of a file that was read before; see `ErrorKind::NotFound` for one that is asked for now.
                "LG_READ" => StatusCode::UNPROCESSABLE_ENTITY,
                code if code.starts_with("LG_PARSE_") => StatusCode::UNPROCESSABLE_ENTITY,
                code if code.starts_with("LG_CAPTURE_") => StatusCode::SERVICE_UNAVAILABLE,
                "LG_GUARD_STOPPED" => StatusCode::SERVICE_UNAVAILABLE,
                code if code.starts_with("LG_EXPLORE_") => StatusCode::NOT_IMPLEMENTED,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(json!({ "error": told(&self.0) }))).into_response();
        match &self.0 {
            Error::HttpRate { seconds } => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Error::HttpToken => {
                let scheme = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            }
            _ => {}
        }
        response
    }
}

/// What a page of ours may load: files of its own, and nothing written inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// For every answer. A handler's own `Cache-Control` stands; without one, nothing is kept.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

pub fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// For addresses that exist under other methods.
pub async fn wrong_method(method: axum::http::Method) -> Failure {
    Failure(Error::HttpMethod { method: method.to_string() })
}

/// For addresses that do not exist.
pub async fn no_such_address(uri: axum::http::Uri) -> Failure {
    Failure(Error::HttpNotFound { what: format!("address {}", uri.path()) })
}
