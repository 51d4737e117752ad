//! Whom sandboxes may reach: told to the supervisor, and the hosts that the operator named are
//! looked up again and again.

use super::calls::Calls;
use sandbox::protocol::{Egress, can_never_be_named};
use std::{
    collections::HashMap,
    net::{SocketAddr, SocketAddrV4},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

/// How often named hosts are looked up.
const PAUSE: Duration = Duration::from_secs(60);
/// After so many times the supervisor is told anew, changed or not: it may be another one.
const ROUNDS: u32 = 10;

/// What an operator says of the sandboxes' network; what is `None` stays as it is by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressConfig {
    /// Hosts that sandboxes reach besides, as `name:port`; of TCP.
    pub hosts: Vec<String>,
    /// The TCP ports that are open on the internet.
    pub tcp: Option<Vec<u16>>,
    /// What one sandbox sends, and what it receives, at most; in bytes a second.
    pub bytes_per_second: Option<u64>,
}

/// What holds just now.
#[derive(Debug, Default)]
pub(super) struct Door {
    config: EgressConfig,
    now: Mutex<Egress>,
    /// What each name meant when it was last answered.
    known: Mutex<HashMap<String, Vec<SocketAddrV4>>>,
}

impl Door {
    pub(super) fn new(config: EgressConfig) -> Self {
        Self { config, ..Self::default() }
    }

    pub(super) fn egress(&self) -> Egress {
        lock(&self.now).clone()
    }

    /// Tells the supervisor for the first time, and goes on to look names up.
    pub(super) async fn open(self: &Arc<Self>, calls: &Calls) -> crate::engine::Result<()> {
        let egress = self.look_up().await;
        *lock(&self.now) = egress.clone();
        calls.run(move |client| client.set_egress(&egress)).await?;
        if !self.config.hosts.is_empty() {
            tokio::spawn(keep(Arc::downgrade(self), calls.clone()));
        }
        Ok(())
    }

    async fn look_up(&self) -> Egress {
        for host in &self.config.hosts {
            match tokio::net::lookup_host(host).await {
                Ok(found) => {
                    let found = found.filter_map(reachable).collect();
                    lock(&self.known).insert(host.clone(), found);
                }
                // What it meant before holds on.
                Err(error) => tracing::warn!(host, %error, "a named host cannot be looked up"),
            }
        }
        let mut named: Vec<SocketAddrV4> = lock(&self.known).values().flatten().copied().collect();
        named.sort_unstable();
        named.dedup();
        let usual = Egress::default();
        Egress {
            tcp: self.config.tcp.clone().unwrap_or(usual.tcp),
            udp: usual.udp,
            named,
            bytes_per_second: self.config.bytes_per_second.unwrap_or(usual.bytes_per_second),
        }
    }
}

/// Sandboxes have IPv4 alone; and no name opens what the supervisor never opens.
fn reachable(address: SocketAddr) -> Option<SocketAddrV4> {
    let SocketAddr::V4(address) = address else { return None };
    (!can_never_be_named(address.ip())).then_some(address)
}

async fn keep(door: Weak<Door>, calls: Calls) {
    for round in 1_u32.. {
        tokio::time::sleep(PAUSE).await;
        let Some(door) = door.upgrade() else { return };
        let egress = door.look_up().await;
        if egress == door.egress() && !round.is_multiple_of(ROUNDS) {
            continue;
        }
        let told = egress.clone();
        match calls.run(move |client| client.set_egress(&told)).await {
            Ok(()) => *lock(&door.now) = egress,
            Err(error) => tracing::warn!(%error, "the named hosts cannot be opened"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn named_hosts_are_looked_up_and_the_rest_is_as_usual() {
        let hosts = ["198.51.100.7:8443", "127.0.0.1:80", "169.254.169.254:80", "no such host:1"];
        let hosts = hosts.map(str::to_owned).to_vec();
        let config = EgressConfig { hosts, bytes_per_second: Some(5), ..EgressConfig::default() };
        let door = Door::new(config);
        let named = vec!["198.51.100.7:8443".parse().unwrap()];
        let expected = Egress { named, bytes_per_second: 5, ..Egress::default() };
        assert_eq!(door.look_up().await, expected);
        // A name that is not answered any more means what it meant.
        lock(&door.known).insert("gone".to_owned(), vec!["192.0.2.9:1".parse().unwrap()]);
        assert_eq!(door.look_up().await.named.len(), 2);
    }
}
