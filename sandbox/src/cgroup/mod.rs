//! What a sandbox may use: control groups, version 1 and 2.
//!
//! Every sandbox has a group `trythis-<instance>/<id>`, in each hierarchy on version 1. The
//! instance comes from the data folder's path, so that a successor finds what its predecessor left.

mod usage;
mod v1;
mod v2;

use crate::protocol::Limits;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    os::{fd::OwnedFd, unix::ffi::OsStringExt},
    path::{Path, PathBuf},
};

/// The length of the period in which processor time is counted, in microseconds.
const CPU_PERIOD: u64 = 100_000;

/// What a thread writes to a group's entrance.
pub(crate) const MYSELF: &[u8] = b"0";

/// The groups of one supervisor.
#[derive(Debug)]
pub(crate) struct Cgroups {
    layout: Layout,
    instance: String,
}

#[derive(Debug)]
enum Layout {
    V1(v1::Hierarchies),
    V2(v2::Tree),
}

/// One sandbox's groups.
#[derive(Debug)]
pub(crate) enum Group {
    /// One directory for each hierarchy.
    V1(v1::Group),
    /// One directory.
    V2(v2::Group),
}

impl Cgroups {
    /// Finds out which version this host has, and makes the instance's own groups.
    pub fn detect(instance: String) -> io::Result<Self> {
        let unified = Path::new("/sys/fs/cgroup");
        let layout = if unified.join("cgroup.controllers").exists() {
            Layout::V2(v2::Tree::new(unified.to_owned()))
        } else {
            Layout::V1(v1::Hierarchies::from_mountinfo(&fs::read_to_string(
                "/proc/self/mountinfo",
            )?)?)
        };
        let cgroups = Self { layout, instance };
        match &cgroups.layout {
            Layout::V1(hierarchies) => hierarchies.prepare(&cgroups.instance)?,
            Layout::V2(tree) => tree.prepare(&cgroups.instance)?,
        }
        Ok(cgroups)
    }

    /// Makes a sandbox's groups and sets its limits.
    pub fn create(&self, id: &str, limits: &Limits) -> io::Result<Group> {
        let group = self.group(id);
        let made = match &group {
            Group::V1(group) => group.create(limits),
            Group::V2(group) => group.create(limits),
        };
        if made.is_err() {
            // The limit that was refused is the error to tell; the start cleans up what stays.
            let _ = group.remove();
        }
        made.map(|()| group)
    }

    /// The groups of sandboxes that exist, whoever made them.
    pub fn existing(&self) -> io::Result<Vec<Group>> {
        let parents = match &self.layout {
            Layout::V1(hierarchies) => hierarchies.parents(&self.instance),
            Layout::V2(tree) => vec![tree.parent(&self.instance)],
        };
        let mut ids = std::collections::BTreeSet::new();
        for parent in parents {
            for entry in fs::read_dir(parent)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    ids.insert(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        Ok(ids.iter().map(|id| self.group(id)).collect())
    }

    /// Removes the instance's own groups; they must be empty.
    pub fn remove(&self) -> io::Result<()> {
        let parents = match &self.layout {
            Layout::V1(hierarchies) => hierarchies.parents(&self.instance),
            Layout::V2(tree) => vec![tree.parent(&self.instance)],
        };
        parents.iter().try_for_each(|parent| remove_dir(parent))
    }

    fn group(&self, id: &str) -> Group {
        match &self.layout {
            Layout::V1(hierarchies) => Group::V1(hierarchies.group(&self.instance, id)),
            Layout::V2(tree) => Group::V2(tree.group(&self.instance, id)),
        }
    }
}

impl Group {
    /// What clone3 puts a child into; on version 1 it cannot, and there are
    /// [entrances](Group::entrances).
    pub fn descriptor(&self) -> io::Result<Option<OwnedFd>> {
        match self {
            Self::V1(_) => Ok(None),
            Self::V2(group) => group.descriptor().map(Some),
        }
    }

    /// The files by which a process goes in, where [`Group::descriptor`] gives nothing: it writes
    /// [`MYSELF`] to each. A thread that moves itself does not have to wait, as one that moves
    /// another does, until all processors are ready for it: that takes milliseconds.
    pub fn entrances(&self) -> io::Result<Vec<File>> {
        match self {
            Self::V1(group) => group.entrances(),
            Self::V2(_) => Ok(Vec::new()),
        }
    }

    /// Tells all processes to stop in their tracks, or to go on. Stopping takes a moment, and is to
    /// be asked for again until [`Group::is_frozen`]: version 1 may give up half-way.
    pub fn freeze(&self, frozen: bool) -> io::Result<()> {
        match self {
            Self::V1(group) => group.freeze(frozen),
            Self::V2(group) => group.freeze(frozen),
        }
    }

    /// Whether every process in it stands.
    pub fn is_frozen(&self) -> io::Result<bool> {
        match self {
            Self::V1(group) => group.is_frozen(),
            Self::V2(group) => group.is_frozen(),
        }
    }

    /// Kills every process in it, frozen or not.
    pub fn kill(&self) -> io::Result<()> {
        match self {
            Self::V1(group) => group.kill(),
            Self::V2(group) => group.kill(),
        }
    }

    /// Whether its memory limit killed a process.
    pub fn out_of_memory(&self) -> bool {
        self.memory_kills() > 0
    }

    /// How many processes its memory limit killed.
    pub fn memory_kills(&self) -> u64 {
        match self {
            Self::V1(group) => group.memory_kills(),
            Self::V2(group) => group.memory_kills(),
        }
    }

    /// How often its limit of processes kept one from being made.
    pub fn refused_processes(&self) -> u64 {
        let directory = match self {
            Self::V1(group) => group.of("pids"),
            Self::V2(group) => group.directory(),
        };
        counter(&directory.join("pids.events"), "max ").unwrap_or(0)
    }

    /// Removes it; what is gone already is no error. Fails while a process is in it.
    pub fn remove(&self) -> io::Result<()> {
        match self {
            Self::V1(group) => group.directories().try_for_each(|d| remove_tree(d)),
            Self::V2(group) => remove_tree(group.directory()),
        }
    }
}

fn write(directory: &Path, file: &str, value: &str) -> io::Result<()> {
    fs::write(directory.join(file), value)
        .map_err(|e| io::Error::new(e.kind(), format!("{file} = {value}: {e}")))
}

fn create_dir(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

fn remove_dir(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Removes a group with those below it. Their files go with them and cannot be removed.
fn remove_tree(path: &Path) -> io::Result<()> {
    // The quick way first: there is nothing below, as a rule.
    if remove_dir(path).is_ok() {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    remove_dir(path)
}

/// The processes in a group.
fn processes(directory: &Path) -> io::Result<Vec<Pid>> {
    let text = match fs::read_to_string(directory.join("cgroup.procs")) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(e),
    };
    Ok(text.lines().filter_map(|line| line.parse().ok().and_then(Pid::from_raw)).collect())
}

/// Sends SIGKILL to every process in a group.
fn kill_each(directory: &Path) -> io::Result<()> {
    for pid in processes(directory)? {
        match kill_process(pid, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// A counter in a file of `name value` lines.
fn counter(file: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// The quota for this many thousandths of a core, in microseconds of each period.
fn cpu_quota(millis: u32) -> u64 {
    // The kernel takes nothing below a millisecond.
    (u64::from(millis) * CPU_PERIOD / 1000).max(1000)
}

/// Processes and threads, with the init that every sandbox has.
fn with_init(processes: u32) -> u32 {
    processes.saturating_add(1)
}

/// A host's path as it is written in mountinfo, where spaces and the like are octal.
fn unescape(text: &str) -> PathBuf {
    let mut plain = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let escaped = |bytes: &std::str::Bytes<'_>| {
            let digits: Vec<u8> = bytes.clone().take(3).collect();
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
        };
        match (byte, escaped(&bytes)) {
            (b'\\', Some(value)) => {
                plain.push(value);
                bytes.nth(2);
            }
            _ => plain.push(byte),
        }
    }
    PathBuf::from(OsString::from_vec(plain))
}
