//! What the tests share: a server, a browser, a client and a look at the host.

pub mod browser;
pub mod client;
pub mod device;
pub mod host;
pub mod images;
pub mod looks;
pub mod oidc;
pub mod parent;
pub mod people;
pub mod server;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

/// How long a condition may take to come true. Generous: it bounds a failure, it measures nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until `probe` brings something.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(start.elapsed() < patience, "waited {patience:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
