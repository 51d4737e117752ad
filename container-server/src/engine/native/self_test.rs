//! Whether the walls stand: tried from inside real sandboxes.
//!
//! Two sandboxes without anything in them start. One listens; the other says what it finds of its
//! own walls, and knocks at the host, at the first, and at the address where clouds keep their
//! machines' secrets. An answer to any of that, be it a refusal, is a hole.

use super::{
    calls::{Calls, blocking},
    spec,
};
use crate::engine::{Examination, Result};
use chrono::Utc;
use container_api::{Isolation, NetworkPolicy, SelfTest, SelfTestCheck};
use sandbox::{
    Client,
    protocol::{CLOSED_PORTS, CLOSED_RANGES, Egress, Name, Network, Probe, Seen, Spec, Unpack},
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, SocketAddrV4, UdpSocket},
    os::fd::OwnedFd,
    time::Instant,
};

/// The layer that both sandboxes have: one file of root's.
const LAYER: &str = "self-test";
const FILE: &str = "self-test";
/// Where the sandboxes listen.
const PORT: u16 = 7;
/// The ports of the host that are tried. Where nobody listens, a reachable host refuses, and that
/// is an answer too.
const HOST_PORTS: [u16; 3] = [22, 80, 443];
/// Where clouds answer questions about the machine.
const METADATA: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80);
/// How long an answer may take, in milliseconds. All of these are nearer than that.
const PATIENCE: u32 = 300;

/// Makes the test.
pub(super) async fn examine(calls: &Calls, egress: &Egress) -> Result<Examination> {
    let (at, began) = (Utc::now(), Instant::now());
    let layer = layer(calls).await?;
    let (neighbour, network) = neighbour(calls, &layer).await?;
    let tried = try_walls(calls, &layer, network, &neighbour).await;
    neighbour.end(calls).await;
    let (seen, targets) = tried?;
    let checks = checks(&seen, &targets);
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Examination {
        facts: facts(&seen, network, egress),
        self_test: SelfTest {
            at,
            took_ms,
            passed: checks.iter().all(|check| check.passed),
            checks,
        },
    })
}

/// A sandbox that looks round.
struct Running {
    id: Name,
    seen: Seen,
}

impl Running {
    async fn end(self, calls: &Calls) {
        let id = self.id;
        if let Err(error) = calls.run(move |client| client.stop(&id)).await {
            tracing::warn!(%error, "a sandbox of the self-test could not be ended");
        }
    }
}

/// Who is knocked at.
struct Targets {
    host: Vec<SocketAddrV4>,
    neighbour: Option<SocketAddrV4>,
    own: SocketAddrV4,
}

async fn layer(calls: &Calls) -> Result<Name> {
    let layer = spec::name(LAYER)?;
    if calls.run(Client::layers).await?.contains(&layer) {
        return Ok(layer);
    }
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    tar.append_data(&mut header, FILE, &[][..])?;
    let tar = tar.into_inner()?;
    let (reader, mut writer) = std::io::pipe()?;
    // Two blocks fit into any pipe.
    writer.write_all(&tar)?;
    drop(writer);
    let target = Unpack::Layer(layer.clone());
    calls.run(move |client| client.unpack(&target, reader)).await?;
    Ok(layer)
}

/// The one that listens; without a network where the host gives none.
async fn neighbour(calls: &Calls, layer: &Name) -> Result<(Running, Network)> {
    let probe = Probe { listen: Some(PORT), stay: true, ..Probe::default() };
    let with_network = start(calls, spec::probe(layer, Network::Outbound, probe.clone())?).await;
    match with_network {
        Ok(running) => Ok((running, Network::Outbound)),
        Err(error) => {
            tracing::warn!(%error, "no sandbox with a network: trying one without");
            let running = start(calls, spec::probe(layer, Network::None, probe)?).await?;
            Ok((running, Network::None))
        }
    }
}

async fn try_walls(
    calls: &Calls,
    layer: &Name,
    network: Network,
    neighbour: &Running,
) -> Result<(Seen, Targets)> {
    let mut hosts: Vec<Ipv4Addr> = neighbour.seen.gateway.into_iter().collect();
    hosts.extend(outward_address());
    let ports = |host: Ipv4Addr| HOST_PORTS.map(|port| SocketAddrV4::new(host, port));
    let targets = Targets {
        host: hosts.into_iter().flat_map(ports).collect(),
        neighbour: neighbour.seen.address.map(|address| SocketAddrV4::new(address, PORT)),
        own: SocketAddrV4::new(Ipv4Addr::LOCALHOST, PORT),
    };
    let mut reach = targets.host.clone();
    reach.extend(targets.neighbour);
    reach.extend([METADATA, targets.own]);
    let probe = Probe {
        listen: Some(PORT),
        owner_of: Some(format!("/{FILE}")),
        reach,
        patience_ms: PATIENCE,
        stay: false,
    };
    let running = start(calls, spec::probe(layer, network, probe)?).await?;
    let seen = running.seen.clone();
    running.end(calls).await;
    Ok((seen, targets))
}

/// Starts one, and reads what it says.
async fn start(calls: &Calls, spec: Spec) -> Result<Running> {
    let id = spec.id.clone();
    let (_, output) = calls.run(move |client| client.start(&spec)).await?;
    match blocking(move || Ok(read(output)?)).await {
        Ok(seen) => Ok(Running { id, seen }),
        Err(error) => {
            // It is to leave nothing, whatever it has said.
            let stopped = calls.run(move |client| client.stop(&id)).await;
            Err(stopped.err().unwrap_or(error).into())
        }
    }
}

fn read(output: OwnedFd) -> std::io::Result<Seen> {
    let mut line = String::new();
    BufReader::new(File::from(output)).read_line(&mut line)?;
    serde_json::from_str(&line).map_err(|_| std::io::Error::other(line.trim().to_owned()))
}

/// The host's address towards the world; nothing is sent.
fn outward_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn facts(seen: &Seen, network: Network, egress: &Egress) -> Isolation {
    Isolation {
        user_namespace: seen.root_outside != 0,
        id_mapped_mounts: seen.root_outside != 0 && seen.owner_of == Some(0),
        seccomp: seen.seccomp,
        no_new_privileges: seen.no_new_privileges,
        capabilities: seen.capabilities.clone(),
        cgroup_version: seen.cgroup_version,
        network: NetworkPolicy {
            enabled: network == Network::Outbound,
            closed_ranges: CLOSED_RANGES.map(str::to_owned).to_vec(),
            closed_ports: CLOSED_PORTS.to_vec(),
            open_ports: egress.tcp.clone(),
            named_hosts: egress.named.iter().map(ToString::to_string).collect(),
        },
    }
}

fn checks(seen: &Seen, targets: &Targets) -> Vec<SelfTestCheck> {
    let answered = |tried: &[SocketAddrV4]| -> Vec<String> {
        let answers = seen.reached.iter().filter(|one| one.answered && tried.contains(&one.to));
        answers.map(|one| one.to.to_string()).collect()
    };
    let unreachable = |name: &str, what: &str, tried: &[SocketAddrV4]| {
        let holes = answered(tried);
        let detail = match (tried.is_empty(), holes.is_empty()) {
            (true, _) => format!("There is no way to {what}: the sandbox has no network."),
            (false, true) => format!("No answer came from {what}."),
            (false, false) => format!("An answer came from {what}, at {}.", holes.join(", ")),
        };
        check(name, holes.is_empty(), detail)
    };
    let neighbour: Vec<SocketAddrV4> = targets.neighbour.into_iter().collect();
    // Without it the others would say nothing.
    let own = !answered(&[targets.own]).is_empty();
    let shifted = seen.root_outside != 0;
    vec![
        check(
            "probe-works",
            own,
            match own {
                true => "The sandbox reaches itself, as it has to.".to_owned(),
                false => "The sandbox does not even reach itself: nothing can be told.".to_owned(),
            },
        ),
        unreachable("host-unreachable", "the host", &targets.host),
        unreachable("neighbour-unreachable", "another sandbox", &neighbour),
        unreachable("metadata-unreachable", "the metadata address 169.254.169.254", &[METADATA]),
        check(
            "root-is-nobody",
            shifted,
            match shifted {
                true => "Root inside is an unprivileged user of the host.".to_owned(),
                false => "Root inside is root of the host.".to_owned(),
            },
        ),
        check(
            "system-calls-filtered",
            seen.seccomp,
            match seen.seccomp {
                true => "Only system calls that ordinary programs need are let through.".to_owned(),
                false => "Every system call is let through.".to_owned(),
            },
        ),
        check(
            "no-new-privileges",
            seen.no_new_privileges,
            match seen.no_new_privileges {
                true => "Set-uid programs win nothing.".to_owned(),
                false => "Set-uid programs may win privileges.".to_owned(),
            },
        ),
    ]
}

fn check(name: &str, passed: bool, detail: String) -> SelfTestCheck {
    SelfTestCheck { name: name.to_owned(), passed, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sandbox::protocol::Reached;

    #[test]
    fn every_answer_is_a_hole_but_ones_own() {
        let host = SocketAddrV4::new(Ipv4Addr::new(10, 200, 0, 1), 22);
        let neighbour = SocketAddrV4::new(Ipv4Addr::new(10, 200, 0, 2), PORT);
        let own = SocketAddrV4::new(Ipv4Addr::LOCALHOST, PORT);
        let targets = Targets { host: vec![host], neighbour: Some(neighbour), own };
        // (who answers, whether calls are filtered, which checks fail)
        let table: [(&[SocketAddrV4], bool, &[&str]); 6] = [
            (&[own], true, &[]),
            (&[], true, &["probe-works"]),
            (&[own, host], true, &["host-unreachable"]),
            (&[own, neighbour], true, &["neighbour-unreachable"]),
            (&[own, METADATA], true, &["metadata-unreachable"]),
            (&[own], false, &["system-calls-filtered"]),
        ];
        for (answering, seccomp, expected) in table {
            let all = [host, neighbour, METADATA, own];
            let reached = all.map(|to| Reached { to, answered: answering.contains(&to) });
            let seen = Seen {
                address: None,
                gateway: None,
                root_outside: 1 << 30,
                owner_of: Some(0),
                seccomp,
                no_new_privileges: true,
                capabilities: Vec::new(),
                cgroup_version: 2,
                reached: reached.to_vec(),
            };
            let checks = checks(&seen, &targets);
            let failed: Vec<&str> =
                checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect();
            assert_eq!(failed, expected, "{answering:?}");
        }
    }
}
