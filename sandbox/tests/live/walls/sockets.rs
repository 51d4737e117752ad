//! Sockets that lead past the network, and terminals.

use super::Siege;
use sandbox::protocol::Spec;
use std::os::{
    linux::net::SocketAddrExt,
    unix::net::{SocketAddr, UnixListener},
};

#[test]
fn only_ordinary_families_are_there() {
    let siege = Siege::new();
    let refused =
        ["vsock", "packet", "alg", "tipc", "bluetooth", "rds", "key", "nftables", "xfrm", "audit"];
    let table: Vec<(&str, &str)> = refused.iter().map(|name| (*name, "EAFNOSUPPORT")).collect();
    siege.refuses(&table);
    for needed in ["routes", "ping"] {
        let outcome = siege.try_one(needed);
        assert!(outcome.starts_with("done"), "{needed}: {outcome}");
    }
}

#[test]
fn abstract_sockets_of_the_host_are_not_there() {
    let place = format!("trythis-walls-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&place).expect("an address");
    let _listener = UnixListener::bind_addr(&address).expect("a listener");
    Siege::new().refuses(&[(&format!("abstract={place}"), "ECONNREFUSED")]);
}

#[test]
fn nothing_is_typed_into_a_terminal() {
    let siege = Siege::new();
    let spec = Spec { layers: siege.layers(), ..siege.lab.spec("typist", &["sh"]) };
    let mut shell = siege.lab.shell_of(spec);
    assert_eq!(shell.ask("/attacker tiocsti"), "tiocsti: refused EPERM");
    assert_eq!(shell.ask("/attacker tioclinux"), "tioclinux: refused EPERM");
    // Its terminals are its own: the host's, and its neighbours', are not in its devpts.
    let _neighbour = siege.lab.shell("neighbour");
    assert_eq!(shell.ask("echo /dev/pts/*"), "/dev/pts/0 /dev/pts/ptmx");
}
