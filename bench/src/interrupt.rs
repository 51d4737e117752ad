//! Ctrl-C ends a measurement in order: servers end, and their folders go.

use anyhow::Result;
use std::future::Future;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

/// Somebody asked to stop.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Runs to the end, or until somebody asks to stop.
pub fn block_on<T>(runtime: &Runtime, work: impl Future<Output = Result<T>>) -> Result<T> {
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = work => done,
            _ = tokio::signal::ctrl_c() => Err(Interrupted.into()),
            _ = terminate.recv() => Err(Interrupted.into()),
        }
    })
}
