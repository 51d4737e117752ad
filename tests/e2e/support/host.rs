//! What a server leaves on the host: there should be nothing.

use super::{PATIENCE, until};
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
    until("no trace of a sandbox is left", PATIENCE, async || {
        sandbox_traces(data).is_empty().then_some(())
    })
    .await;
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
    let data = data.to_str().unwrap();
    processes()
        .filter(|pid| {
            let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.contains("sandboxd") && line.contains(data)
        })
        .collect()
}

/// What the supervisor of this data folder has made and not released.
pub fn sandbox_traces(data: &Path) -> Traces {
    let mut traces = Traces { folders: entries(&data.join("native/work")), ..Traces::default() };
    for supervisor in supervisors(data) {
        // Sandboxes and workers are its children, whatever they are called.
        traces.processes.extend(children(supervisor));
        let mounts = fs::read_to_string(format!("/proc/{supervisor}/mountinfo")).unwrap_or_default();
        let work = data.join("native/work/");
        let work = work.to_str().unwrap();
        traces.mounts.extend(mounts.lines().filter(|l| l.contains(work)).map(str::to_owned));
    }
    traces
}

/// The cgroups and network devices of every supervisor, for tests that run alone.
pub fn global_traces() -> (Vec<String>, Vec<String>) {
    let mut cgroups = Vec::new();
    for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"] {
        for name in entries(Path::new(root)).into_iter().filter(|n| n.starts_with("trythis-")) {
            let instance = Path::new(root).join(&name);
            let children = entries(&instance).into_iter().filter(|c| instance.join(c).is_dir());
            cgroups.extend(children.map(|c| format!("{root}/{name}/{c}")));
        }
    }
    let devices = entries(Path::new("/sys/class/net"));
    let devices = devices.into_iter().filter(|name| name.starts_with("tt")).collect();
    (cgroups, devices)
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

fn processes() -> impl Iterator<Item = u32> {
    entries(Path::new("/proc")).into_iter().filter_map(|name| name.parse().ok())
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    listing.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
