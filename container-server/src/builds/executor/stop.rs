//! Stopping a build that is at work.

use std::time::Duration;
use tokio::sync::watch;

/// Why a build is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Somebody asked for it.
    Cancelled,
    /// It has taken too long: this is the limit.
    TimeLimit(Duration),
    /// The server is about to end.
    Shutdown,
}

/// Asks a build to stop. The first reason given is the one that counts.
#[derive(Debug)]
pub(crate) struct Stop(watch::Sender<Option<Reason>>);

impl Stop {
    /// A build that goes on.
    pub(crate) fn new() -> Self {
        Self(watch::channel(None).0)
    }

    /// Asks it to stop.
    pub(crate) fn ask(&self, reason: Reason) {
        self.0.send_if_modified(|asked| {
            let first = asked.is_none();
            asked.get_or_insert(reason);
            first
        });
    }

    /// Returns once it was asked.
    pub(crate) async fn asked(&self) -> Reason {
        let mut receiver = self.0.subscribe();
        loop {
            if let Some(reason) = *receiver.borrow_and_update() {
                return reason;
            }
            if receiver.changed().await.is_err() {
                // Cannot happen while `self` holds the sender.
                std::future::pending::<()>().await;
            }
        }
    }
}
