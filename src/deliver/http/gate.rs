//! Who is let in. Decided from a request's head alone, before anything else looks at it.
//!
//! Three questions, each against another attack:
//! - *Is the request for us?* A page can make its own name resolve to 127.0.0.1 (DNS rebinding) and then is, to the
//!   browser, of our origin. But its name is in `Host`.
//! - *Does a page of another origin ask?* A browser lets any page send us requests, and tells us so.
//! - *Is the token known?* Where there is one. Where there is none, the server asks [`super::peer`] whose program it is.

use std::net::IpAddr;

use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use serde::Deserialize;

use super::listener::Address;
use super::token::Token;
use crate::error::{Error, Result};

/// Says how the middleware has judged a client, and proves that it was the middleware: `MODE SECRET`.
pub const VIA: HeaderName = HeaderName::from_static("leakguard-via");

/// What a gate lets through.
#[derive(Debug, PartialEq, Eq)]
pub enum Admission {
    Pass,
    /// The token was in the address: give the browser this cookie, and the address without the token.
    Login(String),
}

/// The names by which requests may call us.
#[derive(Clone, Debug)]
enum Hosts {
    /// Any: only the owner's programs can connect.
    Any,
    /// Loopback's, and these.
    Loopback(Vec<String>),
    /// Addresses in figures, which no one else's name server decides about, loopback's names, and these.
    Figures(Vec<String>),
}

/// How the middleware has judged a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Via {
    /// It is on this machine.
    Loopback,
    /// It shall show the token.
    Token,
    /// The app vouches for it.
    Authorized,
}

#[derive(Clone)]
pub struct Gate {
    hosts: Hosts,
    token: Option<Token>,
    via_secret: Option<String>,
    /// Whether to connect is proof enough.
    owner_only: bool,
}

#[derive(Deserialize)]
struct Login {
    token: Option<String>,
}

impl Gate {
    /// For a door at `address`. `names`: hosts to answer to besides the obvious ones. An address that others can reach
    /// needs a token.
    pub fn new(address: &Address, names: Vec<String>, token: Option<Token>) -> Result<Self> {
        let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let (hosts, owner_only) = match address {
            Address::Tcp(_) if address.is_local() => (Hosts::Loopback(names), false),
            Address::Tcp(bound) if token.is_none() => {
                let what = format!("{bound} can be reached by others, and there is no token");
                return Err(Error::AdminToken { what });
            }
            Address::Tcp(_) => (Hosts::Figures(names), false),
            #[cfg(unix)]
            Address::Unix(_) => (Hosts::Any, true),
        };
        Ok(Self { hosts, token, via_secret: None, owner_only })
    }

    /// Lets the middleware of this process, which knows `secret`, vouch for its clients.
    pub fn with_via(mut self, secret: String) -> Self {
        self.via_secret = Some(secret);
        self
    }

    /// Whether a client's user has to be known: where neither a token nor a directory keeps the others out.
    pub fn asks_who(&self) -> bool {
        self.token.is_none() && matches!(self.hosts, Hosts::Loopback(_))
    }

    pub fn admit(&self, request: &Parts) -> Result<Admission> {
        let via = self.via(&request.headers);
        // An absolute address is for proxies, and we are none.
        if let Some(authority) = request.uri.authority() {
            return Err(Error::HttpHost { host: authority.to_string() });
        }
        let host = single(&request.headers, &header::HOST)?;
        self.check_host(host, via)?;
        let reads = request.method == Method::GET || request.method == Method::HEAD;
        let page = reads && request.uri.path() == "/";
        if !same_origin(&request.headers, host, page)? {
            return Err(Error::HttpOrigin);
        }
        let Some(token) = &self.token else { return Ok(Admission::Pass) };
        if via == Some(Via::Authorized) || (via.is_none() && self.owner_only) {
            return Ok(Admission::Pass);
        }
        if page && let Ok(Query(Login { token: Some(given) })) = Query::<Login>::try_from_uri(&request.uri) {
            return if token.is(given.as_bytes()) {
                Ok(Admission::Login(token.cookie()))
            } else {
                Err(Error::HttpToken)
            };
        }
        // The page itself is no secret; what it shows is.
        let public = page || (reads && request.uri.path().starts_with("/assets/"));
        if public || knows(token, &request.headers)? { Ok(Admission::Pass) } else { Err(Error::HttpToken) }
    }

    fn via(&self, headers: &HeaderMap) -> Option<Via> {
        let secret = self.via_secret.as_deref()?;
        let (mode, given) = headers.get(VIA)?.to_str().ok()?.split_once(' ')?;
        // Compared as a token is: in constant time.
        if !Token::new(secret).ok()?.is(given.as_bytes()) {
            return None;
        }
        match mode {
            "loopback" => Some(Via::Loopback),
            "token" if self.token.is_some() => Some(Via::Token),
            "authorized" => Some(Via::Authorized),
            _ => None,
        }
    }

    fn check_host(&self, host: Option<&str>, via: Option<Via>) -> Result<()> {
        let own = || self.hosts.include(host.unwrap_or_default());
        let known = match via {
            // The app is reached by whatever name it has; token or app say who may.
            Some(Via::Token | Via::Authorized) => true,
            Some(Via::Loopback) => {
                is_loopback(name_of(host.unwrap_or_default()))
                    || matches!(&self.hosts, Hosts::Loopback(_)) && own()
            }
            None => own(),
        };
        if known { Ok(()) } else { Err(Error::HttpHost { host: host.unwrap_or_default().to_owned() }) }
    }
}

impl Hosts {
    fn include(&self, host: &str) -> bool {
        let name = name_of(host).to_ascii_lowercase();
        match self {
            Self::Any => true,
            Self::Loopback(names) => is_loopback(&name) || names.contains(&name),
            Self::Figures(names) => {
                is_loopback(&name)
                    || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
                    || names.contains(&name)
            }
        }
    }
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]")
}

/// A `Host` without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The header's one value. Two could be read differently by two readers.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match value.to_str() {
        Ok(text) if values.next().is_none() => Ok(Some(text)),
        _ => Err(Error::HttpArgument { what: format!("the header {name} is not one plain value") }),
    }
}

/// Whether a browser says, or lets us conclude, that a page of ours or the user asks. Programs that are no browsers send
/// none of these headers. `page`: whether the page itself is asked for, to which others may link.
fn same_origin(headers: &HeaderMap, host: Option<&str>, page: bool) -> Result<bool> {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
    if let Some(site) = single(headers, &SITE)? {
        let linked = || Ok::<_, Error>(page && single(headers, &MODE)? == Some("navigate"));
        // `same-site` is another port of localhost: not us.
        return Ok(matches!(site, "same-origin" | "none") || linked()?);
    }
    let from = match single(headers, &header::ORIGIN)? {
        Some(origin) => Some(origin),
        None if page => None,
        None => single(headers, &header::REFERER)?,
    };
    let Some(from) = from else { return Ok(true) };
    let authority =
        from.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    Ok(authority.is_some() && authority == host)
}

fn knows(token: &Token, headers: &HeaderMap) -> Result<bool> {
    if let Some(given) = single(headers, &header::AUTHORIZATION)? {
        let bearer = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return Ok(bearer.is_some_and(|(_, secret)| token.is(secret.trim().as_bytes())));
    }
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    Ok(cookies.any(|cookies| token.in_cookies(cookies)))
}

#[cfg(test)]
mod tests;
