//! One HTTP request at a time, blocking, on the pusher's own thread. TLS by rustls, with the roots of Mozilla's programme
//! or, when given, those of a PEM file only. `lib/push/network.js` chooses the proxy, which is asked to CONNECT. Redirects
//! are not followed: a signed body goes where it was meant to go.

use super::backoff;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// How to get to the server.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// URL of an http or https proxy.
    pub proxy: Option<String>,
    /// PEM file of the only certificate authorities to trust.
    pub ca: Option<PathBuf>,
    /// PEM file of authorities to trust besides Mozilla's. As for Node itself, one that cannot be used is no error.
    pub extra_ca: Option<PathBuf>,
}

pub struct Client {
    agent: ureq::Agent,
    headers: Vec<(String, String)>,
}

/// What the server made of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it: 2xx, or 409 for a key it knows already.
    Accepted,
    /// It will never take this one: 400, 413, 422.
    Refused(String),
    /// Try again: it is down, busy, or does not (yet) know us.
    Later { why: String, after: Option<Duration> },
}

impl Client {
    pub fn new(timeout: Duration, network: &Network, headers: Vec<(String, String)>) -> Result<Self> {
        let proxy =
            match &network.proxy {
                Some(url) => Some(ureq::Proxy::new(url).map_err(|source| Error::Internal {
                    at: "the proxy's address",
                    what: source.to_string(),
                })?),
                None => None,
            };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("leakguard/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .tls_config(TlsConfig::builder().root_certs(roots(network)?).build())
            .build();
        Ok(Self { agent: config.into(), headers })
    }

    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = self.agent.post(url);
        for (name, value) in
            self.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain(headers.iter().copied())
        {
            request = request.header(name, value);
        }
        answer(request.send(body))
    }

    /// Uploads a file as it is.
    pub fn put_file(&self, url: &str, headers: &[(&str, &str)], path: &Path) -> Result<Answer> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        // Stores that take presigned uploads insist on a length.
        let length = file.metadata().map_err(failed)?.len().to_string();
        let mut request = self.agent.put(url).header("content-length", &length);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(answer(request.send(file)))
    }
}

fn answer(result: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let response = match result {
        Ok(response) => response,
        Err(error) => return Answer::Later { why: reason(&error), after: None },
    };
    let status = response.status().as_u16();
    match status {
        200..=299 | 409 => Answer::Accepted,
        400 | 413 | 422 => Answer::Refused(format!("the server answered {status}")),
        _ => {
            let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let after = header.and_then(|value| backoff::retry_after(value, SystemTime::now()));
            Answer::Later { why: format!("the server answered {status}"), after }
        }
    }
}

/// What an administrator can act on.
fn reason(error: &ureq::Error) -> String {
    let text = error.to_string();
    if text.contains("invalid peer certificate") {
        return format!(
            "the server's certificate was refused: {text}. Trust its authority with `ca` or NODE_EXTRA_CA_CERTS"
        );
    }
    text
}

fn roots(network: &Network) -> Result<RootCerts> {
    if let Some(path) = &network.ca {
        return Ok(RootCerts::from(certificates(path)?));
    }
    let extra = network.extra_ca.as_deref().and_then(|path| certificates(path).ok());
    Ok(extra.map_or(RootCerts::WebPki, |extra| {
        let known = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der));
        RootCerts::from(known.map(|certificate| certificate.to_owned()).chain(extra).collect::<Vec<_>>())
    }))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let failed = |source| Error::Read { path: PathBuf::from(path), source };
    let pem = std::fs::read(path).map_err(failed)?;
    let mut all = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => all.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(failed(std::io::Error::other(error.to_string()))),
        }
    }
    if all.is_empty() {
        return Err(failed(std::io::Error::other("there is no certificate in it")));
    }
    Ok(all)
}
