//! `trythis sandboxd`: the privileged supervisor, in a process of its own.

use crate::{cli::Sandboxd, setup::privilege};
use anyhow::Result;
use sandbox::supervisor::{self, Config};
use std::time::Duration;

/// Serves until it is told to end, or nobody has needed it for a while.
pub fn run(options: Sandboxd) -> Result<()> {
    privilege::require_root()?;
    supervisor::run(Config {
        data: options.data,
        socket: options.socket,
        owner: (options.owner_uid, options.owner_gid),
        subnet: None,
        orphan_grace: Duration::from_secs(options.orphan_grace_seconds),
    })?;
    Ok(())
}
