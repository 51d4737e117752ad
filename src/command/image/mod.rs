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
    for repository in registry.repositories()? {
        for tag in registry.tags(&repository)? {
            println!("{}", Reference::familiar(&repository, &tag));
        }
    }
    Ok(())
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
