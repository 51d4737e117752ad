//! Version 2: one tree for all controllers.

use super::{CPU_PERIOD, counter, cpu_quota, create_dir, kill_each, processes, with_init, write};
use crate::protocol::Limits;
use std::{
    fs::File,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

const CONTROLLERS: &str = "+memory +cpu +pids";

/// The tree, from where it is mounted.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
}

/// One sandbox's directory.
#[derive(Debug)]
pub(crate) struct Group {
    directory: PathBuf,
}

impl Tree {
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The instance's directory.
    pub fn parent(&self, instance: &str) -> PathBuf {
        self.root.join(instance)
    }

    /// Makes the instance's directory and hands the controllers down to its children.
    pub fn prepare(&self, instance: &str) -> io::Result<()> {
        let control = "cgroup.subtree_control";
        if let Err(e) = write(&self.root, control, CONTROLLERS) {
            // In a container the root is a group like any other, and a group that hands down
            // controllers holds no process itself.
            if e.kind() != io::ErrorKind::ResourceBusy {
                return Err(e);
            }
            self.move_processes_down()?;
            write(&self.root, control, CONTROLLERS)?;
        }
        let parent = self.parent(instance);
        create_dir(&parent)?;
        write(&parent, control, CONTROLLERS)
    }

    /// A sandbox's directory; nothing is made.
    pub fn group(&self, instance: &str, id: &str) -> Group {
        Group { directory: self.parent(instance).join(id) }
    }

    fn move_processes_down(&self) -> io::Result<()> {
        let leaf = self.root.join("trythis-host");
        create_dir(&leaf)?;
        for pid in processes(&self.root)? {
            match write(&leaf, "cgroup.procs", &pid.as_raw_nonzero().to_string()) {
                // It ended meanwhile.
                Err(e) if e.raw_os_error() == Some(libc::ESRCH) => {}
                other => other?,
            }
        }
        Ok(())
    }
}

impl Group {
    pub fn create(&self, limits: &Limits) -> io::Result<()> {
        let directory = &self.directory;
        create_dir(directory)?;
        write(directory, "memory.max", &limits.memory_bytes.to_string())?;
        // Only there where the kernel counts swap.
        if directory.join("memory.swap.max").exists() {
            write(directory, "memory.swap.max", "0")?;
        }
        write(directory, "cpu.max", &format!("{} {CPU_PERIOD}", cpu_quota(limits.cpu_millis)))?;
        write(directory, "pids.max", &with_init(limits.processes).to_string())
    }

    pub fn descriptor(&self) -> io::Result<OwnedFd> {
        File::open(&self.directory).map(OwnedFd::from)
    }

    pub fn freeze(&self, frozen: bool) -> io::Result<()> {
        write(&self.directory, "cgroup.freeze", if frozen { "1" } else { "0" })
    }

    pub fn is_frozen(&self) -> io::Result<bool> {
        let events = self.directory.join("cgroup.events");
        let frozen = counter(&events, "frozen ");
        frozen.map(|frozen| frozen == 1).ok_or_else(|| {
            io::Error::new(io::ErrorKind::Unsupported, "this kernel cannot freeze: no `frozen`")
        })
    }

    pub fn kill(&self) -> io::Result<()> {
        // cgroup.kill came with Linux 5.14.
        if self.directory.join("cgroup.kill").exists() {
            return write(&self.directory, "cgroup.kill", "1");
        }
        kill_each(&self.directory)
    }

    pub fn memory_kills(&self) -> u64 {
        counter(&self.directory.join("memory.events"), "oom_kill ").unwrap_or(0)
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn limits() -> Limits {
        Limits { memory_bytes: 64 << 20, cpu_millis: 500, processes: 32, open_files: 256 }
    }

    #[test]
    fn limits_are_written_where_version_2_reads_them() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let tree = Tree::new(root.path().to_owned());
        tree.prepare("trythis-x").expect("the instance's group");
        let group = tree.group("trythis-x", "a");
        fs::create_dir(group.directory()).expect("the sandbox's group");
        fs::write(group.directory().join("memory.swap.max"), "max").expect("a swap limit");
        group.create(&limits()).expect("limits");

        let read = |file: &str| {
            fs::read_to_string(root.path().join("trythis-x").join(file)).expect("the file")
        };
        assert_eq!(read("cgroup.subtree_control"), "+memory +cpu +pids");
        assert_eq!(read("a/memory.max"), (64 << 20).to_string());
        assert_eq!(read("a/memory.swap.max"), "0");
        assert_eq!(read("a/cpu.max"), "50000 100000");
        assert_eq!(read("a/pids.max"), "33");
        group.freeze(true).expect("frozen");
        assert_eq!(read("a/cgroup.freeze"), "1");
    }

    /// The tree itself, without controllers: those may be with version 1 on this host.
    #[test]
    fn a_child_is_born_into_its_group_frozen_and_killed_with_it() {
        use crate::sys::{self, Fork};
        use rustix::{
            mount::{MountFlags, UnmountFlags, mount, unmount},
            process::{WaitOptions, waitpid},
        };
        use std::os::fd::AsFd;
        let place = tempfile::tempdir().expect("a temporary folder");
        mount("none", place.path(), "cgroup2", MountFlags::empty(), None).expect("root");
        let group =
            Group { directory: place.path().join(format!("trythis-test-{}", std::process::id())) };
        fs::create_dir(group.directory()).expect("a group");
        let door = group.descriptor().expect("a descriptor");
        let pid = match sys::clone3(0, Some(door.as_fd())).expect("a child") {
            Fork::Child => loop {
                std::thread::park();
            },
            Fork::Parent(pid) => pid,
        };
        assert_eq!(processes(group.directory()).expect("a list"), [pid]);
        group.freeze(true).expect("told to freeze");
        while !group.is_frozen().expect("a state") {
            std::thread::yield_now();
        }
        group.kill().expect("killed");
        let ended = waitpid(Some(pid), WaitOptions::empty()).expect("its end").expect("it ended");
        assert_eq!(ended.1.terminating_signal(), Some(libc::SIGKILL));
        drop(door);
        fs::remove_dir(group.directory()).expect("it is empty");
        unmount(place.path(), UnmountFlags::empty()).expect("unmounted");
    }

    #[test]
    fn only_a_kill_counts_as_out_of_memory() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let group = Group { directory: root.path().to_owned() };
        assert_eq!(group.memory_kills(), 0);
        let events = root.path().join("memory.events");
        fs::write(&events, "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\n").expect("events");
        assert_eq!(group.memory_kills(), 0);
        fs::write(&events, "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n").expect("events");
        assert_eq!(group.memory_kills(), 1);
    }
}
