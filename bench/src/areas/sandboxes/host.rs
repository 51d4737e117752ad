//! What ten thousand sandboxes need of the host, and what is read of it.

use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Settings of the kernel, and what they are at least to be.
const SETTINGS: [(&str, u64); 5] = [
    ("kernel/pty/max", 20_000),
    ("kernel/pid_max", 200_000),
    ("kernel/threads-max", 200_000),
    ("fs/mount-max", 1_000_000),
    ("net/ipv4/neigh/default/gc_thresh3", 32_768),
];

/// Settings that were raised; put back when this is dropped.
pub struct Raised(Vec<(String, String)>);

impl Raised {
    /// Raises what is too low.
    pub fn new() -> Result<Self> {
        let mut raised = Self(Vec::new());
        for (name, least) in SETTINGS {
            let path = format!("/proc/sys/{name}");
            let before = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
            let before = before.trim().to_owned();
            if before.parse::<u64>().is_ok_and(|value| value < least) {
                fs::write(&path, least.to_string()).with_context(|| format!("raising {path}"))?;
                raised.0.push((path, before));
            }
        }
        Ok(raised)
    }

    /// What was raised, for the reader.
    pub fn words(&self) -> String {
        let name = |path: &str| path.trim_start_matches("/proc/sys/").replace('/', ".");
        self.0.iter().map(|(path, _)| name(path)).collect::<Vec<_>>().join(", ")
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        for (path, before) in &self.0 {
            if let Err(error) = fs::write(path, before) {
                eprintln!("{path} was {before} and cannot be put back: {error}");
            }
        }
    }
}

/// What the kernel could give to programs, MiB.
pub fn available_mib() -> Result<f64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok());
    Ok(kib.context("/proc/meminfo says nothing of MemAvailable")? / 1_024.0)
}

/// How much the machine does besides, as a sentence.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(", ")
}

/// The process of the supervisor that has this folder.
pub fn sandboxd(data: &Path) -> Result<u32> {
    let data = data.to_string_lossy().into_owned();
    let pids = fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let is_it = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<_> = line.split(|b| *b == 0).map(String::from_utf8_lossy).collect();
        words.get(1).is_some_and(|word| word == "sandboxd") && words.iter().any(|w| *w == data)
    };
    pids.into_iter().find(is_it).context("the supervisor is not to be found")
}

/// The devices of sandboxes of any supervisor here.
pub fn devices() -> usize {
    let entries = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    entries.filter(|entry| is_sandbox_s(&entry.file_name().to_string_lossy())).count()
}

/// `tt<instance>-<place>`.
fn is_sandbox_s(name: &str) -> bool {
    let numbers = name.strip_prefix("tt").and_then(|rest| rest.split_once('-'));
    numbers.is_some_and(|(a, b)| a.parse::<u8>().is_ok() && b.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_sandbox_s;

    #[test]
    fn devices_of_sandboxes_are_known_by_their_names() {
        assert!(is_sandbox_s("tt0-17"));
        assert!(!is_sandbox_s("ttbench0") && !is_sandbox_s("eth0") && !is_sandbox_s("tt-1"));
    }
}
