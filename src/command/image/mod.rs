//! `trythis image`: base images in the embedded registry.

mod bootstrap;
mod import;
mod reference;

use crate::{
    cli::{DataFolder as Options, ImageCommand},
    setup::{data::DataFolder, privilege, privilege::Account},
};
use anyhow::Result;
use reference::Reference;
use registry::{Registry, RegistryConfig};
use tokio::runtime::Runtime;

/// Runs one of the image commands.
pub fn run(command: ImageCommand) -> Result<()> {
    match command {
        ImageCommand::Bootstrap(options) => bootstrap::run(&options),
        ImageCommand::Import(options) => import::run(&options),
        ImageCommand::Ls(options) => list(&options.data),
    }
}

fn list(data: &Options) -> Result<()> {
    let registry = open(data)?;
    runtime()?.block_on(async {
        for repository in registry.repositories().await? {
            for tag in registry.tags(&repository).await? {
                println!("{}", Reference::familiar(&repository, &tag));
            }
        }
        Ok(())
    })
}

/// Enough for one command.
fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Opens the data folder's registry as the user that the server runs as, so that what is written
/// now can be read and removed by the server later. Gives root up for good.
fn open(data: &Options) -> Result<Registry> {
    privilege::require_root()?;
    let account = Account::named(&data.user)?;
    let folder = DataFolder::open(&data.path, &account)?;
    privilege::drop_to(&account)?;
    Ok(Registry::open(RegistryConfig { data: folder.registry(), credentials: None })?)
}
