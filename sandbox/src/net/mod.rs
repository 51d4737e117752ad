//! Whom a sandbox may reach.
//!
//! Each sandbox has a point-to-point pair of its own, `tt<n>-<slot>` on the host and `eth0` inside,
//! and the host routes: sandboxes share no link, so they are apart at layer 2. One nftables table
//! says what may pass (see [`nft`]). A pair goes with its network namespace; taking pairs down one
//! by one would cost 17 ms each.
//!
//! `n` is the instance: several supervisors, such as those of tests, live side by side, each with
//! a subnet, device names and a table of its own.

mod departures;
mod instance;
pub(crate) mod link;
mod netlink;
mod nft;
mod resolver;

use crate::{
    config::Subnet,
    fault::{Doing, Fault},
    protocol::{Egress, FailureKind, can_never_be_named},
};
use departures::Departures;
use instance::Instance;
use std::{
    collections::HashSet,
    fs, io,
    net::Ipv4Addr,
    os::fd::{AsFd, BorrowedFd},
    path::Path,
};

/// The network of one supervisor, ready for sandboxes.
#[derive(Debug)]
pub(crate) struct Net {
    instance: Instance,
    mtu: u32,
    resolver: Option<Ipv4Addr>,
    netlink: netlink::Netlink,
    departures: Departures,
}

/// What one sandbox is told of its network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    /// Its own address.
    pub own: Ipv4Addr,
    /// The host's end.
    pub gateway: Ipv4Addr,
    /// Whether names are answered at the gateway.
    pub has_resolver: bool,
    /// The longest packet.
    pub mtu: u32,
}

impl Net {
    /// Finds a free instance, clears what a predecessor left under it, and loads the rules.
    /// `remembered` is the file that keeps the instance from one supervisor to the next.
    pub fn set_up(subnet: Option<Subnet>, remembered: &Path) -> Result<Self, Fault> {
        let mut netlink = netlink::Netlink::open().doing("open a netlink socket")?;
        let resolver = resolver::of_host();
        if resolver.is_none() {
            tracing::warn!("this host has no IPv4 resolver: sandboxes get no name resolution");
        }
        let before = fs::read_to_string(remembered).ok().and_then(|t| t.trim().parse().ok());
        let instance = Instance::find(subnet, before, |instance| {
            // Devices of a dead predecessor are no reason to go elsewhere.
            let prefix = instance.device_prefix();
            link::remove_named(&mut netlink, |name| name.starts_with(&prefix))?;
            let mut taken = link::networks(&mut netlink)?;
            taken.extend(resolver.map(|address| (address, 32)));
            Ok(!taken.iter().any(|&(network, prefix)| instance.subnet.overlaps(network, prefix)))
        })
        .doing("find a free subnet for sandboxes")?;
        fs::write(remembered, instance.number.to_string()).doing("note the network instance")?;
        nft::load(&nft::rules(&instance, resolver, &Egress::default()))
            .doing("load the firewall rules with nft")?;
        fs::write("/proc/sys/net/ipv4/ip_forward", "1").doing("turn IP forwarding on")?;
        let mtu = link::outward_mtu(&mut netlink).doing("read the host's routes")?;
        let departures = Departures::open().doing("hear of devices that go")?;
        Ok(Self { instance, mtu, resolver, netlink, departures })
    }

    /// Lets sandboxes reach these from now on. The rules change in one step, and what is connected
    /// stays so.
    pub fn set_egress(&self, egress: &Egress) -> Result<(), Fault> {
        if let Some(host) = egress.named.iter().find(|host| can_never_be_named(host.ip())) {
            let text = format!("Sandboxes can never be let to {host}.");
            return Err(Fault::told(FailureKind::Invalid, text));
        }
        nft::load(&nft::rules(&self.instance, self.resolver, egress))
            .doing("load the firewall rules with nft")
    }

    /// What the sandbox in this place will be told.
    pub fn addresses(&self, slot: u16) -> Addresses {
        Addresses {
            own: self.instance.subnet.address(slot),
            gateway: self.instance.subnet.gateway(),
            has_resolver: self.resolver.is_some(),
            mtu: self.mtu,
        }
    }

    /// The number that keeps this supervisor apart from others on the host.
    pub fn instance(&self) -> u8 {
        self.instance.number
    }

    /// The name of the host's end of the pair in this place.
    pub fn device(&self, slot: u16) -> String {
        format!("{}{slot}", self.instance.device_prefix())
    }

    /// Makes the pair: one end here, the other in the network namespace of process `pid`.
    pub fn connect(&mut self, slot: u16, pid: i32) -> io::Result<()> {
        let (device, addresses) = (self.device(slot), self.addresses(slot));
        link::make_pair(&mut self.netlink, &device, pid, &addresses)
    }

    /// Whether a device is there still. The kernel takes a namespace's devices down a moment after
    /// its last process.
    pub fn exists(device: &str) -> bool {
        Path::new("/sys/class/net").join(device).exists()
    }

    /// How many bytes a sandbox was sent, and has sent, by way of this device: its own end's
    /// counters the other way round.
    pub fn passed(device: &str) -> Option<(u64, u64)> {
        let folder = Path::new("/sys/class/net").join(device).join("statistics");
        let count = |file| fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok();
        Some((count("tx_bytes")?, count("rx_bytes")?))
    }

    /// Hears of devices that go.
    pub fn departures(&self) -> BorrowedFd<'_> {
        self.departures.as_fd()
    }

    /// Which devices have gone since the last call; see [`Departures::read`].
    pub fn departed(&mut self) -> HashSet<String> {
        self.departures.read()
    }

    /// Removes a device that did not go with its namespace.
    pub fn disconnect(&mut self, device: &str) -> io::Result<()> {
        link::remove_named(&mut self.netlink, |name| name == device)
    }

    /// Takes the rules away, at the supervisor's end.
    pub fn remove(&self) -> io::Result<()> {
        nft::load(&nft::removal(&self.instance))
    }
}
