//! Ours, at the supervisor: asked by the client that the engine uses, without HTTP and terminals.

use super::{
    contestant::{Contestant, Worker, prompt},
    image::Image,
};
use crate::servers::{cores::Cores, open_folder, process::Process};
use anyhow::{Result, ensure};
use nix::sys::signal::Signal;
use sandbox::{
    Client, Config,
    protocol::{Io, Limits, Name, Network, Process as Program, Spec, Unpack, Upper},
};
use std::{
    fs::{self, File},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

const LAYER: &str = "busybox";

/// A running supervisor.
pub struct Supervisor {
    client: Client,
    started: AtomicUsize,
    // In the order in which they go.
    _process: Process,
    _folder: tempfile::TempDir,
}

struct Asker<'a> {
    of: &'a Supervisor,
    live: Option<(Name, i32, File)>,
    ended: Option<(Name, i32)>,
}

impl Supervisor {
    /// Starts one, and unpacks the image.
    pub fn start(binary: &Path, image: &Image) -> Result<Self> {
        let folder = open_folder()?;
        let config = Config {
            data: folder.path().join("native"),
            socket: folder.path().join("sandboxd.sock"),
            owner: (0, 0),
            subnet: None,
            orphan_grace: Duration::from_secs(3_600),
        };
        let log = folder.path().join("sandboxd.log");
        let process = Process::start(binary, &Cores::All, log, Signal::SIGTERM, |command| {
            command.arg("sandboxd").args(config.to_arguments());
        })?;
        let client = Client::new(&config.socket);
        let begun = Instant::now();
        while let Err(error) = client.list() {
            ensure!(begun.elapsed() < Duration::from_secs(30), "the supervisor: {error}");
            thread::sleep(Duration::from_millis(20));
        }
        client.unpack(&Unpack::Layer(name(LAYER)?), File::open(&image.archive)?)?;
        let started = AtomicUsize::new(0);
        Ok(Self { client, started, _process: process, _folder: folder })
    }
}

impl Contestant for Supervisor {
    fn worker(&self) -> Result<Box<dyn Worker + '_>> {
        Ok(Box::new(Asker { of: self, live: None, ended: None }))
    }
}

impl Worker for Asker<'_> {
    fn start(&mut self) -> Result<()> {
        let spec = spec(self.of.started.fetch_add(1, Ordering::Relaxed))?;
        let (pid, master) = self.of.client.start(&spec)?;
        let master = File::from(master);
        prompt(&master)?;
        self.live = Some((spec.id, pid, master));
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let Some((id, pid, master)) = self.live.take() else { return Ok(()) };
        self.of.client.stop(&id)?;
        drop(master);
        self.ended = Some((id, pid));
        Ok(())
    }

    fn check(&mut self) -> Result<()> {
        let Some((id, pid)) = self.ended.take() else { return Ok(()) };
        ensure!(!Path::new(&format!("/proc/{pid}")).exists(), "the init of {id} is there still");
        ensure!(groups(id.as_str()).is_empty(), "{:?} is there still", groups(id.as_str()));
        Ok(())
    }
}

/// The control groups of this name in any hierarchy.
fn groups(id: &str) -> Vec<std::path::PathBuf> {
    let below = |folder: &Path| -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let root = Path::new("/sys/fs/cgroup");
    let mut hierarchies = below(root);
    hierarchies.push(root.to_owned());
    let instance = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("trythis-"))
    };
    let instances = hierarchies.iter().flat_map(|h| below(h)).filter(instance);
    instances.map(|instance| instance.join(id)).filter(|path| path.exists()).collect()
}

/// As the engine asks for it.
fn spec(number: usize) -> Result<Spec> {
    let variables = ["PATH=/bin", "TERM=xterm-256color", "LANG=C.UTF-8"];
    Ok(Spec {
        id: name(&format!("bench-{number}"))?,
        labels: std::collections::BTreeMap::new(),
        hostname: "sandbox".to_owned(),
        layers: vec![name(LAYER)?],
        upper: Upper::Memory { bytes: 256 << 20, inodes: 65_536 },
        process: Program {
            argv: vec!["/bin/sh".to_owned()],
            env: variables.map(str::to_owned).to_vec(),
            cwd: "/".to_owned(),
            user: String::new(),
        },
        io: Io::Terminal { columns: 80, rows: 24 },
        limits: Limits {
            memory_bytes: 512 << 20,
            cpu_millis: 1_000,
            processes: 256,
            open_files: 4_096,
        },
        network: Network::Outbound,
        probe: None,
    })
}

fn name(text: &str) -> Result<Name> {
    Ok(Name::try_from(text.to_owned())?)
}
