//! Peer: Docker Engine from the distribution, a daemon of our own that shares nothing with another.

use super::{
    contestant::{Contestant, OnTerminal, Worker},
    image::{Image, run},
};
use crate::servers::{cores::Cores, open_folder, process::Process};
use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Our bridge; Docker's own name is left to other daemons.
const BRIDGE: &str = "ttbench0";
const NETWORK: &str = "10.254.77.1/24";
const IMAGE: &str = "bench/busybox";
/// The client of the same package: another in the PATH may not fit the daemon.
const CLIENT: &str = "/usr/bin/docker";

/// A running daemon.
pub struct Docker {
    socket: PathBuf,
    started: AtomicUsize,
    // In the order in which they go.
    _daemon: Process,
    _bridge: Bridge,
    _folder: tempfile::TempDir,
}

struct Bridge;

struct Runner<'a> {
    of: &'a Docker,
    live: Option<(String, OnTerminal)>,
}

impl Docker {
    /// Starts the daemon and imports the image.
    pub fn start(image: &Image) -> Result<Self> {
        ensure!(Path::new(CLIENT).exists(), "docker.io is not installed");
        let folder = open_folder()?;
        let bridge = Bridge::make()?;
        let socket = folder.path().join("docker.sock");
        let place = |name: &str| folder.path().join(name);
        // Without an empty configuration of its own it reads the host's.
        fs::write(place("daemon.json"), "{}")?;
        let log = place("dockerd.log");
        let daemon =
            Process::start(Path::new("dockerd"), &Cores::All, log, Signal::SIGTERM, |command| {
                command
                    .arg("--config-file")
                    .arg(place("daemon.json"))
                    .arg("--data-root")
                    .arg(place("data"))
                    .arg("--exec-root")
                    .arg(place("exec"))
                    .arg("--pidfile")
                    .arg(place("docker.pid"))
                    .arg("--host")
                    .arg(format!("unix://{}", socket.display()))
                    .args(["--bridge", BRIDGE, "--iptables=false", "--ip6tables=false"])
                    .args(["--storage-driver", "overlay2"])
                    .args(["--exec-opt", "native.cgroupdriver=cgroupfs"]);
            })?;
        let docker = Self {
            socket,
            started: AtomicUsize::new(0),
            _daemon: daemon,
            _bridge: bridge,
            _folder: folder,
        };
        let begun = Instant::now();
        while let Err(error) = run(docker.command().arg("version")) {
            ensure!(begun.elapsed() < Duration::from_secs(60), "{error:#}");
            thread::sleep(Duration::from_millis(100));
        }
        run(docker.command().arg("import").arg(&image.archive).arg(IMAGE))?;
        Ok(docker)
    }

    /// Versions of what takes part.
    pub fn version(&self) -> Result<String> {
        let format =
            "{{.Server.Version}}{{range .Server.Components}}, {{.Name}} {{.Version}}{{end}}";
        Ok(run(self.command().args(["version", "--format", format]))?.trim().to_owned())
    }

    /// Starts shells without anybody at their terminals, and gives their names.
    pub fn start_detached(&self) -> Result<String> {
        let name = self.name();
        run(self
            .command()
            .args(["run", "-itd", "--name", &name, "--pids-limit", "256"])
            .args(["--memory", "512m", "--cpus", "1", IMAGE, "/bin/sh"]))?;
        Ok(name)
    }

    /// Ends these.
    pub fn remove(&self, names: &[String]) -> Result<()> {
        run(self.command().args(["rm", "-f"]).args(names)).map(drop)
    }

    fn name(&self) -> String {
        format!("bench-{}", self.started.fetch_add(1, Ordering::Relaxed))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(CLIENT);
        command.arg("--host").arg(format!("unix://{}", self.socket.display()));
        command.env_remove("DOCKER_CONTEXT").env_remove("DOCKER_HOST");
        command
    }
}

impl Contestant for Docker {
    fn worker(&self) -> Result<Box<dyn Worker + '_>> {
        Ok(Box::new(Runner { of: self, live: None }))
    }
}

impl Worker for Runner<'_> {
    fn start(&mut self) -> Result<()> {
        let name = self.of.name();
        let mut command = self.of.command();
        command.args(["run", "-it", "--name", &name, "--pids-limit", "256", "--memory", "512m"]);
        command.args(["--cpus", "1", IMAGE, "/bin/sh"]);
        self.live = Some((name, OnTerminal::start(&mut command)?));
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let Some((name, mut shown)) = self.live.take() else { return Ok(()) };
        self.of.remove(&[name])?;
        shown.child.wait()?;
        Ok(())
    }
}

impl Bridge {
    fn make() -> Result<Self> {
        // One that a run left which was killed.
        let _ = run(Command::new("ip").args(["link", "del", BRIDGE]));
        run(Command::new("ip").args(["link", "add", BRIDGE, "type", "bridge"]))?;
        let bridge = Self;
        run(Command::new("ip").args(["address", "add", NETWORK, "dev", BRIDGE]))?;
        run(Command::new("ip").args(["link", "set", BRIDGE, "up"])).context("the bridge")?;
        Ok(bridge)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("ip").args(["link", "del", BRIDGE])) {
            eprintln!("the bridge {BRIDGE} stays: {error:#}");
        }
    }
}
