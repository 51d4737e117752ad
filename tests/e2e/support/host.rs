//! What a server leaves on the host: there should be nothing.

use super::PATIENCE;
use std::{fs, path::Path};

/// Everything on the host that belongs to a data folder's sandboxes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Traces {
    pub processes: Vec<String>,
    pub mounts: Vec<String>,
    pub cgroups: Vec<String>,
    pub devices: Vec<String>,
    pub folders: Vec<String>,
}

impl Traces {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Waits until no sandbox is left on the host, while the server goes on.
pub async fn no_sandbox_left(data: &Path) {
    let start = std::time::Instant::now();
    loop {
        let traces = sandbox_traces(data);
        if traces.is_empty() {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "left on the host: {traces:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// After the server's end: no supervisor either.
pub fn assert_nothing_left(data: &Path) {
    let start = std::time::Instant::now();
    loop {
        let traces = sandbox_traces(data);
        let supervisor = supervisors(data);
        if traces.is_empty() && supervisor.is_empty() {
            return;
        }
        assert!(
            start.elapsed() < std::time::Duration::from_secs(10),
            "left on the host: {traces:#?}, supervisors {supervisor:?}"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn supervisors(data: &Path) -> Vec<u32> {
    let words = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    processes_with(data).into_iter().filter(|pid| words(pid).contains("sandboxd")).collect()
}

/// What the supervisor of this data folder has made and not released.
pub fn sandbox_traces(data: &Path) -> Traces {
    let mut traces = Traces {
        folders: entries(&data.join("native/work")),
        cgroups: cgroups(data),
        ..Traces::default()
    };
    for supervisor in supervisors(data) {
        // Sandboxes and workers are its children, whatever they are called.
        traces.processes.extend(children(supervisor));
        traces.devices.extend(devices(supervisor));
        let mounts =
            fs::read_to_string(format!("/proc/{supervisor}/mountinfo")).unwrap_or_default();
        let work = data.join("native/work/");
        let work = work.to_str().unwrap();
        traces.mounts.extend(mounts.lines().filter(|l| l.contains(work)).map(str::to_owned));
    }
    traces
}

/// The control groups of this data folder's sandboxes: below `trythis-<FNV-1a of its path>`.
fn cgroups(data: &Path) -> Vec<String> {
    let native = data.join("native");
    let hash =
        native.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| {
            (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let mut found = Vec::new();
    for hierarchy in ["", "memory", "pids", "cpu", "freezer"] {
        let instance =
            Path::new("/sys/fs/cgroup").join(hierarchy).join(format!("trythis-{hash:016x}"));
        let groups = entries(&instance).into_iter().map(|name| instance.join(name));
        found.extend(groups.filter(|path| path.is_dir()).map(|path| path.display().to_string()));
    }
    found
}

/// The network devices of a supervisor's sandboxes: `tt<n>-…`, where it holds `@trythis-net-<n>`.
fn devices(supervisor: u32) -> Vec<String> {
    let folder = format!("/proc/{supervisor}/fd");
    let open: Vec<String> = entries(Path::new(&folder))
        .iter()
        .filter_map(|fd| fs::read_link(format!("{folder}/{fd}")).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let slot = sockets.lines().find_map(|line| {
        let (rest, name) = line.split_once("@trythis-net-")?;
        let inode = rest.split_whitespace().last()?;
        open.contains(&format!("socket:[{inode}]")).then(|| name.trim().to_owned())
    });
    // Between its start and its first word a supervisor holds no slot, and has no device.
    let Some(slot) = slot else { return Vec::new() };
    let prefix = format!("tt{slot}-");
    entries(Path::new("/sys/class/net")).into_iter().filter(|n| n.starts_with(&prefix)).collect()
}

fn children(parent: u32) -> Vec<String> {
    processes()
        .filter_map(|pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find_map(|l| l.strip_prefix("PPid:"))?;
            (line.trim() == parent.to_string()).then(|| {
                let name = status.lines().next().unwrap_or_default();
                format!("{pid} {name}")
            })
        })
        .collect()
}

/// The processes that were started with a path among their words.
pub fn processes_with(path: &Path) -> Vec<u32> {
    let path = path.to_str().unwrap();
    let line = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    processes().filter(|pid| line(pid).contains(path)).collect()
}

fn processes() -> impl Iterator<Item = u32> {
    entries(Path::new("/proc")).into_iter().filter_map(|name| name.parse().ok())
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    listing.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
