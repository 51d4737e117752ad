//! The container server's own API inside of `trythis serve`: where it listens, and its token.

use super::trythis::Trythis;
use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::HashSet,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

/// Where it listens: the other listener of the process on the loopback address.
pub fn address(server: &Trythis) -> Result<SocketAddr> {
    let own = sockets(server.pid())?;
    let table = fs::read_to_string("/proc/net/tcp")?;
    let listeners = table.lines().filter_map(listener);
    let mut ports = listeners.filter(|(_, socket)| own.contains(socket)).map(|(port, _)| port);
    let port = ports.find(|port| *port != server.address().port());
    let port = port.context("trythis has no listener for its services")?;
    Ok((Ipv4Addr::LOCALHOST, port).into())
}

/// Its bearer token, as the server derives it from the installation's secret.
pub fn token(data: &Path) -> Result<String> {
    let secret = fs::read(data.join("secret.key")).context("reading the server's secret")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret)?;
    mac.update(b"internal API");
    Ok(hex::encode(mac.finalize().into_bytes()))
}

/// The numbers of the sockets that a process has open.
fn sockets(pid: u32) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        // One may be closed meanwhile.
        let Ok(target) = fs::read_link(entry?.path()) else { continue };
        let target = target.to_string_lossy().into_owned();
        let number = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        found.extend(number.map(str::to_owned));
    }
    Ok(found)
}

/// Port and socket of a line of /proc/net/tcp, where it is a listener.
fn listener(line: &str) -> Option<(u16, String)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let port = u16::from_str_radix(fields.get(1)?.split_once(':')?.1, 16).ok()?;
    (*fields.get(3)? == "0A").then_some((port, (*fields.get(9)?).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_told_from_connections() {
        let listening = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 \
                         00000000   990        0 4711 1 0 100 0 0 10 0";
        assert_eq!(listener(listening), Some((8080, "4711".to_owned())));
        assert_eq!(listener(&listening.replace(" 0A ", " 01 ")), None);
        assert_eq!(listener("  sl  local_address rem_address   st"), None);
    }
}
