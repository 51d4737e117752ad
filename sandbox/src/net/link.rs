//! Devices, addresses and routes.

use super::{Addresses, netlink::Netlink};
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::{
    AddressFamily, RouteNetlinkMessage,
    address::{AddressAttribute, AddressMessage},
    link::{InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage},
    route::{
        RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteProtocol,
        RouteScope, RouteType,
    },
};
use std::{
    io,
    net::{IpAddr, Ipv4Addr},
};

const LOOPBACK_INDEX: u32 = 1;
/// What a link carries where the host does not say otherwise.
const ETHERNET_MTU: u32 = 1500;
/// The sandbox's end, as people know it.
const INSIDE: &str = "eth0";

/// Makes a pair of devices: `device` here, `eth0` in the network namespace of process `pid`. The
/// host's end gets the gateway's address, and a route to the sandbox and to nothing else.
pub(crate) fn make_pair(
    netlink: &mut Netlink,
    device: &str,
    pid: i32,
    addresses: &Addresses,
) -> io::Result<()> {
    let mut peer = LinkMessage::default();
    peer.attributes.push(LinkAttribute::IfName(INSIDE.to_owned()));
    peer.attributes.push(LinkAttribute::Mtu(addresses.mtu));
    peer.attributes.push(LinkAttribute::NetNsPid(pid.cast_unsigned()));
    let mut link = LinkMessage::default();
    link.header.flags = LinkFlags::Up;
    link.header.change_mask = LinkFlags::Up;
    link.attributes.push(LinkAttribute::IfName(device.to_owned()));
    link.attributes.push(LinkAttribute::Mtu(addresses.mtu));
    link.attributes.push(LinkAttribute::LinkInfo(vec![
        LinkInfo::Kind(InfoKind::Veth),
        LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(peer))),
    ]));
    netlink.request(RouteNetlinkMessage::NewLink(link), NLM_F_CREATE | NLM_F_EXCL)?;

    let index = nix::net::if_::if_nametoindex(device).map_err(io::Error::from)?;
    add_address(netlink, index, addresses.gateway)?;
    let mut route = route_message(index);
    route.header.destination_prefix_length = 32;
    route.header.scope = RouteScope::Link;
    route.attributes.push(RouteAttribute::Destination(RouteAddress::Inet(addresses.own)));
    netlink.request(RouteNetlinkMessage::NewRoute(route), NLM_F_CREATE)
}

/// Sets up a sandbox's own end; called inside. Without addresses there is the loopback alone.
pub(crate) fn set_up_inside(addresses: Option<&Addresses>) -> io::Result<()> {
    let mut netlink = Netlink::open()?;
    bring_up(&mut netlink, LOOPBACK_INDEX)?;
    let Some(addresses) = addresses else { return Ok(()) };
    let index = nix::net::if_::if_nametoindex(INSIDE).map_err(io::Error::from)?;
    add_address(&mut netlink, index, addresses.own)?;
    bring_up(&mut netlink, index)?;
    let mut route = route_message(index);
    route.header.flags = RouteFlags::Onlink;
    route.attributes.push(RouteAttribute::Gateway(RouteAddress::Inet(addresses.gateway)));
    netlink.request(RouteNetlinkMessage::NewRoute(route), NLM_F_CREATE)
}

/// The host's IPv4 networks, by its addresses and its routes; the default route is none.
pub(crate) fn networks(netlink: &mut Netlink) -> io::Result<Vec<(Ipv4Addr, u8)>> {
    let mut networks = Vec::new();
    let mut addresses = AddressMessage::default();
    addresses.header.family = AddressFamily::Inet;
    netlink.dump(RouteNetlinkMessage::GetAddress(addresses), |part| {
        let RouteNetlinkMessage::NewAddress(address) = part else { return };
        for attribute in &address.attributes {
            if let AddressAttribute::Address(IpAddr::V4(ip)) = attribute {
                networks.push((*ip, address.header.prefix_len));
            }
        }
    })?;
    let mut routes = RouteMessage::default();
    routes.header.address_family = AddressFamily::Inet;
    netlink.dump(RouteNetlinkMessage::GetRoute(routes), |part| {
        let RouteNetlinkMessage::NewRoute(route) = part else { return };
        let prefix = route.header.destination_prefix_length;
        for attribute in &route.attributes {
            if let RouteAttribute::Destination(RouteAddress::Inet(ip)) = attribute
                && prefix > 0
            {
                networks.push((*ip, prefix));
            }
        }
    })?;
    Ok(networks)
}

/// Removes every device whose name is meant.
pub(crate) fn remove_named(
    netlink: &mut Netlink,
    is_meant: impl Fn(&str) -> bool,
) -> io::Result<()> {
    let mut left = Vec::new();
    links(netlink, |index, name, _| {
        if is_meant(name) {
            left.push(index);
        }
    })?;
    for index in left {
        let mut link = LinkMessage::default();
        link.header.index = index;
        match netlink.request(RouteNetlinkMessage::DelLink(link), 0) {
            // It went with its namespace meanwhile.
            Err(e) if e.raw_os_error() == Some(libc::ENODEV) => {}
            other => other?,
        }
    }
    Ok(())
}

/// The longest packet of the device that the default route leads through.
pub(crate) fn outward_mtu(netlink: &mut Netlink) -> io::Result<u32> {
    let mut routes = RouteMessage::default();
    routes.header.address_family = AddressFamily::Inet;
    let mut outward = None;
    netlink.dump(RouteNetlinkMessage::GetRoute(routes), |part| {
        let RouteNetlinkMessage::NewRoute(route) = part else { return };
        if route.header.destination_prefix_length > 0
            || route.header.table != RouteHeader::RT_TABLE_MAIN
        {
            return;
        }
        let device = |attribute: &RouteAttribute| match attribute {
            RouteAttribute::Oif(index) => Some(*index),
            _ => None,
        };
        outward = outward.or_else(|| route.attributes.iter().find_map(device));
    })?;
    let mut found = ETHERNET_MTU;
    links(netlink, |index, _, mtu| {
        if Some(index) == outward {
            found = mtu.unwrap_or(ETHERNET_MTU);
        }
    })?;
    Ok(found)
}

fn links(netlink: &mut Netlink, mut each: impl FnMut(u32, &str, Option<u32>)) -> io::Result<()> {
    netlink.dump(RouteNetlinkMessage::GetLink(LinkMessage::default()), |part| {
        let RouteNetlinkMessage::NewLink(link) = part else { return };
        let (mut name, mut mtu) = ("", None);
        for attribute in &link.attributes {
            match attribute {
                LinkAttribute::IfName(text) => name = text,
                LinkAttribute::Mtu(bytes) => mtu = Some(*bytes),
                _ => {}
            }
        }
        each(link.header.index, name, mtu);
    })
}

fn bring_up(netlink: &mut Netlink, index: u32) -> io::Result<()> {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.header.flags = LinkFlags::Up;
    link.header.change_mask = LinkFlags::Up;
    netlink.request(RouteNetlinkMessage::SetLink(link), 0)
}

fn add_address(netlink: &mut Netlink, index: u32, address: Ipv4Addr) -> io::Result<()> {
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.prefix_len = 32;
    message.header.index = index;
    message.attributes.push(AddressAttribute::Local(IpAddr::V4(address)));
    message.attributes.push(AddressAttribute::Address(IpAddr::V4(address)));
    netlink.request(RouteNetlinkMessage::NewAddress(message), NLM_F_CREATE | NLM_F_EXCL)
}

fn route_message(device: u32) -> RouteMessage {
    let mut route = RouteMessage::default();
    route.header.address_family = AddressFamily::Inet;
    route.header.table = RouteHeader::RT_TABLE_MAIN;
    route.header.protocol = RouteProtocol::Static;
    route.header.scope = RouteScope::Universe;
    route.header.kind = RouteType::Unicast;
    route.attributes.push(RouteAttribute::Oif(device));
    route
}
