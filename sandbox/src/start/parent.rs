//! The supervisor's part of a start.

use super::{Filter, IDS, Overlay, Scratch, Shift, UpperDir, child, first_id};
use crate::{
    cgroup::{Cgroups, Group},
    fault::{Doing, Fault},
    layers::Store,
    net::{Addresses, Net},
    protocol::{FailureKind, Io, Network, Spec, Upper},
    sys::{self, Fork, Title},
    wire,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    pipe::{PipeFlags, pipe_with},
    process::{Pid, Signal, WaitOptions, kill_process, waitpid},
};
use std::{
    fs::{self, File},
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

/// Every namespace but that of cgroups, which comes when the sandbox is in its own cgroups.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS;

/// What of the supervisor a start needs.
pub(crate) struct Host<'a> {
    /// Where roots are joined.
    pub scratch: &'a Scratch,
    /// Where layers lie.
    pub store: &'a Store,
    /// Limits.
    pub cgroups: &'a Cgroups,
    /// Where network is to be had.
    pub net: Option<&'a mut Net>,
    /// Where the command line lies that sandboxes are not to read.
    pub title: Option<Title>,
    /// Which system calls sandboxes may make.
    pub filter: &'a Filter,
}

/// A sandbox whose init is at work.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Its init.
    pub pid: Pid,
    /// Brings [`super::Progress`].
    pub handshake: OwnedFd,
    /// The read end of its output, where it has no terminal.
    pub output: Option<OwnedFd>,
    /// Its limits.
    pub group: Group,
    /// The host's end of its network.
    pub device: Option<String>,
    /// The work directory of its upper layer.
    pub work: Option<String>,
}

/// What the child is told before it is born.
pub(crate) struct Plan<'a> {
    pub spec: &'a Spec,
    pub addresses: Option<Addresses>,
    pub title: Option<Title>,
    pub filter: &'a Filter,
}

/// Starts a sandbox in this place as far as the supervisor can; its init does the rest. When this
/// fails, nothing is left.
pub(crate) fn begin(host: &mut Host<'_>, spec: &Spec, slot: u16) -> Result<Begun, Fault> {
    check(spec)?;
    let lower = spec.layers.iter().map(|name| host.store.layer(name)).collect::<Result<_, _>>()?;
    let addresses = match (spec.network, &host.net) {
        (Network::None, _) => None,
        (Network::Outbound, Some(net)) => Some(net.addresses(slot)),
        (Network::Outbound, None) => {
            let text = "Sandboxes have no network on this host; the server's log says why.";
            return Err(Fault::told(FailureKind::Internal, text));
        }
    };
    let work = match &spec.upper {
        Upper::Memory { .. } => None,
        Upper::Layer(name) => {
            host.store.make_layer(name)?;
            Some(host.store.make_work(spec.id.as_str())?)
        }
    };
    let undo_work = || work.iter().for_each(|name| host.store.remove_work(name));
    let group = host.cgroups.create(spec.id.as_str(), &spec.limits);
    let group = group.doing("limit the sandbox").inspect_err(|_| undo_work())?;

    let plan = Plan { spec, addresses, title: host.title, filter: host.filter };
    let born = give_birth(&plan, &group);
    let born = born.doing("make the sandbox's namespaces").inspect_err(|_| {
        undo_work();
        // Empty, so it cannot fail; and if it did, the next start of the supervisor cleans up.
        let _ = group.remove();
    })?;
    let begun = Begun {
        pid: born.pid,
        handshake: born.handshake,
        output: born.output,
        group,
        device: addresses.and(host.net.as_ref()).map(|net| net.device(slot)),
        work,
    };
    match equip(host, spec, slot, lower, &begun) {
        Ok(()) => Ok(begun),
        Err(fault) => {
            undo(host, &begun);
            Err(fault)
        }
    }
}

fn check(spec: &Spec) -> Result<(), Fault> {
    let invalid = |what: &str| Err(Fault::told(FailureKind::Invalid, what));
    let process = &spec.process;
    if process.argv.first().is_none_or(String::is_empty) {
        return invalid("The command is empty.");
    }
    let mut texts = process.argv.iter().chain(&process.env).chain([&process.cwd, &process.user]);
    if texts.any(|text| text.contains('\0')) {
        return invalid("The command, environment, user or directory holds a NUL character.");
    }
    if !process.cwd.starts_with('/') {
        return invalid("The working directory is not an absolute path.");
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    if spec.hostname.is_empty() || spec.hostname.len() > 63 || !spec.hostname.bytes().all(plain) {
        return invalid("The host name is not one: letters, digits, `-` and `.`, at most 63.");
    }
    if spec.layers.len() > crate::protocol::MAX_LAYERS {
        return invalid("The image has more layers than a sandbox takes.");
    }
    Ok(())
}

struct Born {
    pid: Pid,
    handshake: OwnedFd,
    output: Option<OwnedFd>,
}

/// Forks the init, which goes into the group before it does anything else, and waits.
fn give_birth(plan: &Plan<'_>, group: &Group) -> io::Result<Born> {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None,
    )?;
    let (read, write) = match plan.spec.io {
        Io::Terminal { .. } => (None, None),
        Io::Output => {
            let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
            (Some(read), Some(write))
        }
    };
    let (cgroup, entrances) = (group.descriptor()?, group.entrances()?);
    match sys::clone3(NAMESPACES, cgroup.as_ref().map(AsFd::as_fd))? {
        Fork::Child => {
            let output = write.as_ref().map(AsRawFd::as_raw_fd);
            child::run(plan, &entrances, theirs.as_raw_fd(), output)
        }
        Fork::Parent(pid) => Ok(Born { pid, handshake: ours, output: read }),
    }
}

/// Gives the waiting init its ids and its root, then its network, and lets it go.
fn equip(
    host: &mut Host<'_>,
    spec: &Spec,
    slot: u16,
    lower: Vec<std::path::PathBuf>,
    begun: &Begun,
) -> Result<(), Fault> {
    let instance = host.net.as_ref().map_or(0, |net| net.instance());
    let first_id = first_id(instance, slot);
    let pid = begun.pid.as_raw_nonzero();
    for map in ["uid_map", "gid_map"] {
        fs::write(format!("/proc/{pid}/{map}"), format!("0 {first_id} {IDS}"))
            .doing("shift the sandbox's ids")?;
    }
    let namespace = File::open(format!("/proc/{pid}/ns/user")).doing("open the user namespace")?;
    let upper = match (&spec.upper, &begun.work) {
        (Upper::Layer(name), Some(work)) => UpperDir::Layer { name, work },
        (Upper::Memory { bytes, inodes }, _) => UpperDir::Memory { bytes: *bytes, inodes: *inodes },
        (Upper::Layer(_), None) => unreachable!("a work directory was made for every upper layer"),
    };
    let shift = Some(Shift { namespace: namespace.as_fd(), first_id });
    let joined = host.scratch.join(&Overlay { lower, upper, shift });
    let joined = joined.doing("mount the sandbox's root file system")?;
    // The init moves in while the network is made, and the scratch folder is cleared after both.
    let root = Some(joined.root.as_fd());
    wire::send(&begun.handshake, b"root", root).doing("hand the root over")?;
    let connected = match (&begun.device, &mut host.net) {
        (Some(_), Some(net)) => net.connect(slot, pid.get()),
        _ => Ok(()),
    };
    let connected = connected.doing("connect the sandbox to the network");
    let gone = connected
        .and_then(|()| wire::send(&begun.handshake, b"go", None).doing("let the sandbox go"));
    // Where the init has failed meanwhile, what it says of it counts.
    if has_spoken(&begun.handshake) { Ok(()) } else { gone }
}

/// Whether the init has said something that was not read yet, or has ended.
fn has_spoken(handshake: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(handshake, PollFlags::IN)];
    poll(&mut fds, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// Releases what a start that failed took.
fn undo(host: &Host<'_>, begun: &Begun) {
    end(begun.pid);
    if let Err(e) = begun.group.remove() {
        tracing::warn!("cannot remove a cgroup after a failed start: {e}");
    }
    begun.work.iter().for_each(|name| host.store.remove_work(name));
}

/// Kills a child that waits, and reaps it.
fn end(pid: Pid) {
    // It cannot fail: the child is ours and not yet reaped.
    let _ = kill_process(pid, Signal::KILL);
    let _ = waitpid(Some(pid), WaitOptions::empty());
}
