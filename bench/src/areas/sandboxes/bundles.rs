//! Peers: `crun run` and `runc run`, with a bundle of the same root and the same limits.

use super::{
    contestant::{Contestant, OnTerminal, Worker},
    image::{Image, run},
};
use anyhow::{Context, Result};
use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

/// A runtime of OCI bundles.
pub struct Bundles {
    program: &'static str,
    bundle: PathBuf,
    state: PathBuf,
    started: AtomicUsize,
}

struct Runner<'a> {
    of: &'a Bundles,
    live: Option<(String, OnTerminal)>,
}

impl Bundles {
    /// Makes the bundle. Fails where the program is not installed.
    pub fn new(program: &'static str, folder: &Path, image: &Image) -> Result<Self> {
        let bundle = folder.join(program);
        let state = folder.join(format!("{program}-state"));
        fs::create_dir(&bundle)?;
        run(Command::new(program).arg("spec").current_dir(&bundle))?;
        let file = bundle.join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&file)?)?;
        config["process"]["args"] = json!(["/bin/sh"]);
        config["process"]["terminal"] = json!(true);
        config["root"] = json!({ "path": image.root, "readonly": false });
        let limits = &mut config["linux"]["resources"];
        limits["memory"] = json!({ "limit": 512_u64 << 20 });
        limits["cpu"] = json!({ "quota": 100_000, "period": 100_000 });
        limits["pids"] = json!({ "limit": 256 });
        fs::write(file, config.to_string())?;
        Ok(Self { program, bundle, state, started: AtomicUsize::new(0) })
    }

    /// Its name and version.
    pub fn version(&self) -> Result<String> {
        let text = run(Command::new(self.program).arg("--version"))?;
        Ok(text.lines().next().unwrap_or_default().replace(" version", ""))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.arg("--root").arg(&self.state);
        command
    }
}

impl Contestant for Bundles {
    fn worker(&self) -> Result<Box<dyn Worker + '_>> {
        hide_unified_hierarchy().context("hiding the hybrid cgroup2 mount")?;
        Ok(Box::new(Runner { of: self, live: None }))
    }
}

impl Worker for Runner<'_> {
    fn start(&mut self) -> Result<()> {
        let number = self.of.started.fetch_add(1, Ordering::Relaxed);
        let id = format!("bench-{}-{}-{number}", self.of.program, std::process::id());
        let mut command = self.of.command();
        command.arg("run").arg("--bundle").arg(&self.of.bundle).arg(&id);
        self.live = Some((id, OnTerminal::start(&mut command)?));
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let Some((id, mut shown)) = self.live.take() else { return Ok(()) };
        // Whoever runs it in the foreground tidies up when it has ended.
        run(self.of.command().args(["kill", &id, "KILL"]))?;
        shown.child.wait()?;
        Ok(())
    }
}

/// crun takes a host of cgroup v1 with a cgroup2 mount beside it for one of version 2 and fails.
/// So whoever runs it, which is this thread, does not see that mount.
fn hide_unified_hierarchy() -> Result<()> {
    const UNIFIED: &str = "/sys/fs/cgroup/unified";
    if !Path::new(UNIFIED).exists() {
        return Ok(());
    }
    unshare(CloneFlags::CLONE_NEWNS)?;
    let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, flags, None::<&str>)?;
    umount2(UNIFIED, MntFlags::MNT_DETACH)?;
    Ok(())
}
