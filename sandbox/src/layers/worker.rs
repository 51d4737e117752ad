//! The process that reads and writes archives, walled in like a sandbox.
//!
//! It is forked from the supervisor, gets namespaces of its own, pivots into the one tree that it
//! works on, gives up what it does not need, and reports through a pipe. It executes nothing.

use super::{
    pack::pack,
    unpack::{Meaning, unpack},
};
use crate::{
    fault::{Doing, Fault},
    protocol::{Failure, FailureKind},
    start::{keep_capabilities, leave, pivot_into},
    sys::{self, Fork},
    wire,
};
use caps::Capability;
use rustix::{
    event::{PollFd, PollFlags, poll},
    pipe::{PipeFlags, pipe_with},
    process::{
        DumpableBehavior, Pid, Resource, Rlimit, Signal, kill_process, set_dumpable_behavior,
        setrlimit,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    os::fd::{AsFd, IntoRawFd, OwnedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// What an archive's headers may make it hold in memory.
const MEMORY: u64 = 256 << 20;

const CAPABILITIES: [Capability; 7] = [
    Capability::CAP_CHOWN,
    Capability::CAP_DAC_OVERRIDE,
    Capability::CAP_FOWNER,
    Capability::CAP_FSETID,
    Capability::CAP_MKNOD,
    Capability::CAP_SETFCAP,
    // For the attributes of overlayfs.
    Capability::CAP_SYS_ADMIN,
];

/// What a worker does. Trees are detached mounts.
#[derive(Debug)]
pub(crate) enum Job {
    /// Unpacks a layer from an archive.
    UnpackLayer { tree: OwnedFd, tar: OwnedFd },
    /// Unpacks an archive below a directory of a tree.
    Copy { tree: OwnedFd, tar: OwnedFd, into: PathBuf },
    /// Writes a tree as an archive.
    Pack { tree: OwnedFd, tar: OwnedFd },
    /// Removes what lies below a folder of the store.
    Remove { path: PathBuf },
}

/// A running worker.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Its process.
    pub pid: Pid,
    /// What it has to say, at its end.
    pub report: OwnedFd,
}

#[derive(Debug, Serialize, Deserialize)]
struct Report {
    failure: Option<Failure>,
    internal: Option<String>,
}

impl Worker {
    /// Starts a worker.
    pub fn start(job: Job) -> Result<Self, Fault> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC).doing("make a pipe")?;
        let namespaces = match &job {
            // What it removes was the supervisor's own to begin with.
            Job::Remove { .. } => 0,
            _ => {
                libc::CLONE_NEWNS
                    | libc::CLONE_NEWPID
                    | libc::CLONE_NEWNET
                    | libc::CLONE_NEWIPC
                    | libc::CLONE_NEWUTS
            }
        };
        match sys::clone3(namespaces, None).doing("fork a worker")? {
            Fork::Child => live(job, write),
            Fork::Parent(pid) => Ok(Self { pid, report: read }),
        }
    }

    /// Kills it. It is reaped like any other child.
    pub fn kill(&self) {
        // It cannot fail before it is reaped.
        let _ = kill_process(self.pid, Signal::KILL);
    }

    /// What came of it, once it has ended.
    pub fn result(self) -> Result<(), Fault> {
        let mut said = Vec::new();
        File::from(self.report).read_to_end(&mut said).doing("hear from the worker")?;
        let report: Report = match wire::decode(&said) {
            Ok(report) => report,
            // It ran out of memory, as a rule: little else ends it without a word.
            Err(_) => {
                let text = "The work on the archive broke off; it may ask for too much memory.";
                return Err(Fault::told(FailureKind::Archive, text));
            }
        };
        if let Some(internal) = report.internal {
            tracing::error!("a worker on archives failed: {internal}");
        }
        report.failure.map_or(Ok(()), |failure| Err(Fault::Told(failure)))
    }
}

fn live(job: Job, report: OwnedFd) -> ! {
    let life = || -> io::Result<()> {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        let (report, result) = match job {
            Job::UnpackLayer { tree, tar } => {
                let [report, tree, tar] = keep([report, tree, tar])?;
                (
                    report,
                    walled(tree, || unpack(Patient(tar.into()), Path::new("/"), Meaning::Layer)),
                )
            }
            Job::Copy { tree, tar, into } => {
                let [report, tree, tar] = keep([report, tree, tar])?;
                (report, walled(tree, || copy(tar, &into)))
            }
            Job::Pack { tree, tar } => {
                let [report, tree, tar] = keep([report, tree, tar])?;
                let tar = BufWriter::with_capacity(1 << 16, Patient(tar.into()));
                let write = || pack(Path::new("/"), tar).doing("write the layer's archive");
                (report, walled(tree, write))
            }
            Job::Remove { path } => {
                let [report] = keep([report])?;
                (report, fs::remove_dir_all(path).doing("remove a layer"))
            }
        };
        let report_text = match result {
            Ok(()) => Report { failure: None, internal: None },
            Err(fault) => {
                let internal = matches!(fault, Fault::Host { .. }).then(|| fault.to_string());
                Report { failure: Some(fault.into_failure()), internal }
            }
        };
        File::from(report).write_all(&wire::encode(&report_text))
    };
    let ended = catch_unwind(AssertUnwindSafe(life));
    sys::exit_now(if matches!(ended, Ok(Ok(()))) { 0 } else { 1 });
}

fn keep<const N: usize>(descriptors: [OwnedFd; N]) -> io::Result<[OwnedFd; N]> {
    // Not owned any more: keep_only closes them, and their numbers mean something else then.
    sys::keep_only(descriptors.map(IntoRawFd::into_raw_fd))
}

/// Does the work with the tree as root and without what it does not need.
fn walled(tree: OwnedFd, work: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).doing("close the worker's memory")?;
    let old = pivot_into(&tree).doing("enter the tree")?;
    drop(tree);
    leave(old).doing("leave the host's root")?;
    keep_capabilities(&CAPABILITIES)?;
    rustix::thread::set_no_new_privs(true).doing("forbid new privileges")?;
    let memory = Some(MEMORY);
    setrlimit(Resource::As, Rlimit { current: memory, maximum: memory })
        .doing("limit the worker's memory")?;
    work()
}

fn copy(tar: OwnedFd, into: &Path) -> Result<(), Fault> {
    fs::create_dir_all(into).map_err(|e| {
        let text = format!("The directory `{}` cannot be made: {e}.", into.display());
        Fault::told(FailureKind::Archive, text)
    })?;
    unpack(Patient(tar.into()), into, Meaning::Copy)
}

/// A pipe or file that waits, also where its other end made it non-blocking.
struct Patient(File);

impl Patient {
    fn wait(&self, flags: PollFlags) -> io::Result<()> {
        match poll(&mut [PollFd::from_borrowed_fd(self.0.as_fd(), flags)], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.wait(PollFlags::IN)?,
                other => return other,
            }
        }
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.wait(PollFlags::OUT)?,
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
