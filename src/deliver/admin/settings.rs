//! What `lib/admin/options.js` has validated.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Without one, only the socket is served.
    pub host: Option<String>,
    pub port: u16,
    /// Further names to be called by.
    pub hosts: Vec<String>,
    pub token: Option<String>,
    /// The secret by which the middleware of this process is known.
    pub via: String,
    /// In the directory where the machine's processes find each other.
    pub socket: Option<PathBuf>,
    /// The web page's files.
    pub page: Option<PathBuf>,
    /// Where snapshots are kept, if they are.
    pub snapshots: Option<PathBuf>,
    /// Where the process listens that explores snapshots, once it was started; `None` where there can be none.
    pub explorer: Option<PathBuf>,
    /// How this process can be captured, the usual way first.
    pub capture_modes: Vec<String>,
    pub captures_per_minute: u32,
    pub process: About,
}

/// What does not change while the process lives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub pid: u32,
    pub title: String,
    /// The program's name, or its main file's.
    pub app: String,
    /// `process.version`.
    pub node: String,
    pub platform: String,
    /// ISO 8601.
    pub started_at: String,
    pub argv0: String,
    /// Which of a cluster's processes it is.
    pub cluster: Option<String>,
}
