//! What the tests of this crate share. Each test binary uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod doubled;
pub mod fake_engine;
pub mod servers;
pub mod sockets;
mod walls;
pub mod wishes;

use std::{future::Future, time::Duration};

/// Waits until a condition holds. The bound is there to end a broken test, and not a measurement.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..3_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("this did not come about within a minute: {what}");
}
