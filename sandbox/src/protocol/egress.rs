//! Whom sandboxes may reach, and whom never.

use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddrV4};

/// The address ranges that no sandbox reaches, wherever its packets are routed.
pub const CLOSED_RANGES: [&str; 10] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The TCP ports that no sandbox reaches anywhere but at a named host: those of mail.
pub const CLOSED_PORTS: [u16; 3] = [25, 465, 587];

/// Whether an address is open to no sandbox, not even where an operator names it: those that mean
/// something else on each machine.
#[must_use]
pub fn can_never_be_named(ip: &Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_unspecified()
}

/// Whom all sandboxes with a network may reach, and how fast. What is closed stays closed whatever
/// this says, but for the hosts that are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Egress {
    /// The TCP ports that are open on the public internet.
    pub tcp: Vec<u16>,
    /// The UDP ports.
    pub udp: Vec<u16>,
    /// Hosts that the operator named, at a TCP port: also in ranges that are closed, but never the
    /// host itself.
    pub named: Vec<SocketAddrV4>,
    /// What one sandbox sends, and what it receives, at most; in bytes a second.
    pub bytes_per_second: u64,
}

impl Default for Egress {
    /// Names, the web, version control, keys, and what terminal programs speak. Not SSH: a machine
    /// that strangers may use guesses no passwords elsewhere.
    fn default() -> Self {
        Self {
            tcp: vec![43, 53, 70, 79, 80, 443, 853, 873, 1965, 6697, 8080, 8443, 9418, 11371],
            udp: vec![53, 123, 443, 853],
            named: Vec::new(),
            bytes_per_second: 12_500_000,
        }
    }
}
