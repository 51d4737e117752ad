//! The sandbox's init until its program runs.

use super::{
    Progress, dev, etc, init, mounts,
    parent::Plan,
    payload::{self, Stdio},
    proc, user,
};
use crate::{
    cgroup::MYSELF,
    fault::{Doing, Fault},
    net::link,
    protocol::{FailureKind, Io},
    sys::{self, Fork},
    wire,
};
use portable_pty::{PtySize, native_pty_system};
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{Mode, OFlags, fchown},
    pipe::{PipeFlags, pipe_with},
    process::{DumpableBehavior, Gid, Pid, Signal, Uid, set_dumpable_behavior, setsid},
};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The whole life of the child; it never returns into the supervisor's code.
pub(crate) fn run(plan: &Plan<'_>, entrances: &[File], socket: RawFd, output: Option<RawFd>) -> ! {
    let life = || -> Result<i32, Fault> {
        let joined = entrances.iter().try_for_each(|mut file| file.write_all(MYSELF));
        // Where there is no output pipe, the socket once more keeps the numbers simple.
        let [socket, output_end] = sys::keep_only([socket, output.unwrap_or(socket)])
            .doing("close the supervisor's descriptors")?;
        let output = output.map(|_| output_end);
        let joined = joined.doing("put the sandbox into its cgroups");
        match joined.and_then(|()| set_up(plan, &socket, output)) {
            Ok(program) => {
                tell(&socket, &Progress::Running)?;
                drop(socket);
                Ok(init::reap(program))
            }
            Err(fault) => {
                let internal = match &fault {
                    Fault::Host { .. } => Some(fault.to_string()),
                    Fault::Told(_) => None,
                };
                tell(&socket, &Progress::Failed { failure: fault.into_failure(), internal })?;
                Ok(127)
            }
        }
    };
    // Without a word to the supervisor it sees the socket close, which says enough.
    let code = catch_unwind(AssertUnwindSafe(life)).ok().and_then(Result::ok).unwrap_or(127);
    sys::exit_now(code)
}

fn tell(socket: &OwnedFd, progress: &Progress) -> Result<(), Fault> {
    wire::send(socket, &wire::encode(progress), None).doing("answer the supervisor")
}

/// Builds the walls from inside and starts the program; returns its process.
fn set_up(plan: &Plan<'_>, socket: &OwnedFd, output: Option<OwnedFd>) -> Result<Pid, Fault> {
    let root = wait_for_root(socket)?;
    // While the host's /proc is there, and this file in it is ours.
    let badness = File::options().write(true).open("/proc/self/oom_score_adj");
    let badness = badness.doing("open the init's OOM score")?;
    become_init(plan)?;
    rustix::system::sethostname(plan.spec.hostname.as_bytes()).doing("set the host name")?;

    let old = mounts::pivot_into(&root).doing("enter the sandbox's root")?;
    drop(root);
    dev::mount(&old)?;
    // Not later: the kernel takes a moment until packets pass the host's end, and has whoever turns
    // IPv6 off below try again and again while the supervisor makes devices.
    hear(socket).doing("hear of the network")?;
    link::set_up_inside(plan.addresses.as_ref()).doing("set up the sandbox's network")?;
    proc::mount(&old)?;
    etc::provide(&plan.spec.hostname, plan.addresses.as_ref())?;
    mounts::leave(old).doing("leave the host's root")?;

    let identity = user::find(&plan.spec.process.user)?;
    let stdio = match (plan.spec.io, output) {
        (Io::Terminal { columns, rows }, _) => {
            let (master, terminal) = open_terminal(columns, rows, identity.uid)?;
            let message = wire::encode(&Progress::Terminal);
            wire::send(socket, &message, Some(master.as_fd())).doing("hand the terminal over")?;
            Stdio::Terminal(terminal)
        }
        (Io::Output, Some(pipe)) => Stdio::Output(pipe),
        (Io::Output, None) => unreachable!("the parent made a pipe for Io::Output"),
    };
    start_program(plan, &identity, stdio, badness)
}

/// Waits until the supervisor has made the root.
fn wait_for_root(socket: &OwnedFd) -> Result<OwnedFd, Fault> {
    hear(socket).and_then(|root| root.ok_or_else(gone)).doing("hear of the root")
}

/// Waits for the supervisor's next word, and takes what comes along.
fn hear(socket: &OwnedFd) -> io::Result<Option<OwnedFd>> {
    wait(socket.as_fd())?;
    let mut word = [0; 8];
    let received = wire::receive(socket, &mut word)?;
    received.map(|(_, descriptor)| descriptor).ok_or_else(gone)
}

fn gone() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

fn wait(fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    loop {
        match poll(&mut fds, None) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// Takes on what makes this process the init of its own small world.
fn become_init(plan: &Plan<'_>) -> Result<(), Fault> {
    rustix::thread::set_thread_groups(&[]).doing("leave the supervisor's groups")?;
    rustix::thread::set_thread_res_gid(Gid::ROOT, Gid::ROOT, Gid::ROOT)
        .doing("become the sandbox's root")?;
    rustix::thread::set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT)
        .doing("become the sandbox's root")?;
    // Its memory is a copy of the supervisor's, and never for the sandbox to read. It never
    // executes another program, so this stays.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).doing("close the init's memory")?;
    // A change of ids clears this, so it comes after.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .doing("tie the sandbox to the supervisor")?;
    if let Some(title) = plan.title {
        title.set(c"init");
    }
    rustix::thread::set_name(c"init").doing("name the init")?;
    sys::new_session_keyring();
    setsid().doing("make a session")?;
    // Here, and not at the fork, because by now the sandbox is in its cgroups: they become the
    // root of what it sees.
    sys::unshare(libc::CLONE_NEWCGROUP).doing("make a cgroup namespace")
}

/// Opens a PTY in the sandbox's own devpts, of the right size before anybody looks.
fn open_terminal(columns: u16, rows: u16, owner: u32) -> Result<(OwnedFd, OwnedFd), Fault> {
    let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system()
        .openpty(size)
        .map_err(|e| io::Error::other(e.to_string()))
        .doing("open a terminal in the sandbox")?;
    let master = pair.master.as_raw_fd().zip(pair.master.tty_name());
    let (master, name) = master
        .ok_or_else(|| io::Error::other("the terminal has no name"))
        .doing("open a terminal in the sandbox")?;
    let master = sys::duplicate(master).doing("keep the terminal")?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let terminal = rustix::fs::open(name, flags, Mode::empty()).doing("open the terminal")?;
    fchown(&terminal, Some(Uid::from_raw(owner)), None).doing("give the terminal to its user")?;
    Ok((master, terminal))
}

/// Forks the program and waits until it was executed, or was not.
///
/// The program and its children are the first to go where memory runs out, before the init, which
/// would take them all along, and before anything of the host.
fn start_program(
    plan: &Plan<'_>,
    identity: &user::Identity,
    stdio: Stdio,
    mut badness: File,
) -> Result<Pid, Fault> {
    let process = &plan.spec.process;
    fs::create_dir_all(&process.cwd).map_err(|e| {
        let text = format!("The working directory `{}` cannot be made: {e}.", process.cwd);
        Fault::told(FailureKind::Program, text)
    })?;
    let (read, write) = pipe_with(PipeFlags::CLOEXEC).doing("make a pipe")?;
    badness.write_all(b"500").doing("raise the program's OOM score")?;
    // Before the fork, so that the init itself is behind it too, at no further cost.
    plan.filter.load()?;
    match sys::fork().doing("fork the program")? {
        Fork::Child => payload::run(plan.spec, identity, &stdio, write),
        Fork::Parent(pid) => {
            drop((write, stdio));
            badness.write_all(b"0").doing("lower the init's OOM score")?;
            let mut said = Vec::new();
            File::from(read).read_to_end(&mut said).doing("hear from the program")?;
            // Silence means that exec closed the pipe.
            if said.is_empty() {
                return Ok(pid);
            }
            Err(wire::decode(&said).doing("hear from the program").map_or_else(|e| e, Fault::Told))
        }
    }
}
