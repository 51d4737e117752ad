//! The program: from the fork to exec.

use super::{caps, probe, user::Identity};
use crate::{
    fault::{Doing, Fault},
    protocol::{FailureKind, Process, Spec},
    sys, wire,
};
use nix::errno::Errno;
use rustix::{
    fs::{Mode, OFlags},
    process::{Gid, Resource, Rlimit, Uid, getrlimit, ioctl_tiocsctty, setrlimit, setsid, umask},
};
use std::{
    convert::Infallible,
    ffi::CString,
    fs::File,
    io::Write,
    os::fd::{AsFd, OwnedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What becomes the program's standard streams.
pub(crate) enum Stdio {
    /// All three are this terminal, which controls the program's session.
    Terminal(OwnedFd),
    /// Output and error go here; input is empty.
    Output(OwnedFd),
}

/// Becomes the program. Where it cannot, it writes a [`crate::protocol::Failure`] to `report`,
/// which exec closes.
pub(crate) fn run(spec: &Spec, identity: &Identity, stdio: &Stdio, report: OwnedFd) -> ! {
    let become_program = || {
        let outcome = prepare(spec, identity, stdio).and_then(|()| match &spec.probe {
            Some(probe) => Ok(probe),
            None => match search(&spec.process, identity)? {},
        });
        match outcome {
            Ok(probe) => {
                // As exec would.
                drop(report);
                probe::run(probe)
            }
            Err(fault) => {
                let bytes = wire::encode(&fault.into_failure());
                // Where init is gone, so is everything here.
                let _ = File::from(report).write_all(&bytes);
                127
            }
        }
    };
    let code = catch_unwind(AssertUnwindSafe(become_program)).unwrap_or(127);
    sys::exit_now(code)
}

/// Everything but the program itself. That it can win no privileges, and which system calls it may
/// make, it has from the init.
fn prepare(spec: &Spec, identity: &Identity, stdio: &Stdio) -> Result<(), Fault> {
    sys::reset_signals();
    setsid().doing("make a session")?;
    match stdio {
        Stdio::Terminal(terminal) => {
            ioctl_tiocsctty(terminal).doing("take the terminal")?;
            sys::set_stdio(terminal.as_fd(), terminal.as_fd()).doing("take the terminal")?;
        }
        Stdio::Output(pipe) => {
            let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
                .doing("open /dev/null")?;
            sys::set_stdio(null.as_fd(), pipe.as_fd()).doing("set standard streams")?;
        }
    }
    umask(Mode::from_raw_mode(0o022));
    limit(Resource::Nofile, spec.limits.open_files.into())?;
    limit(Resource::Core, 0)?;
    rustix::process::chdir(&spec.process.cwd).map_err(|e| {
        let text = format!("The working directory `{}` cannot be entered: {e}.", spec.process.cwd);
        Fault::told(FailureKind::Program, text)
    })?;
    become_user(identity)
}

/// Sets both limits, as far as the hard limit allows.
fn limit(resource: Resource, value: u64) -> Result<(), Fault> {
    let value = Some(getrlimit(resource).maximum.map_or(value, |maximum| maximum.min(value)));
    setrlimit(resource, Rlimit { current: value, maximum: value }).doing("limit open files")
}

fn become_user(identity: &Identity) -> Result<(), Fault> {
    caps::bound()?;
    let groups: Vec<Gid> = identity.groups.iter().copied().map(Gid::from_raw).collect();
    rustix::thread::set_thread_groups(&groups).doing("take on the user's groups")?;
    let gid = Gid::from_raw(identity.gid);
    rustix::thread::set_thread_res_gid(gid, gid, gid).doing("take on the user's group")?;
    let uid = Uid::from_raw(identity.uid);
    rustix::thread::set_thread_res_uid(uid, uid, uid).doing("become the user")?;
    caps::limit()
}

/// Executes the program, looked up along PATH as a shell would.
fn search(process: &Process, identity: &Identity) -> Result<Infallible, Fault> {
    let mut env = process.env.clone();
    if let Some(home) = &identity.home
        && !env.iter().any(|pair| pair.starts_with("HOME="))
    {
        env.push(format!("HOME={home}"));
    }
    let c_string = |text: &String| CString::new(text.as_str()).expect("checked by the parent");
    let (argv, envp): (Vec<_>, Vec<_>) =
        (process.argv.iter().map(c_string).collect(), env.iter().map(c_string).collect());
    let name = process.argv[0].as_str();
    if name.contains('/') {
        return Err(refusal(name, nix::unistd::execve(&argv[0], &argv, &envp), name));
    }
    let path = env.iter().find_map(|pair| pair.strip_prefix("PATH=")).unwrap_or(DEFAULT_PATH);
    let mut first_refusal = None;
    for directory in path.split(':') {
        let directory = if directory.is_empty() { "." } else { directory };
        let file = format!("{directory}/{name}");
        let c_file = CString::new(file.as_str()).expect("checked by the parent");
        let result = nix::unistd::execve(&c_file, &argv, &envp);
        if !matches!(result, Err(Errno::ENOENT | Errno::ENOTDIR)) || Path::new(&file).exists() {
            first_refusal.get_or_insert_with(|| refusal(name, result, &file));
        }
    }
    Err(first_refusal.unwrap_or_else(|| {
        let text = format!("The program `{name}` is not in the image; PATH is `{path}`.");
        Fault::told(FailureKind::Program, text)
    }))
}

/// Why a file was not executed.
fn refusal(name: &str, result: nix::Result<Infallible>, file: &str) -> Fault {
    let Err(errno) = result;
    let because = match errno {
        Errno::ENOENT if Path::new(file).exists() => {
            "needs an interpreter or a loader that is not in the image".to_owned()
        }
        Errno::ENOENT | Errno::ENOTDIR => "is not in the image".to_owned(),
        Errno::EACCES => "is not an executable file".to_owned(),
        Errno::ENOEXEC => {
            "is not a program for this machine, or is a script without a `#!` line".to_owned()
        }
        other => format!("cannot be executed: {}", other.desc()),
    };
    Fault::told(FailureKind::Program, format!("The program `{name}` {because}."))
}
