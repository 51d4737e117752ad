//! The egress policy, as one nftables table.
//!
//! From a sandbox: names at the gateway, which are answered by the host's resolver; hosts that the
//! operator named; what is public at the ports of the allow-list, never mail; nothing of the host,
//! no private or link-local range, no IPv6. Towards a sandbox: answers only. The documentation
//! ranges are not closed: package mirrors of closed networks resolve there.
//!
//! Each sandbox has its own rate in each direction, counted by its address: what goes beyond is
//! dropped, and TCP slows down. It costs a start nothing.

use super::instance::Instance;
use crate::protocol::{CLOSED_PORTS, CLOSED_RANGES, Egress};
use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddrV4},
    process::{Command, Stdio},
};

/// The rules of an instance, in the language of nft; they replace those that exist.
pub(crate) fn rules(instance: &Instance, resolver: Option<Ipv4Addr>, egress: &Egress) -> String {
    let (table, subnet) = (instance.table(), instance.subnet);
    let devices = format!("\"{}*\"", instance.device_prefix());
    let (ranges, mail) = (CLOSED_RANGES.join(", "), list(&CLOSED_PORTS));
    let (translate, names) = names(instance, resolver, &devices);
    let (named, open) = (named(egress), open(egress));
    // A tenth of a second's worth may come at once, and never less than some packets: those that
    // the kernel has put together are up to 64 KiB long.
    let rate = egress.bytes_per_second.max(1);
    let rate =
        format!("limit rate over {rate} bytes/second burst {} bytes", (rate / 10).max(256 << 10));
    format!(
        "table inet {table} {{}}
delete table inet {table}
table inet {table} {{
  set closed {{
    type ipv4_addr
    flags interval
    elements = {{ {ranges} }}
  }}
  set sending {{ {METER} }}
  set receiving {{ {METER} }}
  counter too_fast_out {{ }}
  counter too_fast_in {{ }}
  chain source {{
    type filter hook prerouting priority raw; policy accept;
    iifname {devices} meta nfproto != ipv4 drop
    iifname {devices} fib saddr . iif oif missing drop
  }}
  chain names {{
    type nat hook prerouting priority dstnat; policy accept;
    {translate}
  }}
  chain host {{
    type filter hook input priority filter; policy accept;
    iifname {devices} drop
  }}
  chain passing {{
    type filter hook forward priority filter; policy accept;
    iifname {devices} jump outward
    oifname {devices} jump inward
  }}
  chain outward {{
    update @sending {{ ip saddr {rate} }} counter name too_fast_out drop
    ct state established,related accept
    ct state invalid drop
    {names}
    oifname {devices} drop
    {named}
    ip daddr @closed drop
    tcp dport {{ {mail} }} drop
    {open}
    drop
  }}
  chain inward {{
    update @receiving {{ ip daddr {rate} }} counter name too_fast_in drop
    ct state established,related accept
    drop
  }}
  chain disguise {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {subnet} oifname != {devices} masquerade
  }}
}}
"
    )
}

/// A rate for each address, forgotten when it has been silent for a while.
const METER: &str = "type ipv4_addr; size 65535; flags dynamic, timeout; timeout 1m;";

/// How names are asked at the gateway, and let through to the host's resolver.
fn names(instance: &Instance, resolver: Option<Ipv4Addr>, devices: &str) -> (String, String) {
    let gateway = instance.subnet.gateway();
    let (mut translate, mut allow) = (String::new(), String::new());
    if let Some(resolver) = resolver {
        for protocol in ["udp", "tcp"] {
            translate.push_str(&format!(
                "iifname {devices} ip daddr {gateway} {protocol} dport 53 dnat ip to {resolver}\n"
            ));
            allow.push_str(&format!(
                "ip daddr {resolver} {protocol} dport 53 ct status dnat accept\n"
            ));
        }
    }
    (translate, allow)
}

fn named(egress: &Egress) -> String {
    let rule =
        |host: &SocketAddrV4| format!("ip daddr {} tcp dport {} accept\n", host.ip(), host.port());
    egress.named.iter().map(rule).collect()
}

/// The ports of the allow-list; and ping, by which people look whether there is a network.
fn open(egress: &Egress) -> String {
    let mut rules = String::from("icmp type echo-request accept\n");
    for (protocol, ports) in [("tcp", &egress.tcp), ("udp", &egress.udp)] {
        if !ports.is_empty() {
            rules.push_str(&format!("{protocol} dport {{ {} }} accept\n", list(ports)));
        }
    }
    rules
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// Takes an instance's rules away.
pub(crate) fn removal(instance: &Instance) -> String {
    let table = instance.table();
    format!("table inet {table} {{}}\ndelete table inet {table}\n")
}

/// Has nft carry out a script, all of it or nothing.
pub(crate) fn load(script: &str) -> io::Result<()> {
    let mut nft = Command::new("nft")
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // nft reads everything before it answers, so this cannot block on a full pipe. Where it ended
    // early, its exit status and what it printed say more than our broken pipe.
    let _ = nft.stdin.take().expect("the pipe was asked for").write_all(script.as_bytes());
    let output = nft.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("nft: {said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_takes_the_rules() {
        let instance = Instance::find(None, Some(30), |_| Ok(true)).expect("an instance");
        let host = SocketAddrV4::new(Ipv4Addr::new(10, 9, 8, 7), 8080);
        let nothing =
            Egress { tcp: vec![], udp: vec![], named: vec![host, host], bytes_per_second: 0 };
        for resolver in [Some(Ipv4Addr::new(10, 1, 2, 3)), None] {
            for egress in [&Egress::default(), &nothing] {
                load(&rules(&instance, resolver, egress)).expect("nft and root");
            }
        }
        load(&removal(&instance)).expect("removed");
    }

    #[test]
    fn a_refused_script_says_why() {
        let error = load("table inet {").expect_err("no script");
        assert!(error.to_string().starts_with("nft: "), "{error}");
    }
}
