//! Whose program is at the other end of a connection on loopback.
//!
//! Every user of a machine can connect to 127.0.0.1, and a heap holds secrets. Linux lists each connection with the user
//! who made it; other systems have no such list that everybody may read.

use std::net::{IpAddr, SocketAddr};

/// What is known of a client.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A program of this user.
    User(u32),
    /// It has closed its end already, and its user is not listed any more.
    Gone,
    /// There is no list.
    Unknown,
}

impl Peer {
    /// The user's own programs and those of root, who may read all memory anyway.
    pub fn is_trusted(self, own: u32) -> bool {
        match self {
            Self::User(uid) => uid == own || uid == 0,
            Self::Gone => false,
            Self::Unknown => true,
        }
    }
}

/// Who connected from `client` to `server`, which are both on this machine.
#[cfg(target_os = "linux")]
pub fn peer(client: SocketAddr, server: SocketAddr) -> Peer {
    // A program may speak IPv4 through a socket for IPv6, which is in the other list.
    let lists = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(std::fs::read_to_string);
    if lists[0].is_err() {
        return Peer::Unknown;
    }
    let found = lists.iter().flatten().find_map(|list| owner(list, client, server));
    found.map_or(Peer::Gone, Peer::User)
}

#[cfg(not(target_os = "linux"))]
pub fn peer(_client: SocketAddr, _server: SocketAddr) -> Peer {
    Peer::Unknown
}

/// The user of the socket that is bound to `client` and connected to `server`: one that a program still has, because those
/// without one are listed as root's.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn owner(list: &str, client: SocketAddr, server: SocketAddr) -> Option<u32> {
    const LOCAL: usize = 1;
    const REMOTE: usize = 2;
    const UID: usize = 7;
    const INODE: usize = 9;
    let (local, remote) = (written(client), written(server));
    list.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let is =
            |at: usize, forms: &[String; 2]| forms.iter().any(|form| fields.get(at) == Some(&form.as_str()));
        let owned = fields.get(INODE).is_some_and(|inode| *inode != "0");
        if is(LOCAL, &local) && is(REMOTE, &remote) && owned { fields.get(UID)?.parse().ok() } else { None }
    })
}

/// As the kernel writes it: words of the address as the machine reads them. Addresses of IPv4 also as mapped ones.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn written(address: SocketAddr) -> [String; 2] {
    let words = |bytes: &[u8]| -> String {
        let word = |word: &[u8]| u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
        bytes.chunks_exact(4).map(|bytes| format!("{:08X}", word(bytes))).collect()
    };
    let (plain, mapped) = match address.ip() {
        IpAddr::V4(ip) => (words(&ip.octets()), words(&ip.to_ipv6_mapped().octets())),
        IpAddr::V6(ip) => (words(&ip.octets()), words(&ip.octets())),
    };
    [plain, mapped].map(|ip| format!("{ip}:{:04X}", address.port()))
}

#[cfg(test)]
mod tests {
    use super::{Peer, owner, written};
    use std::net::SocketAddr;

    fn line(local: SocketAddr, remote: SocketAddr, form: usize, uid: u32, inode: u32) -> String {
        let [local, remote] = [local, remote].map(|address| written(address)[form].clone());
        format!(
            "   1: {local} {remote} 01 00000000:00000000 00:00000000 00000000 {uid:5}        0 {inode} 1 x 20 4 24 10 -1"
        )
    }

    #[test]
    fn the_line_of_the_client_tells_its_user() {
        let [client, server, other]: [SocketAddr; 3] =
            ["127.0.0.1:40000", "127.0.0.1:2333", "127.0.0.1:40001"].map(|text| text.parse().unwrap());
        let list = [
            "head".to_owned(),
            line(server, client, 0, 7, 3),
            line(other, server, 0, 8, 4),
            line(client, server, 0, 1000, 5),
        ];
        assert_eq!(owner(&list.join("\n"), client, server), Some(1000));
        let mapped = ["head".to_owned(), line(client, server, 1, 1001, 5)];
        assert_eq!(owner(&mapped.join("\n"), client, server), Some(1001));
    }

    #[test]
    fn a_socket_that_nobody_has_any_more_is_not_taken_for_roots() {
        let [client, server]: [SocketAddr; 2] =
            ["[::1]:40000", "[::1]:2333"].map(|text| text.parse().unwrap());
        let list = ["head".to_owned(), line(client, server, 0, 0, 0)].join("\n");
        assert_eq!(owner(&list, client, server), None);
        assert!(!Peer::Gone.is_trusted(0) && Peer::User(0).is_trusted(5) && !Peer::User(6).is_trusted(5));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_connections_are_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let peer = super::peer(client.local_addr().unwrap(), listener.local_addr().unwrap());
        assert_eq!(peer, Peer::User(crate::sys::user::effective()));
    }
}
