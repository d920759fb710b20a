//! One HTTP request at a time, blocking, on the pusher's own thread. TLS by rustls, with the roots of Mozilla's programme
//! or, when given, those of a PEM file only. Proxies are taken from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
//! `NO_PROXY`. Redirects are not followed: a signed body goes where it was meant to go.

use super::backoff;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

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
    pub fn new(timeout: Duration, ca: Option<&Path>, headers: Vec<(String, String)>) -> Result<Self> {
        let roots = match ca {
            Some(path) => RootCerts::from(certificates(path)?),
            None => RootCerts::WebPki,
        };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("leakguard/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
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
        Err(error) => return Answer::Later { why: error.to_string(), after: None },
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

fn certificates(path: &Path) -> Result<Vec<ureq::tls::Certificate<'static>>> {
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
