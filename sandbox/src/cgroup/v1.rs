//! Version 1: a hierarchy for each controller, sometimes two controllers in one.

use super::{CPU_PERIOD, counter, cpu_quota, create_dir, kill_each, unescape, with_init, write};
use crate::protocol::Limits;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

const CONTROLLERS: [&str; 4] = ["memory", "cpu", "pids", "freezer"];

/// Where each controller is mounted.
#[derive(Debug)]
pub(crate) struct Hierarchies {
    mounts: BTreeMap<&'static str, PathBuf>,
}

/// One sandbox's directories.
#[derive(Debug)]
pub(crate) struct Group {
    directories: BTreeMap<&'static str, PathBuf>,
}

impl Hierarchies {
    /// Reads the text of /proc/self/mountinfo.
    pub fn from_mountinfo(text: &str) -> io::Result<Self> {
        let mut mounts = BTreeMap::new();
        for line in text.lines() {
            // `… mount point … - type source super-options`
            let Some((before, after)) = line.split_once(" - ") else { continue };
            let mut after = after.split(' ');
            if after.next() != Some("cgroup") {
                continue;
            }
            let options = after.nth(1).unwrap_or_default();
            let Some(point) = before.split(' ').nth(4) else { continue };
            for controller in CONTROLLERS {
                if options.split(',').any(|option| option == controller) {
                    mounts.insert(controller, unescape(point));
                }
            }
        }
        for controller in CONTROLLERS {
            if !mounts.contains_key(controller) {
                let text = format!(
                    "the cgroup controller `{controller}` is not mounted: sandboxes cannot be \
                     limited without it"
                );
                return Err(io::Error::new(io::ErrorKind::Unsupported, text));
            }
        }
        Ok(Self { mounts })
    }

    /// The instance's directories.
    pub fn parents(&self, instance: &str) -> Vec<PathBuf> {
        self.mounts.values().map(|mount| mount.join(instance)).collect()
    }

    /// Makes the instance's directories.
    pub fn prepare(&self, instance: &str) -> io::Result<()> {
        self.parents(instance).iter().try_for_each(|parent| create_dir(parent))
    }

    /// A sandbox's directories; nothing is made.
    pub fn group(&self, instance: &str, id: &str) -> Group {
        let below =
            |(name, mount): (&&'static str, &PathBuf)| (*name, mount.join(instance).join(id));
        Group { directories: self.mounts.iter().map(below).collect() }
    }
}

impl Group {
    pub fn create(&self, limits: &Limits) -> io::Result<()> {
        self.directories().try_for_each(|d| create_dir(d))?;
        let memory = self.of("memory");
        write(memory, "memory.limit_in_bytes", &limits.memory_bytes.to_string())?;
        // Only there where the kernel counts swap.
        if memory.join("memory.memsw.limit_in_bytes").exists() {
            write(memory, "memory.memsw.limit_in_bytes", &limits.memory_bytes.to_string())?;
        }
        write(self.of("cpu"), "cpu.cfs_period_us", &CPU_PERIOD.to_string())?;
        write(self.of("cpu"), "cpu.cfs_quota_us", &cpu_quota(limits.cpu_millis).to_string())?;
        write(self.of("pids"), "pids.max", &with_init(limits.processes).to_string())
    }

    pub fn entrances(&self) -> io::Result<Vec<File>> {
        let open = |d: &PathBuf| OpenOptions::new().write(true).open(d.join("tasks"));
        self.directories().map(open).collect()
    }

    pub fn freeze(&self, frozen: bool) -> io::Result<()> {
        write(self.of("freezer"), "freezer.state", if frozen { "FROZEN" } else { "THAWED" })
    }

    pub fn is_frozen(&self) -> io::Result<bool> {
        let state = fs::read_to_string(self.of("freezer").join("freezer.state"))?;
        Ok(state.trim() == "FROZEN")
    }

    pub fn kill(&self) -> io::Result<()> {
        // Nothing can fork away from under the lists for long: the init is in them, and with it
        // goes its whole PID namespace.
        self.directories().try_for_each(|d| kill_each(d))?;
        // A frozen process takes the signal when it is thawed. Only then: thawing for nothing has
        // a price.
        match fs::read_to_string(self.of("freezer").join("freezer.state")) {
            Ok(state) if state.trim() != "THAWED" => self.freeze(false),
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    pub fn memory_kills(&self) -> u64 {
        counter(&self.of("memory").join("memory.oom_control"), "oom_kill ").unwrap_or(0)
    }

    pub fn directories(&self) -> impl Iterator<Item = &PathBuf> {
        self.directories.values()
    }

    pub fn of(&self, controller: &str) -> &Path {
        self.directories.get(controller).expect("a hierarchy for every controller was found")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &str = "\
22 27 0:21 / /proc rw,relatime - proc proc rw
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /odd\\040place rw,relatime - cgroup cgroup rw,memory
37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";

    #[test]
    fn hierarchies_are_found_wherever_they_are_mounted() {
        let found = Hierarchies::from_mountinfo(MOUNTINFO).expect("all controllers");
        let group = found.group("trythis-x", "a");
        assert_eq!(group.of("memory"), Path::new("/odd place/trythis-x/a"));
        assert_eq!(group.of("cpu"), Path::new("/sys/fs/cgroup/cpu,cpuacct/trythis-x/a"));
    }

    #[test]
    fn a_missing_controller_is_named() {
        let without: String =
            MOUNTINFO.lines().filter(|l| !l.contains("pids")).map(|l| format!("{l}\n")).collect();
        let error = Hierarchies::from_mountinfo(&without).expect_err("no pids controller");
        assert!(error.to_string().contains("`pids`"), "{error}");
    }
}
