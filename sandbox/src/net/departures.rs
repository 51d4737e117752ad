//! Which devices are gone, as the kernel tells: asking again and again would be late, or dear
//! where thousands go at once.

use netlink_packet_core::{NetlinkMessage, NetlinkPayload};
use netlink_packet_route::{RouteNetlinkMessage, link::LinkAttribute};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use std::{
    collections::HashSet,
    io,
    os::fd::{AsFd, BorrowedFd},
};

/// The multicast group of links that come, change and go (RTMGRP_LINK).
const LINKS: u32 = 1;
/// What the kernel may tell before it is heard: some thousand messages.
const QUEUE: usize = 8 << 20;
/// RTM_DELLINK.
const GONE: [u8; 2] = 17_u16.to_ne_bytes();

/// A socket that hears of every device of this network namespace that goes.
#[derive(Debug)]
pub(crate) struct Departures {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Departures {
    /// From now on.
    pub fn open() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind(&SocketAddr::new(0, LINKS))?;
        socket.set_non_blocking(true)?;
        socket.set_rx_buf_sz(QUEUE)?;
        Ok(Self { socket, buffer: vec![0; 64 * 1024] })
    }

    /// The names of those that went since the last call. Some may be missing where very many went
    /// at once: a name that is not here says nothing.
    pub fn read(&mut self) -> HashSet<String> {
        let mut names = HashSet::new();
        loop {
            match self.socket.recv(&mut &mut self.buffer[..], 0) {
                Ok(length) => names.extend(gone(&self.buffer[..length])),
                // What did not fit the queue is lost; what is in it comes next.
                Err(e) if e.raw_os_error() == Some(libc::ENOBUFS) => {}
                Err(_) => return names,
            }
        }
    }
}

impl AsFd for Departures {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The device that a message says is gone; the kernel sends one message at a time.
fn gone(bytes: &[u8]) -> Option<String> {
    // Most messages are of devices that come.
    if bytes.get(4..6) != Some(&GONE) {
        return None;
    }
    let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes).ok()?;
    let NetlinkPayload::InnerMessage(RouteNetlinkMessage::DelLink(link)) = message.payload else {
        return None;
    };
    link.attributes.into_iter().find_map(|attribute| match attribute {
        LinkAttribute::IfName(name) => Some(name),
        _ => None,
    })
}
