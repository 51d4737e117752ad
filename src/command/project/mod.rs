//! `trythis project`: what pages do, from a shell. One verb, one file.

mod build;
mod client;
mod create;
mod follow;
mod ls;
mod terminal;
mod token;
mod try_it;

use crate::cli::ProjectCommand;
use std::process::ExitCode;

/// Runs the verb.
pub fn run(command: ProjectCommand) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        match command {
            ProjectCommand::Create(options) => create::run(options).await,
            ProjectCommand::Build(options) => build::run(options).await,
            ProjectCommand::Ls(options) => ls::run(options).await,
            ProjectCommand::Try(options) => try_it::run(options).await,
        }
    });
    // A thread may wait for a key that is never pressed.
    runtime.shutdown_background();
    code
}
