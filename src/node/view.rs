//! `leakguard view`: a server for snapshot files, for `lib/view.js`.

use crate::deliver::explore::uploads::sweep;
use crate::deliver::explore::{Explorer, View as Routes};
use crate::deliver::http::answer::set_advice;
use crate::deliver::http::{Door, Gate, Listener, Page, Server, Token};
use crate::error::{Error, Result};
use crate::explore::Shelf;
use crate::explore::shelf::Capacity;
use crate::node::{error, task};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the names of directories of uploads begin: `lib/view.js` makes them.
const UPLOADS: &str = "leakguard-view-";

/// What to serve, and where.
#[napi(object)]
pub struct ViewOptions {
    /// Snapshots; each is opened by the first question to it.
    pub files: Vec<String>,
    /// A directory whose snapshots are served by their names, as they come and go.
    pub directory: Option<String>,
    /// A port on loopback, 0 for any; or a socket.
    pub port: u16,
    pub socket: Option<String>,
    /// Who connects to the port has to know it.
    pub token: Option<String>,
    /// The built web page.
    pub page: Option<String>,
    /// The result of a hunt, as JSON.
    pub report: Option<String>,
    /// Where uploads go, and how many bytes one may have; without it none are taken.
    pub upload_directory: Option<String>,
    pub upload_limit: f64,
    pub threads: u32,
    /// What to do about each error code.
    pub advice: HashMap<String, String>,
}

/// A running server.
#[napi]
pub struct View {
    server: Mutex<Option<Server>>,
    address: String,
    routes: Routes,
}

#[napi]
impl View {
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, options: ViewOptions) -> napi::Result<Self> {
        open(options).map_err(|failure| error::to_js(env, &failure))
    }

    /// `http://127.0.0.1:PORT/` or `unix:PATH`.
    #[napi(getter)]
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Milliseconds since the last request.
    #[napi]
    pub fn idle(&self) -> f64 {
        self.routes.idle().as_secs_f64() * 1e3
    }

    /// Resolves when the server has ended and its uploads are deleted.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let server = self.server.lock().take();
        let routes = self.routes.clone();
        task::spawn(env, "leakguard-close", move || {
            drop(server);
            routes.clear();
            Ok(())
        })
    }
}

fn open(options: ViewOptions) -> Result<View> {
    set_advice(options.advice);
    let shelf = Shelf::new(
        Capacity::default(),
        options.threads.max(1) as usize,
        options.directory.as_deref().map(PathBuf::from),
    );
    let mut explorer = Explorer::new(Arc::clone(&shelf));
    if let Some(directory) = options.upload_directory {
        let directory = PathBuf::from(directory);
        if let Some(parent) = directory.parent() {
            sweep(parent, UPLOADS);
        }
        explorer = explorer.with_uploads(directory, options.upload_limit as u64)?;
    }
    for file in &options.files {
        let path = Path::new(file);
        let name = path.file_name().map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
        shelf.add(path.to_owned(), name, false)?;
    }
    let report = options.report.as_deref().map(serde_json::from_str).transpose();
    let report = report.map_err(|e| Error::Internal { at: "view", what: format!("the report: {e}") })?;
    let routes = Routes::new(explorer, report, env!("CARGO_PKG_VERSION"));
    let page = options.page.map(|page| Page::open(Path::new(&page))).transpose()?.unwrap_or_default();
    let listener = listener(options.socket.as_deref(), options.port)?;
    let token = options.token.as_deref().map(Token::new).transpose()?;
    let gate = Gate::new(&listener.address()?, Vec::new(), token)?;
    let (served, door) = (routes.clone(), Door { listener, gate });
    let server = Server::start("leakguard-view", vec![door], move || page.routes().merge(served.routes()))?;
    let address = server.addresses().first().map_or_else(String::new, ToString::to_string);
    Ok(View { server: Mutex::new(Some(server)), address, routes })
}

#[cfg(unix)]
fn listener(socket: Option<&str>, port: u16) -> Result<Listener> {
    match socket {
        Some(socket) => Listener::unix(Path::new(socket)),
        None => Listener::tcp("127.0.0.1", port),
    }
}

#[cfg(not(unix))]
fn listener(_: Option<&str>, port: u16) -> Result<Listener> {
    Listener::tcp("127.0.0.1", port)
}
