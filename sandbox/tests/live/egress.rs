//! Whom a sandbox may reach, and how fast, tried against an internet of one's own.
//!
//! The supervisor lives in a network namespace, and behind its default route there is another one,
//! where every address that matters answers: public ones, private ones, the clouds' metadata.

use crate::support::{Lab, Terminal, name};
use sandbox::protocol::{CLOSED_PORTS, Egress, Io, Network, Probe, Seen, Spec};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket},
    os::fd::AsFd,
    process::{Child, Command},
    thread,
};

/// A host of the documentation range, which stands for the public internet.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 10);
/// One address of each range that is nobody's business.
const PRIVATE: [Ipv4Addr; 9] = [
    Ipv4Addr::new(10, 99, 0, 1),
    Ipv4Addr::new(100, 64, 0, 1),
    Ipv4Addr::new(100, 127, 255, 254),
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(172, 16, 0, 1),
    Ipv4Addr::new(172, 31, 255, 254),
    Ipv4Addr::new(192, 0, 0, 8),
    Ipv4Addr::new(192, 168, 1, 1),
    Ipv4Addr::new(192, 168, 255, 254),
];
/// The supervisor's host towards the internet.
const HOST: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// Where somebody listens, out there and at the host.
const PORTS: [u16; 9] = [22, 25, 80, 443, 465, 587, 2525, 6379, 9000];

/// A host and what is behind it: two network namespaces, held by a process each.
struct World {
    host: Child,
    internet: Child,
}

impl World {
    fn new() -> Self {
        let sleep = || {
            let mut sleep = Command::new("unshare");
            sleep.args(["-n", "sleep", "300"]).spawn().expect("unshare, as root")
        };
        let world = Self { host: sleep(), internet: sleep() };
        let [host, internet] = [world.host.id(), world.internet.id()];
        let own = std::fs::read_link("/proc/self/ns/net").expect("a namespace");
        for pid in [host, internet] {
            let of = move || std::fs::read_link(format!("/proc/{pid}/ns/net")).ok();
            crate::support::until("it has a network of its own", || {
                of().is_some_and(|namespace| namespace != own)
            });
        }
        within(host, "ip link set lo up");
        within(internet, "ip link set lo up");
        within(host, &format!("ip link add uplink type veth peer name downlink netns {internet}"));
        within(host, &format!("ip address add {HOST}/24 dev uplink"));
        within(host, "ip link set uplink up");
        within(internet, "ip link set downlink up");
        within(internet, &format!("ip address add {PUBLIC}/24 dev downlink"));
        for address in PRIVATE {
            within(internet, &format!("ip address add {address}/32 dev lo"));
        }
        within(host, &format!("ip route add default via {PUBLIC}"));
        listen(host);
        listen(internet);
        world
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Namespaces, devices and rules go with their last process.
        for child in [&mut self.host, &mut self.internet] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Carries a command out in the network of a process.
fn within(pid: u32, command: &str) {
    let status = Command::new("nsenter")
        .args(["-t", &pid.to_string(), "-n", "--"])
        .args(command.split(' '))
        .status();
    assert!(status.expect("nsenter").success(), "{command}");
}

/// Does something on a thread that has moved into the network of a process.
fn inside<T: Send + 'static>(pid: u32, work: impl FnOnce() -> T + Send + 'static) -> T {
    let moved = thread::spawn(move || {
        let namespace = File::open(format!("/proc/{pid}/ns/net")).expect("a namespace");
        let kind = rustix::thread::LinkNameSpaceType::Network;
        rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(kind)).expect("root");
        work()
    });
    moved.join().expect("it works")
}

/// Answers at every address of that network, loopback included. The kernel does it, up to the
/// listener's queue, which is long enough.
fn listen(pid: u32) {
    let listeners = inside(pid, || {
        PORTS.map(|port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).expect("a port"))
    });
    // For as long as the test takes.
    std::mem::forget(listeners);
}

/// What a sandbox finds that knocks at these.
fn knock(lab: &Lab, id: &str, probe: Probe) -> Seen {
    let probe = Probe { patience_ms: 1_000, ..probe };
    let base = lab.spec(id, &["true"]);
    let spec = Spec { network: Network::Outbound, io: Io::Output, probe: Some(probe), ..base };
    let (_, output) = lab.client.start(&spec).expect("it starts");
    let mut line = String::new();
    BufReader::new(File::from(output)).read_line(&mut line).expect("its answer");
    serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
}

fn reached(lab: &Lab, id: &str, reach: Vec<SocketAddrV4>) -> Vec<SocketAddrV4> {
    let seen = knock(lab, id, Probe { reach, ..Probe::default() });
    seen.reached.iter().filter(|one| one.answered).map(|one| one.to).collect()
}

fn every_port(address: Ipv4Addr) -> impl Iterator<Item = SocketAddrV4> {
    PORTS.into_iter().map(move |port| SocketAddrV4::new(address, port))
}

#[test]
fn only_the_public_internet_and_only_the_allow_list() {
    let world = World::new();
    let lab = Lab::within(world.host.id());
    let neighbour =
        knock(&lab, "neighbour", Probe { listen: Some(80), stay: true, ..Probe::default() });
    let (gateway, next) = (neighbour.gateway.expect("a gateway"), neighbour.address);
    // The host by its loopback and all its addresses, the neighbour, every private range.
    let mut closed = vec![Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 5, 5, 5), HOST, gateway];
    closed.extend(next);
    closed.extend(PRIVATE);
    let everything = closed.into_iter().chain([PUBLIC]).flat_map(every_port).collect();
    let at = |port| SocketAddrV4::new(PUBLIC, port);
    // Its own loopback refuses, which is an answer too: nobody of the host's is behind it.
    let answers = reached(&lab, "prober", everything);
    let answers: Vec<_> = answers.into_iter().filter(|one| !one.ip().is_loopback()).collect();
    assert_eq!(answers, [at(80), at(443)]);
    // Out there everybody answers: what was silent was kept from them.
    let host = world.host.id();
    let open: Vec<SocketAddrV4> =
        PRIVATE.into_iter().chain([PUBLIC]).flat_map(every_port).collect();
    inside(host, move || {
        for address in open {
            TcpStream::connect(address).expect("it answers the host");
        }
    });
}

#[test]
fn the_operator_opens_ports_and_named_hosts_and_nothing_else() {
    let world = World::new();
    let lab = Lab::within(world.host.id());
    let (mirror, metadata) = (SocketAddrV4::new(PRIVATE[0], 9000), PRIVATE[3]);
    let at = |port| SocketAddrV4::new(PUBLIC, port);
    let everything =
        || PRIVATE.into_iter().chain([PUBLIC, HOST]).flat_map(every_port).collect::<Vec<_>>();
    // Mail stays closed, whatever the operator says of ports.
    let tcp = [22, 9000].into_iter().chain(CLOSED_PORTS).collect();
    let egress = Egress { tcp, named: vec![mirror], ..Egress::default() };
    lab.client.set_egress(&egress).expect("taken");
    assert_eq!(reached(&lab, "one", everything()), [mirror, at(22), at(9000)]);
    // A named host that is the sandboxes' own does not open it.
    let egress = Egress { named: vec![SocketAddrV4::new(HOST, 6379)], ..Egress::default() };
    lab.client.set_egress(&egress).expect("taken");
    assert_eq!(reached(&lab, "two", everything()), [at(80), at(443)]);
    for never in [metadata, Ipv4Addr::LOCALHOST, Ipv4Addr::new(224, 0, 0, 1)] {
        let egress = Egress { named: vec![SocketAddrV4::new(never, 80)], ..Egress::default() };
        assert!(lab.client.set_egress(&egress).is_err(), "{never}");
    }
    // What was refused has changed nothing.
    assert_eq!(reached(&lab, "three", everything()), [at(80), at(443)]);
}

#[test]
fn names_are_asked_of_the_public_alone() {
    let world = World::new();
    let lab = Lab::within(world.host.id());
    let bind = |pid| {
        let socket = inside(pid, || UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 53)));
        let socket = socket.expect("a port");
        socket.set_nonblocking(true).expect("non-blocking");
        socket
    };
    let (out, own) = (bind(world.internet.id()), bind(world.host.id()));
    let mut shell = wide(&lab, "asker");
    let mut ask = |whom: Ipv4Addr| {
        // Nobody answers, so it gives up by itself or is stopped.
        shell.ask(&format!("timeout 1 nslookup a.example {whom} > /dev/null 2>&1"));
    };
    for closed in [PRIVATE[0], PRIVATE[3], HOST] {
        ask(closed);
    }
    assert!(out.recv(&mut [0; 512]).is_err() && own.recv(&mut [0; 512]).is_err());
    ask(PUBLIC);
    let (_, from) = out.recv_from(&mut [0; 512]).expect("it came");
    // In the host's name.
    assert_eq!(from.ip(), HOST);
    while out.recv(&mut [0; 512]).is_ok() {}
    let egress = Egress { udp: Vec::new(), ..Egress::default() };
    lab.client.set_egress(&egress).expect("taken");
    lab.client.stop(&name("asker")).expect("stopped");
    let mut shell = wide(&lab, "again");
    shell.ask(&format!("timeout 1 nslookup a.example {PUBLIC} > /dev/null 2>&1"));
    assert!(out.recv(&mut [0; 512]).is_err());
}

/// A shell whose lines are never broken.
fn wide(lab: &Lab, id: &str) -> Terminal {
    let base = lab.spec(id, &["sh"]);
    let io = Io::Terminal { columns: 400, rows: 24 };
    lab.shell_of(Spec { network: Network::Outbound, io, ..base })
}

#[test]
fn nothing_goes_out_by_ipv6() {
    let world = World::new();
    let lab = Lab::within(world.host.id());
    let mut shell = wide(&lab, "six");
    for mapped in ["::ffff:10.99.0.1", "::ffff:169.254.169.254", "::ffff:127.0.0.1", "fe80::1%eth0"]
    {
        let tried = shell.ask(&format!(
            "nc -w 1 {mapped} 6379 < /dev/null 2>/dev/null && echo open || echo shut"
        ));
        assert!(tried.ends_with("shut"), "{mapped}: {tried}");
    }
    let rules = Command::new("nsenter")
        .args(["-t", &world.host.id().to_string(), "-n", "--", "nft", "list", "ruleset"])
        .output();
    let rules = String::from_utf8(rules.expect("nft").stdout).expect("text");
    assert!(rules.contains("meta nfproto != ipv4 drop"), "{rules}");
}

#[test]
fn the_rate_holds_in_both_directions() {
    let world = World::new();
    let lab = Lab::within(world.host.id());
    let egress =
        Egress { tcp: vec![80, 9001, 9002], bytes_per_second: 20_000, ..Egress::default() };
    lab.client.set_egress(&egress).expect("taken");
    let serve = |port, work: fn(TcpStream)| {
        let listener = inside(world.internet.id(), move || TcpListener::bind((PUBLIC, port)));
        let listener = listener.expect("a port");
        thread::spawn(move || work(listener.accept().expect("somebody comes").0));
    };
    // Each ends with its connection, and that with the sandbox.
    serve(9001, |mut stream| drop(std::io::copy(&mut stream, &mut std::io::sink())));
    serve(9002, |mut stream| drop(std::io::copy(&mut std::io::repeat(0), &mut stream)));
    let dropped = |counter: &str| {
        let said = Command::new("nsenter")
            .args(["-t", &world.host.id().to_string(), "-n", "--", "nft", "list", "counters"])
            .output();
        let said = String::from_utf8(said.expect("nft").stdout).expect("text");
        let after = said.split(counter).nth(1).expect("the counter").to_owned();
        let count = after.split("packets ").nth(1).and_then(|t| t.split(' ').next()?.parse().ok());
        count.unwrap_or(0_u64)
    };
    let mut shell = wide(&lab, "flood");
    shell.line(&format!("dd if=/dev/zero bs=64k count=10000 2>/dev/null | nc {PUBLIC} 9001 &"));
    crate::support::until("too much was sent", || dropped("too_fast_out") > 0);
    assert_eq!(dropped("too_fast_in"), 0);
    shell.line(&format!("nc {PUBLIC} 9002 < /dev/null > /dev/null &"));
    crate::support::until("too much was received", || dropped("too_fast_in") > 0);
    // Another sandbox has a rate of its own.
    let at = SocketAddrV4::new(PUBLIC, 80);
    assert_eq!(reached(&lab, "other", vec![at]), [at]);
    lab.client.stop(&name("flood")).expect("stopped");
}
