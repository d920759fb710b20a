//! Every failure a user can meet. One enum, each variant with a stable `LG_*` code that `docs/errors.md`
//! explains; JavaScript sees the code as `error.code`.

use std::path::PathBuf;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not a V8 heap snapshot: {what} at byte {offset}")]
    ParseSyntax { what: String, offset: u64 },
    #[error("the snapshot ends too early, at byte {offset}, while reading {what}: the file was cut off")]
    ParseTruncated { what: String, offset: u64 },
    #[error("the snapshot contradicts itself: {what} at byte {offset}")]
    ParseInvalid { what: String, offset: u64 },
    #[error("the snapshot is too large: {what} exceeds 2^32")]
    ParseTooLarge { what: String },
    #[error("cannot read {path}: {source}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {path}: {source}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("not a digest of a snapshot: {what}")]
    Digest { what: String },
    #[error("the snapshot has no object with the id {id}")]
    NoObject { id: u32 },
    #[error("cancelled")]
    Cancelled,
    #[error("this process cannot be captured by forking: {why}")]
    CaptureUnsupported { why: String },
    #[error("not enough memory for a capture: {need} MB needed, {available} MB of {limit} MB left {when}")]
    CaptureMemory { need: u64, available: u64, limit: u64, when: &'static str },
    #[error(
        "not enough memory to analyse a capture inside the app: {need} MB needed, {available} MB of {limit} MB left {when}"
    )]
    AnalysisMemory { need: u64, available: u64, limit: u64, when: &'static str },
    #[error("the capture hung {attempts} times in a row and was given up")]
    CaptureStuck { attempts: u32 },
    #[error("the capture did not end within {seconds} s and was given up")]
    CaptureTimeout { seconds: u64 },
    #[error("the capture failed: {what}")]
    CaptureFailed { what: String },
    #[error("a capture is under way in this process")]
    CaptureBusy,
    #[error("the event loop was blocked for {seconds} s, so that no capture could begin")]
    CaptureBlocked { seconds: u64 },
    #[error("snapshots cannot be explored: {why}")]
    ExploreUnavailable { why: String },
    #[error("there is no {what} here")]
    HttpNotFound { what: String },
    #[error("this address does not take {method}")]
    HttpMethod { method: String },
    #[error("{what}")]
    HttpArgument { what: String },
    #[error("the request is for the host '{host}', which this server does not go by")]
    HttpHost { host: String },
    #[error("the request was made by a page of another origin")]
    HttpOrigin,
    #[error("the request carries no token, or a wrong one")]
    HttpToken,
    #[error("the request was made by a program of another user of this machine")]
    HttpUser,
    #[error("too many captures were asked for; try again in {seconds} s")]
    HttpRate { seconds: u64 },
    #[error("the request's body is larger than {limit} bytes")]
    HttpTooLarge { limit: u64 },
    #[error("cannot listen on {address}: {source}")]
    AdminListen { address: String, source: std::io::Error },
    #[error("{what}")]
    AdminToken { what: String },
    /// A failure on the other side of a pipe, where it had this code and these words.
    #[error("{message}")]
    Remote { code: String, message: String },
    #[error("internal error in {at}: {what}. Please report it.")]
    Internal { at: &'static str, what: String },
}

impl Error {
    /// The stable code, part of the public contract.
    pub fn code(&self) -> &str {
        match self {
            Self::ParseSyntax { .. } => "LG_PARSE_SYNTAX",
            Self::ParseTruncated { .. } => "LG_PARSE_TRUNCATED",
            Self::ParseInvalid { .. } => "LG_PARSE_INVALID",
            Self::ParseTooLarge { .. } => "LG_PARSE_TOO_LARGE",
            Self::Read { .. } => "LG_READ",
            Self::Write { .. } => "LG_WRITE",
            Self::Digest { .. } => "LG_DIGEST",
            Self::NoObject { .. } => "LG_NO_OBJECT",
            Self::Cancelled => "LG_CANCELLED",
            Self::CaptureUnsupported { .. } => "LG_CAPTURE_UNSUPPORTED",
            Self::CaptureMemory { .. } => "LG_CAPTURE_MEMORY",
            Self::AnalysisMemory { .. } => "LG_ANALYSIS_MEMORY",
            Self::CaptureStuck { .. } => "LG_CAPTURE_STUCK",
            Self::CaptureTimeout { .. } => "LG_CAPTURE_TIMEOUT",
            Self::CaptureFailed { .. } => "LG_CAPTURE_FAILED",
            Self::CaptureBusy => "LG_CAPTURE_BUSY",
            Self::CaptureBlocked { .. } => "LG_CAPTURE_BLOCKED",
            Self::ExploreUnavailable { .. } => "LG_EXPLORE_UNAVAILABLE",
            Self::HttpNotFound { .. } => "LG_HTTP_NOT_FOUND",
            Self::HttpMethod { .. } => "LG_HTTP_METHOD",
            Self::HttpArgument { .. } => "LG_HTTP_ARGUMENT",
            Self::HttpHost { .. } => "LG_HTTP_HOST",
            Self::HttpOrigin => "LG_HTTP_ORIGIN",
            Self::HttpToken => "LG_HTTP_TOKEN",
            Self::HttpUser => "LG_HTTP_USER",
            Self::HttpRate { .. } => "LG_HTTP_RATE",
            Self::HttpTooLarge { .. } => "LG_HTTP_TOO_LARGE",
            Self::AdminListen { .. } => "LG_ADMIN_LISTEN",
            Self::AdminToken { .. } => "LG_ADMIN_TOKEN",
            Self::Remote { code, .. } => code,
            Self::Internal { .. } => "LG_INTERNAL",
        }
    }
}
