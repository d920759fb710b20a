use axum::http::Request;

use super::{Address, Admission, Gate, Token};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn gate(bound: &str, names: &[&str], token: bool) -> Gate {
    let token = token.then(|| Token::new(SECRET).unwrap());
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Gate::new(&Address::Tcp(bound.parse().unwrap()), names, token).unwrap().with_via(SECRET.to_owned())
}

/// `GET uri` with these headers: let in, or the code of the refusal.
fn ask(gate: &Gate, uri: &str, headers: &[(&str, &str)]) -> Result<Admission, String> {
    let mut request = Request::get(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    gate.admit(&request.body(()).unwrap().into_parts().0).map_err(|error| error.code().to_owned())
}

const PASS: Result<Admission, String> = Ok(Admission::Pass);

fn refused(code: &str) -> Result<Admission, String> {
    Err(format!("LG_HTTP_{code}"))
}

#[test]
fn on_loopback_only_loopback_names_and_configured_ones_are_hosts() {
    let gate = gate("127.0.0.1:2333", &["Dev.Box"], false);
    for host in ["localhost", "LOCALHOST:2333", "127.0.0.1:2333", "[::1]:2333", "[::1]", "dev.box:80"] {
        assert_eq!(ask(&gate, "/stats", &[("host", host)]), PASS, "{host}");
    }
    for host in [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:2333",
        "10.0.0.1",
        "localhost:x",
    ] {
        assert_eq!(ask(&gate, "/stats", &[("host", host)]), refused("HOST"), "{host}");
    }
    assert_eq!(ask(&gate, "/stats", &[]), refused("HOST"));
    assert_eq!(ask(&gate, "http://localhost/stats", &[("host", "localhost")]), refused("HOST"));
    assert_eq!(ask(&gate, "/stats", &[("host", "localhost"), ("host", "evil.example")]), refused("ARGUMENT"));
}

#[test]
fn elsewhere_figures_are_hosts_and_strangers_names_are_not() {
    let gate = gate("0.0.0.0:2333", &["db1"], true);
    let bearer = ("authorization", &*format!("Bearer {SECRET}"));
    for host in ["10.1.2.3:2333", "[fe80::1]:2333", "db1:2333", "localhost:9"] {
        assert_eq!(ask(&gate, "/stats", &[("host", host), bearer]), PASS, "{host}");
    }
    assert_eq!(ask(&gate, "/stats", &[("host", "evil.example"), bearer]), refused("HOST"));
}

#[test]
fn pages_of_other_origins_get_nothing_but_a_link() {
    let gate = gate("127.0.0.1:2333", &[], false);
    let host = ("host", "localhost:2333");
    let with = |headers: &[(&str, &str)]| ask(&gate, "/snapshot", &[&[host], headers].concat());
    for site in ["same-origin", "none"] {
        assert_eq!(with(&[("sec-fetch-site", site)]), PASS, "{site}");
    }
    for site in ["cross-site", "same-site", "x"] {
        assert_eq!(
            with(&[("sec-fetch-site", site), ("sec-fetch-mode", "navigate")]),
            refused("ORIGIN"),
            "{site}"
        );
    }
    assert_eq!(with(&[("origin", "http://localhost:2333")]), PASS);
    for origin in
        ["null", "http://localhost:3000", "https://evil.example", "localhost:2333", "http://localhost"]
    {
        assert_eq!(with(&[("origin", origin)]), refused("ORIGIN"), "{origin}");
    }
    assert_eq!(with(&[("referer", "http://localhost:2333/?x")]), PASS);
    assert_eq!(with(&[("referer", "http://evil.example/localhost:2333")]), refused("ORIGIN"));
    let link = [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    assert_eq!(ask(&gate, "/", &link), PASS);
    assert_eq!(
        ask(&gate, "/", &[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")]),
        refused("ORIGIN")
    );
}

#[test]
fn a_token_opens_by_header_or_login() {
    let gate = gate("127.0.0.1:2333", &[], true);
    let host = ("host", "localhost");
    assert_eq!(ask(&gate, "/stats", &[host]), refused("TOKEN"));
    for wrong in ["Bearer x", "Bearer", "Basic abc", &format!("Basic {SECRET}"), SECRET] {
        assert_eq!(ask(&gate, "/stats", &[host, ("authorization", wrong)]), refused("TOKEN"), "{wrong}");
    }
    assert_eq!(ask(&gate, "/stats", &[host, ("authorization", &format!("bearer {SECRET}"))]), PASS);
    assert_eq!(ask(&gate, "/", &[host]), PASS);
    assert_eq!(ask(&gate, "/assets/page.js", &[host]), PASS);
    assert_eq!(ask(&gate, "/?token=wrong", &[host]), refused("TOKEN"));
    assert_eq!(ask(&gate, &format!("/stats?token={SECRET}"), &[host]), refused("TOKEN"));
    let Ok(Admission::Login(cookie)) = ask(&gate, &format!("/?token={SECRET}"), &[host]) else {
        panic!("no login")
    };
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(ask(&gate, "/stats", &[host, ("cookie", pair)]), PASS);
}

#[test]
fn only_the_middleware_can_vouch() {
    let gate = gate("127.0.0.1:2333", &[], true);
    let via = |mode: &str, secret: &str| {
        ask(&gate, "/stats", &[("host", "app.example"), ("leakguard-via", &format!("{mode} {secret}"))])
    };
    assert_eq!(via("authorized", SECRET), PASS);
    assert_eq!(via("authorized", "guess"), refused("HOST"));
    assert_eq!(via("token", SECRET), refused("TOKEN"));
    assert_eq!(via("loopback", SECRET), refused("HOST"));
    assert_eq!(via("other", SECRET), refused("HOST"));
}

#[test]
fn an_address_that_others_reach_needs_a_token() {
    let public = Address::Tcp("0.0.0.0:2333".parse().unwrap());
    assert_eq!(Gate::new(&public, Vec::new(), None).err().unwrap().code(), "LG_ADMIN_TOKEN");
}

#[cfg(unix)]
#[test]
fn who_can_open_the_socket_is_the_owner() {
    let token = Token::new(SECRET).unwrap();
    let gate = Gate::new(&Address::Unix("/run/x.sock".into()), Vec::new(), Some(token)).unwrap();
    let gate = gate.with_via(SECRET.to_owned());
    assert_eq!(ask(&gate, "/stats", &[]), PASS);
    let through_the_app = |mode: &str, host: &str| {
        ask(&gate, "/stats", &[("host", host), ("leakguard-via", &format!("{mode} {SECRET}"))])
    };
    assert_eq!(through_the_app("token", "app.example"), refused("TOKEN"));
    assert_eq!(through_the_app("loopback", "localhost"), refused("TOKEN"));
    assert_eq!(through_the_app("loopback", "app.example"), refused("HOST"));
}
