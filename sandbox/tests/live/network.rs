//! Whom a sandbox may reach.

use crate::support::{Lab, Terminal};
use sandbox::protocol::{Network, Spec};
use std::{
    fs,
    net::{IpAddr, TcpListener, ToSocketAddrs, UdpSocket},
};

fn outbound(lab: &Lab, id: &str) -> Terminal {
    lab.shell_of(Spec { network: Network::Outbound, ..lab.spec(id, &["sh"]) })
}

/// The name of the host's package mirror, from its own sources.
fn mirror() -> String {
    let folder = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
    let files = folder.map(|entry| entry.path()).chain(["/etc/apt/sources.list".into()]);
    let texts: Vec<String> = files.filter_map(|file| fs::read_to_string(file).ok()).collect();
    let mut names = texts.iter().flat_map(|text| text.split_whitespace()).filter_map(|word| {
        let rest = word.strip_prefix("http://").or_else(|| word.strip_prefix("https://"))?;
        rest.split('/').next().map(str::to_owned)
    });
    let known = names.find(|name| (name.as_str(), 80).to_socket_addrs().is_ok());
    known.expect("this machine installs packages from somewhere")
}

#[test]
fn the_outside_is_reached_by_name() {
    let lab = Lab::new();
    let mut shell = outbound(&lab, "reacher");
    let mirror = mirror();
    assert_eq!(shell.ask("cat /etc/resolv.conf | cut -c1-14"), "nameserver 10.");
    let answer = shell.ask(&format!("nslookup {mirror} 2>&1"));
    assert!(answer.contains("Name:"), "{answer}");
    let tried = shell.ask(&format!("nc -w 20 {mirror} 80 < /dev/null && echo open || echo shut"));
    assert!(tried.ends_with("open"), "{tried}");
    // Over IPv4 alone.
    assert_eq!(
        shell.ask("cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6 2>/dev/null || echo 1"),
        "1"
    );
}

#[test]
fn without_a_network_there_is_only_oneself() {
    let lab = Lab::new();
    let mut shell = lab.shell("hermit");
    let links = shell.ask("ip -o link | cut -d: -f2");
    assert!(!links.contains("eth0"), "{links}");
    assert!(shell.ask("ping -c 1 127.0.0.1").contains("1 packets received"));
    let mirror = mirror();
    assert!(!shell.ask(&format!("nslookup {mirror} 2>&1")).contains("Name:"));
}

/// The host's own addresses.
fn host_addresses() -> Vec<IpAddr> {
    let text = std::process::Command::new("ip").args(["-o", "-4", "address"]).output();
    let text = String::from_utf8(text.expect("ip").stdout).expect("text");
    let addresses = text.lines().filter(|line| !line.contains(" lo ") && !line.contains(" tt"));
    addresses
        .filter_map(|line| line.split_whitespace().nth(3)?.split('/').next()?.parse().ok())
        .collect()
}

#[test]
fn the_host_and_its_services_are_out_of_reach() {
    let lab = Lab::new();
    let mut shell = outbound(&lab, "prober");
    // Only loopback is listened on from outside's view; a service on every address is the test's
    // own, and sandboxes are the only ones who could come from elsewhere.
    let listener = TcpListener::bind("0.0.0.0:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let udp = UdpSocket::bind("0.0.0.0:0").expect("a port");
    udp.set_nonblocking(true).expect("non-blocking");
    let udp_port = udp.local_addr().expect("an address").port();
    listener.set_nonblocking(true).expect("non-blocking");

    let gateway = shell.ask("cut -d' ' -f2 /etc/resolv.conf");
    let mut targets: Vec<String> = host_addresses().iter().map(IpAddr::to_string).collect();
    assert!(!targets.is_empty());
    targets.push(gateway);
    for target in targets {
        let tried =
            shell.ask(&format!("nc -w 1 {target} {port} < /dev/null && echo open || echo shut"));
        assert!(tried.ends_with("shut"), "{target}: {tried}");
        shell.ask(&format!("echo hello | nc -u -w 1 {target} {udp_port}"));
    }
    assert!(listener.accept().is_err(), "somebody came through");
    assert!(udp.recv(&mut [0; 16]).is_err(), "something came through");
}

#[test]
fn sandboxes_do_not_reach_each_other() {
    let lab = Lab::new();
    let mut one = outbound(&lab, "one");
    let mut two = outbound(&lab, "two");
    let address = one.ask("ip -o -4 address show eth0 | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1");
    assert!(address.starts_with("10."), "{address}");
    one.ask("(nc -l -p 8080 -e echo come in > /dev/null 2>&1 &) ; sleep 1");
    assert_eq!(one.ask("nc -w 3 127.0.0.1 8080 < /dev/null"), "come in");
    one.ask("(nc -l -p 8080 -e echo come in > /dev/null 2>&1 &) ; sleep 1");
    let tried = two.ask(&format!("nc -w 1 {address} 8080 < /dev/null && echo open || echo shut"));
    assert!(tried.ends_with("shut"), "{tried}");
    assert!(two.ask(&format!("ping -c 1 -W 1 {address}")).contains(" 0 packets received"));
    // Nor with another's address as the sender: what comes back would go elsewhere, and what goes
    // out is dropped at the door.
    assert_eq!(
        two.ask("ip address add 10.9.9.9/32 dev eth0 2>/dev/null || echo refused"),
        "refused"
    );
}

#[test]
fn private_networks_and_mail_are_closed() {
    let lab = Lab::new();
    let mut shell = outbound(&lab, "leaker");
    let instance = fs::read_to_string(lab.data().join("instance")).expect("an instance");
    let rules = std::process::Command::new("nft")
        .args(["list", "table", "inet", &format!("trythis_{instance}")])
        .output();
    let rules = String::from_utf8(rules.expect("nft").stdout).expect("text");
    for range in
        ["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
    {
        assert!(rules.contains(range), "{range} is not in {rules}");
    }
    for range in ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"] {
        assert!(!rules.contains(range), "{range} is in {rules}");
    }
    assert!(rules.contains("25, 465, 587"), "{rules}");
    // The resolver answers names, but only as the gateway, and nothing else of it is reached.
    let resolver = fs::read_to_string("/etc/resolv.conf").expect("resolv.conf");
    let resolver =
        resolver.lines().find_map(|l| l.strip_prefix("nameserver ")).expect("a resolver");
    let direct =
        shell.ask(&format!("nslookup -type=a {} {resolver} 2>&1 | grep -c Name:", mirror()));
    assert_eq!(direct, "0");
}
