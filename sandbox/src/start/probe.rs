//! A look around from inside: what a program in a sandbox finds, and whom it reaches.
//!
//! It takes the program's place behind the same walls, so that a self-test tries what is, and not
//! what is meant. No stranger's process is ever in such a sandbox.

use crate::{
    protocol::{Probe, Reached, Seen},
    wire,
};
use caps::CapSet;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, sockopt::socket_error},
};
use std::{
    fs,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket},
    os::{fd::OwnedFd, unix::fs::MetadataExt},
    thread,
    time::{Duration, Instant},
};

/// How long one that is to be tried stays, if nobody ends it before.
const STAY: Duration = Duration::from_secs(10);

/// Looks round and prints what it [`Seen`] as a line of JSON; then stays if it is to be tried by
/// others. Returns the exit code.
pub(crate) fn run(probe: &Probe) -> i32 {
    match look(probe) {
        Ok((seen, _listener)) => {
            let mut line = wire::encode(&seen);
            line.push(b'\n');
            if io::stdout().write_all(&line).is_err() {
                return 1;
            }
            if probe.stay {
                thread::sleep(STAY);
            }
            0
        }
        Err(error) => {
            // For the log of whoever asked.
            let _ = writeln!(io::stdout(), "{error}");
            1
        }
    }
}

fn look(probe: &Probe) -> io::Result<(Seen, Option<TcpListener>)> {
    let listener = probe.listen.map(|port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)));
    let listener = listener.transpose()?;
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("", str::trim)
    };
    let map = fs::read_to_string("/proc/self/uid_map")?;
    let outside = map.split_whitespace().nth(1).and_then(|id| id.parse::<u32>().ok());
    let cgroups = fs::read_to_string("/proc/self/cgroup")?;
    let held = caps::read(None, CapSet::Effective).map_err(|e| io::Error::other(e.to_string()))?;
    let mut capabilities: Vec<String> = held.iter().map(ToString::to_string).collect();
    capabilities.sort();
    let seen = Seen {
        address: own_address(),
        gateway: gateway(&fs::read_to_string("/proc/net/route").unwrap_or_default()),
        root_outside: outside.unwrap_or_default(),
        owner_of: probe.owner_of.as_ref().and_then(|p| fs::metadata(p).ok()).map(|m| m.uid()),
        // 2 is a filter; 1 would be a mode for programs that only compute.
        seccomp: field("Seccomp:") == "2",
        no_new_privileges: field("NoNewPrivs:") == "1",
        capabilities,
        cgroup_version: if cgroups.lines().any(|line| line.contains(":memory:")) { 1 } else { 2 },
        reached: reach(&probe.reach, Duration::from_millis(probe.patience_ms.into()))?,
    };
    Ok((seen, listener))
}

/// The address that it would send from; nothing is sent.
fn own_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()? {
        std::net::SocketAddr::V4(address) => Some(*address.ip()),
        std::net::SocketAddr::V6(_) => None,
    }
}

/// Where the default route leads, by the text of /proc/net/route: hexadecimal, as in memory.
fn gateway(routes: &str) -> Option<Ipv4Addr> {
    routes.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (to, by) = (fields.next()?, fields.next()?);
        let by = u32::from_str_radix(by, 16).ok()?;
        (to == "00000000").then(|| Ipv4Addr::from(by.to_ne_bytes()))
    })
}

/// Knocks everywhere at once. Whoever answers was reached, be it by a refusal.
fn reach(targets: &[SocketAddrV4], patience: Duration) -> io::Result<Vec<Reached>> {
    let mut waiting: Vec<(usize, OwnedFd)> = Vec::new();
    let mut reached: Vec<Reached> =
        targets.iter().map(|&to| Reached { to, answered: false }).collect();
    for (number, target) in targets.iter().enumerate() {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let kind = SocketType::STREAM;
        let socket = rustix::net::socket_with(AddressFamily::INET, kind, flags, None)?;
        match rustix::net::connect(&socket, target) {
            Ok(()) | Err(Errno::CONNREFUSED) => reached[number].answered = true,
            Err(Errno::INPROGRESS) => waiting.push((number, socket)),
            // There is no way there.
            Err(_) => {}
        }
    }
    let deadline = Instant::now() + patience;
    while !waiting.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let timeout = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut fds: Vec<PollFd<'_>> =
            waiting.iter().map(|(_, socket)| PollFd::new(socket, PollFlags::OUT)).collect();
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        let done: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        let mut done = done.into_iter();
        waiting.retain(|(number, socket)| {
            if !done.next().unwrap_or_default() {
                return true;
            }
            let outcome = socket_error(socket).unwrap_or(Err(Errno::HOSTUNREACH));
            reached[*number].answered = matches!(outcome, Ok(()) | Err(Errno::CONNREFUSED));
            false
        });
    }
    Ok(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_answer_even_if_it_is_no() {
        let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = open.local_addr().expect("an address").port();
        let closed = {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            listener.local_addr().expect("an address").port()
        };
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        // Addresses of the last range lead nowhere.
        let nowhere = SocketAddrV4::new(Ipv4Addr::new(255, 255, 255, 255), 9);
        let found = reach(&[at(port), at(closed), nowhere], Duration::from_millis(200));
        let answered: Vec<bool> = found.expect("tried").iter().map(|one| one.answered).collect();
        assert_eq!(answered, [true, true, false]);
    }

    #[test]
    fn the_gateway_is_read_from_the_routes() {
        let gateway_in_memory = u32::from_ne_bytes([10, 200, 0, 1]);
        let text = format!(
            "Iface\tDestination\tGateway\tFlags\nlo\t0000007F\t00000000\t0001\n\
             eth0\t00000000\t{gateway_in_memory:08X}\t0003\n"
        );
        assert_eq!(gateway(&text), Some(Ipv4Addr::new(10, 200, 0, 1)));
        assert_eq!(gateway("Iface\n"), None);
    }
}
