//! A PostgreSQL server of our own, in a folder of its own.

use super::{cores::Cores, free_address, open_folder, process::Process};
use anyhow::{Context, Result, bail, ensure};
use nix::{sys::signal::Signal, unistd::User};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// PostgreSQL refuses to run as root; its package makes this user.
const USER: &str = "postgres";
const DATABASE: &str = "trythis";

/// A running PostgreSQL; its data go with it.
pub struct Postgres {
    address: SocketAddr,
    // In the order in which they go.
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Postgres {
    /// Makes a cluster and starts it with the distribution's settings. No password: it listens on
    /// the loopback address only, for as long as the measurement takes.
    pub fn start(cores: &Cores) -> Result<Self> {
        let programs = programs()?;
        let user = User::from_name(USER)?.context("there is no user postgres")?;
        let folder = open_folder()?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        nix::unistd::chown(&data, Some(user.uid), Some(user.gid))?;
        let initdb = as_user(&programs.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C.UTF-8"])
            .arg("--pgdata")
            .arg(&data)
            .output()?;
        ensure!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        let address = free_address()?;
        let log = folder.path().join("postgres.log");
        let process =
            Process::start(Path::new("setpriv"), cores, log, Signal::SIGINT, |command| {
                command
                    .args(["--reuid", USER, "--regid", USER, "--init-groups", "--"])
                    .arg(programs.join("postgres"))
                    .arg("-D")
                    .arg(&data)
                    .args(["-h", "127.0.0.1", "-p", &address.port().to_string(), "-k", ""])
                    .current_dir("/");
            })?;
        let server = Self { address, _process: process, _folder: folder };
        server.make_database()?;
        Ok(server)
    }

    fn make_database(&self) -> Result<()> {
        let start = Instant::now();
        while let Err(error) = self.run("postgres", &format!("CREATE DATABASE {DATABASE};")) {
            ensure!(start.elapsed() < Duration::from_secs(30), "PostgreSQL: {error:#}");
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@{}/{DATABASE}", self.address)
    }

    /// Runs statements.
    pub fn execute(&self, sql: &str) -> Result<()> {
        self.run(DATABASE, sql)
    }

    fn run(&self, database: &str, sql: &str) -> Result<()> {
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1"]);
        command.arg(format!("--port={}", self.address.port()));
        command.args(["--username", USER, "--dbname", database]);
        super::process::feed(&mut command, sql)
    }
}

fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Where the distribution keeps the server's programs; the newest version.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(number);
    let programs = newest.map(|version| version.join("bin"));
    match programs {
        Some(programs) if programs.join("initdb").exists() => Ok(programs),
        _ => bail!("PostgreSQL's server is not installed: apt-get install postgresql"),
    }
}
