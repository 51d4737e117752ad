//! Sockets that lead past the network, and terminals.

use crate::{
    Outcome,
    raw::{bytes, call, won},
};
use std::os::{
    linux::net::SocketAddrExt,
    unix::net::{SocketAddr, UnixStream},
};

pub fn attack(name: &str, argument: &str) -> Option<Outcome> {
    let socket = |family: i32, kind: i32, protocol: i32| {
        call(libc::SYS_socket, [family as usize, kind as usize, protocol as usize]).map(won)
    };
    Some(match name {
        "vsock" => socket(libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        "packet" => socket(libc::AF_PACKET, libc::SOCK_RAW, 0),
        "alg" => socket(libc::AF_ALG, libc::SOCK_SEQPACKET, 0),
        "tipc" => socket(libc::AF_TIPC, libc::SOCK_SEQPACKET, 0),
        "bluetooth" => socket(libc::AF_BLUETOOTH, libc::SOCK_RAW, 0),
        "rds" => socket(libc::AF_RDS, libc::SOCK_SEQPACKET, 0),
        "key" => socket(libc::AF_KEY, libc::SOCK_RAW, 2),
        "nftables" => socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_NETFILTER),
        "xfrm" => socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_XFRM),
        "audit" => socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_AUDIT),
        "routes" => socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE),
        "ping" => socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP),
        "abstract" => SocketAddr::from_abstract_name(argument)
            .and_then(|address| UnixStream::connect_addr(&address))
            .map(|_| "connected".to_owned()),
        "tiocsti" => {
            let mut letter = *b"x";
            call(libc::SYS_ioctl, [0, libc::TIOCSTI as usize, bytes(&mut letter)]).map(won)
        }
        "tioclinux" => {
            // Paste what was selected.
            let mut paste = [3];
            call(libc::SYS_ioctl, [0, libc::TIOCLINUX as usize, bytes(&mut paste)]).map(won)
        }
        _ => return None,
    })
}
