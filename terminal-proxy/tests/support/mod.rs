//! A real shell on a real PTY, a real server on a free port, and a client that keeps a screen.

// Every test file uses its own part of this.
#![allow(dead_code)]

pub mod client;
pub mod server;
pub mod shell;

use std::{future::Future, time::Duration};

/// Ends a test that hangs. No test passes or fails by how fast it is.
pub async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("nothing came for a minute")
}
