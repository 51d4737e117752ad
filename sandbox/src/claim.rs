//! Numbers that one supervisor of this host holds at a time.
//!
//! A claim is an abstract Unix socket: the kernel gives it back the moment its holder ends, however
//! that comes about.

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::{io, os::fd::OwnedFd};

/// Holds the name for as long as the result lives; `None` where somebody else does.
pub(crate) fn claim(name: &str) -> io::Result<Option<OwnedFd>> {
    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    match rustix::net::bind(&socket, &SocketAddrUnix::new_abstract_name(name.as_bytes())?) {
        Ok(()) => Ok(Some(socket)),
        Err(rustix::io::Errno::ADDRINUSE) => Ok(None),
        Err(e) => Err(e.into()),
    }
}
