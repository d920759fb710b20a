//! Where a server can be reached: TCP on this machine, or a socket in a directory that only its owner may enter.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How many ports after the wanted one are tried when it is taken: the other processes of an app.
const NEXT_PORTS: u16 = 100;

/// Bound, and not served yet.
#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, PathBuf),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Address {
    /// Whether only programs on this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            #[cfg(unix)]
            Self::Unix(_) => true,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(out, "http://{address}/"),
            #[cfg(unix)]
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
        }
    }
}

impl Listener {
    /// Binds `port`, or the next one that is free; port 0 takes any.
    pub fn tcp(host: &str, port: u16) -> Result<Self> {
        let failed = |source| Error::AdminListen { address: format!("{host}:{port}"), source };
        let addresses: Vec<SocketAddr> =
            (host.trim_matches(['[', ']']), port).to_socket_addrs().map_err(failed)?.collect();
        let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
        for offset in 0..=NEXT_PORTS {
            for address in &addresses {
                let Some(next) = port.checked_add(offset) else { continue };
                match TcpListener::bind(SocketAddr::new(address.ip(), next)) {
                    Ok(listener) => {
                        return listener.set_nonblocking(true).map(|()| Self::Tcp(listener)).map_err(failed);
                    }
                    Err(error) => last = error,
                }
            }
            if last.kind() != ErrorKind::AddrInUse {
                break;
            }
        }
        Err(failed(last))
    }

    /// Binds a socket at `path`, which must be free. Who may connect is decided by the directory it is in.
    #[cfg(unix)]
    pub fn unix(path: &Path) -> Result<Self> {
        let bind = || {
            let listener = UnixListener::bind(path)?;
            listener.set_nonblocking(true)?;
            Ok(Self::Unix(listener, path.to_owned()))
        };
        bind().map_err(|source| Error::AdminListen { address: path.display().to_string(), source })
    }

    pub fn address(&self) -> Result<Address> {
        match self {
            Self::Tcp(listener) => listener
                .local_addr()
                .map(Address::Tcp)
                .map_err(|source| Error::AdminListen { address: "a port".to_owned(), source }),
            #[cfg(unix)]
            Self::Unix(_, path) => Ok(Address::Unix(path.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Listener};

    #[test]
    fn takes_the_next_port_when_one_is_taken() {
        let first = Listener::tcp("127.0.0.1", 0).unwrap();
        let Address::Tcp(taken) = first.address().unwrap() else { panic!("TCP") };
        let second = Listener::tcp("127.0.0.1", taken.port()).unwrap();
        let Address::Tcp(next) = second.address().unwrap() else { panic!("TCP") };
        assert!(next.port() > taken.port() && next.port() <= taken.port() + 100);
        assert!(second.address().unwrap().is_local());
    }

    #[test]
    fn a_host_of_somebody_else_is_an_error() {
        assert_eq!(Listener::tcp("192.0.2.1", 0).unwrap_err().code(), "LG_ADMIN_LISTEN");
    }
}
