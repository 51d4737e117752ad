//! The egress policy, as one nftables table.
//!
//! From a sandbox: names at the gateway, which are answered by the host's resolver; everything
//! that is public, except mail; nothing of the host, no private or link-local range. Towards a
//! sandbox: answers only. The documentation ranges are not closed: package mirrors of closed
//! networks resolve there.

use super::instance::Instance;
use crate::protocol::{CLOSED_PORTS, CLOSED_RANGES};
use std::{
    io::{self, Write},
    net::Ipv4Addr,
    process::{Command, Stdio},
};

/// The rules of an instance, in the language of nft; they replace those that exist.
pub(crate) fn rules(instance: &Instance, resolver: Option<Ipv4Addr>) -> String {
    let (table, subnet) = (instance.table(), instance.subnet);
    let devices = format!("\"{}*\"", instance.device_prefix());
    let gateway = subnet.gateway();
    let (ranges, ports) =
        (CLOSED_RANGES.join(", "), CLOSED_PORTS.map(|p| p.to_string()).join(", "));
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
    format!(
        "table inet {table} {{}}
delete table inet {table}
table inet {table} {{
  set closed {{
    type ipv4_addr
    flags interval
    elements = {{ {ranges} }}
  }}
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
    ct state established,related accept
    ct state invalid drop
    {allow}
    ip daddr @closed drop
    tcp dport {{ {ports} }} drop
    oifname {devices} drop
  }}
  chain inward {{
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
        for resolver in [Some(Ipv4Addr::new(10, 1, 2, 3)), None] {
            load(&rules(&instance, resolver)).expect("nft and root");
        }
        load(&removal(&instance)).expect("removed");
    }

    #[test]
    fn a_refused_script_says_why() {
        let error = load("table inet {").expect_err("no script");
        assert!(error.to_string().starts_with("nft: "), "{error}");
    }
}
