//! `trythis serve`, as people run it.

use super::{
    cores::Cores,
    free_address, open_folder,
    process::{Process, Usage},
    wait_until_healthy,
};
use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// A running `trythis serve`; its data folder goes with it.
pub struct Trythis {
    process: Process,
    address: SocketAddr,
}

/// A data folder to serve from.
pub struct Data {
    folder: tempfile::TempDir,
    database: Option<String>,
}

impl Data {
    /// An empty folder; the data are in the database of this URL, or embedded without one.
    pub fn new(database: Option<String>) -> Result<Self> {
        Ok(Self { folder: open_folder()?, database })
    }

    /// The folder that is served.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The embedded database's file.
    pub fn sqlite(&self) -> PathBuf {
        self.folder.path().join("data/trythis.db")
    }
}

impl Trythis {
    /// Serves from `data`, with the product's own settings.
    pub fn start(binary: &Path, data: &Data, cores: &Cores) -> Result<Self> {
        let address = free_address()?;
        let log = data.folder.path().join("server.log");
        let mut process = Process::start(binary, cores, log, Signal::SIGINT, |command| {
            command
                .arg("serve")
                .env("TRYTHIS_ADDR", address.to_string())
                .env("TRYTHIS_DATA", data.folder.path().join("data"))
                // All of them sign up from one network.
                .env("TRYTHIS_SIGN_UPS_PER_HOUR", "1000000")
                .env("TRYTHIS_MAX_SANDBOXES", "1000000")
                .env_remove("REDIS_URL")
                .env_remove("DATABASE_URL");
            if let Some(database) = &data.database {
                command.env("DATABASE_URL", database);
            }
        })?;
        wait_until_healthy(&mut process, address, "/healthz").context("starting trythis serve")?;
        Ok(Self { process, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// What `serve` used up to now; the supervisor of sandboxes is a process of its own.
    pub fn usage(&self) -> Result<Usage> {
        self.process.usage()
    }

    /// The last lines of its log.
    pub fn end_of_log(&self) -> String {
        self.process.end_of_log()
    }
}
