//! `trythis sandboxd`: the privileged supervisor, in a process of its own.

use crate::{cli::Sandboxd, setup::privilege};
use anyhow::Result;
use sandbox::{Config, supervisor};

/// Serves until it is told to end, or nobody has needed it for a while.
pub fn run(options: Sandboxd) -> Result<()> {
    privilege::require_root()?;
    Ok(supervisor::run(Config::from_arguments(options.arguments)?)?)
}
