use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};

use super::{Address, Door, Gate, Listener, Server};

fn server(routes: impl FnOnce() -> Router + Send + 'static) -> (Server, String) {
    let listener = Listener::tcp("127.0.0.1", 0).unwrap();
    let address = listener.address().unwrap();
    let gate = Gate::new(&address, Vec::new(), None).unwrap();
    let server = Server::start("test-http", vec![Door { listener, gate }], routes).unwrap();
    let Address::Tcp(bound) = address else { panic!("TCP") };
    (server, bound.to_string())
}

/// Sends `bytes` as they are; everything that comes back until the server closes.
fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

fn get_once(address: &str, path: &str) -> String {
    raw(address, format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
}

#[test]
fn every_answer_has_careful_headers_and_failures_are_json() {
    let (_server, address) = server(|| Router::new().route("/hello", get(|| async { "hi" })));
    let hello = get_once(&address, "/hello");
    assert!(hello.starts_with("HTTP/1.1 200") && hello.ends_with("\r\n\r\nhi"), "{hello}");
    for header in [
        "content-security-policy: default-src 'none'",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
    ] {
        assert!(hello.contains(header), "{header} in {hello}");
    }
    let missing = get_once(&address, "/nothing/../here");
    assert!(
        missing.starts_with("HTTP/1.1 404") && missing.contains(r#""code":"LG_HTTP_NOT_FOUND""#),
        "{missing}"
    );
    let method = raw(&address, b"DELETE /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(method.starts_with("HTTP/1.1 405") && method.contains("LG_HTTP_METHOD"), "{method}");
    assert!(method.to_lowercase().contains("allow: get,head"), "{method}");
    let stranger = raw(&address, b"GET /hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!(stranger.starts_with("HTTP/1.1 403") && stranger.contains("LG_HTTP_HOST"), "{stranger}");
}

#[test]
fn a_panic_is_an_answer() {
    let routes = || {
        Router::new().route(
            "/panic",
            post(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
    };
    let (_server, address) = server(routes);
    let request = b"POST /panic HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for _ in 0..2 {
        let answer = raw(&address, request);
        assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("LG_INTERNAL"), "{answer}");
    }
}

#[test]
fn connections_are_bounded_and_idle_ones_closed() {
    let (_server, address) = server(|| Router::new().route("/hello", get(|| async { "hi" })));
    let mut idle: Vec<TcpStream> =
        (0..super::MOST_CONNECTIONS).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let mut one_more = TcpStream::connect(&address).unwrap();
    one_more.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // Closed unheard: an end of file, or a reset.
    assert_eq!(one_more.read(&mut [0; 1]).unwrap_or(0), 0);
    let first = &mut idle[0];
    first.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    first.write_all(b"GET /hello HTTP/1.1\r\nHost: loc").unwrap();
    let mut rest = String::new();
    let _ = first.read_to_string(&mut rest);
    assert!(!rest.contains("200"), "{rest}");
    drop(idle);
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&address).is_ok_and(|mut stream| {
        let _ = stream.write_all(b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.read_to_string(&mut String::new()).unwrap_or(0) == 0
    }) {
        assert!(Instant::now() < deadline, "answers again once there is room");
    }
}

#[test]
fn dropping_ends_the_thread_and_frees_the_port() {
    let (server, address) = server(|| Router::new().route("/never", get(std::future::pending::<()>)));
    let mut waiting = TcpStream::connect(&address).unwrap();
    waiting.write_all(b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    drop(server);
    assert_eq!(waiting.read(&mut [0; 1]).unwrap_or(0), 0);
    std::net::TcpListener::bind(&address).unwrap();
}

#[cfg(unix)]
#[test]
fn a_socket_is_served_and_removed_at_the_end() {
    let path = std::env::temp_dir().join(format!("leakguard-server-test-{}.sock", std::process::id()));
    let listener = Listener::unix(&path).unwrap();
    let gate = Gate::new(&listener.address().unwrap(), Vec::new(), None).unwrap();
    let routes = || Router::new().route("/hello", get(|| async { "hi" }));
    let server = Server::start("test-http", vec![Door { listener, gate }], routes).unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("hi"), "{answer}");
    drop(server);
    assert!(!path.exists());
}
