//! JupyterHub, which BinderHub stands on: accounts by its NativeAuthenticator, reads by its API.

use super::{
    Programs,
    cores::Cores,
    free_address, open_folder,
    process::{Process, Usage, feed},
    wait_until_healthy,
};
use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

const INSTALL: &str = include_str!("../../peers/jupyterhub.sh");
const CONFIG: &str = include_str!("../../peers/jupyterhub_config.py");
/// What the API is read with.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// An installation.
pub struct Installed {
    folder: PathBuf,
}

/// A running JupyterHub with its proxy; its data go with it.
pub struct JupyterHub {
    public: SocketAddr,
    hub: SocketAddr,
    process: Process,
    folder: tempfile::TempDir,
}

impl Installed {
    /// Installs it from PyPI and npm, unless it is there.
    pub fn new(programs: &Programs) -> Result<Self> {
        let folder = programs.peers.join("jupyterhub");
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let output = Command::new("bash").args(["-c", INSTALL, "install"]).arg(&folder).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "it cannot be installed: {}", said.trim());
        Ok(Self { folder })
    }

    /// What a program prints that is run by its Python, with these arguments.
    pub fn python(&self, program: &[&str]) -> Result<String> {
        let python = self.folder.join("venv/bin/python");
        let output = Command::new(python).arg("-c").args(program).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What exactly was installed.
    pub fn versions(&self) -> String {
        fs::read_to_string(self.folder.join("versions")).unwrap_or_default().trim().to_owned()
    }
}

impl JupyterHub {
    /// Starts it on these cores. `seed` is run on its database once the tables are there.
    pub fn start(installed: &Installed, cores: &Cores, seed: Option<&str>) -> Result<Self> {
        let folder = open_folder()?;
        if let Some(seed) = seed {
            drop(launch(installed, &Cores::All, folder.path())?);
            sqlite(&folder.path().join("jupyterhub.sqlite"), seed)?;
        }
        let (process, public, hub) = launch(installed, cores, folder.path())?;
        Ok(Self { public, hub, process, folder })
    }

    /// Where people go: the proxy.
    pub fn public(&self) -> SocketAddr {
        self.public
    }

    /// The hub itself.
    pub fn hub(&self) -> SocketAddr {
        self.hub
    }

    /// What the hub used up to now; its proxy is a process of its own.
    pub fn usage(&self) -> Result<Usage> {
        self.process.usage()
    }

    /// Its database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("jupyterhub.sqlite")
    }
}

fn launch(
    installed: &Installed,
    cores: &Cores,
    folder: &Path,
) -> Result<(Process, SocketAddr, SocketAddr)> {
    let (public, hub, proxy) = (free_address()?, free_address()?, free_address()?);
    let config = folder.join("jupyterhub_config.py");
    fs::write(&config, CONFIG)?;
    let program = installed.folder.join("venv/bin/jupyterhub");
    let log = folder.join("jupyterhub.log");
    let mut process = Process::start(&program, cores, log, Signal::SIGTERM, |command| {
        command
            .arg("--config")
            .arg(&config)
            .env("BENCH_PUBLIC", format!("http://{public}"))
            .env("BENCH_HUB", format!("http://{hub}"))
            .env("BENCH_PROXY_API", format!("http://{proxy}"))
            .env("BENCH_PROXY", installed.folder.join("node_modules/.bin/configurable-http-proxy"))
            .env("BENCH_FOLDER", folder)
            .env("BENCH_TOKEN", TOKEN)
            .current_dir(folder);
    })?;
    wait_until_healthy(&mut process, public, "/hub/health").context("starting JupyterHub")?;
    Ok((process, public, hub))
}

/// Runs statements on a SQLite database.
pub fn sqlite(database: &Path, sql: &str) -> Result<()> {
    feed(Command::new("sqlite3").arg("-bail").arg(database), sql)
}

/// The one value that a query gives.
pub fn query_sqlite(database: &Path, query: &str) -> Result<String> {
    let output = Command::new("sqlite3").arg("-readonly").arg(database).arg(query).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
