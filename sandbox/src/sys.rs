//! The system calls that no library wraps safely, each as thin as it can be.
//!
//! Several of them are sound only because the supervisor is single-threaded: a child of its may run
//! ordinary code, and nothing else in the process sees its credentials change.

use crate::fault::{Doing, Fault};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction};
use rustix::process::Pid;
use std::{
    ffi::CStr,
    io,
    os::{
        fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    process::Command,
};

/// Of <linux/sched.h>: above what libc's constants of this kind can hold.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// Which side of a fork this is.
pub(crate) enum Fork {
    /// The old process, and its child's id.
    Parent(Pid),
    /// The new process.
    Child,
}

/// Forks into new namespaces (`CLONE_NEW…` flags), on cgroup v2 into a cgroup.
pub(crate) fn clone3(namespaces: i32, cgroup: Option<BorrowedFd<'_>>) -> io::Result<Fork> {
    // SAFETY: all of clone_args may be zero.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = u64::from(namespaces.cast_unsigned());
    args.exit_signal = libc::SIGCHLD.cast_unsigned().into();
    if let Some(cgroup) = cgroup {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = cgroup.as_raw_fd().cast_unsigned().into();
    }
    // SAFETY: without CLONE_VM the child has its own memory and goes on like after fork(); the
    // process has one thread, so no lock is held by a thread that is missing in the child.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw mut args, size_of_val(&args)) };
    forked(pid)
}

/// Forks.
pub(crate) fn fork() -> io::Result<Fork> {
    // SAFETY: the process has one thread.
    forked(unsafe { libc::fork() }.into())
}

fn forked(pid: i64) -> io::Result<Fork> {
    match i32::try_from(pid) {
        Ok(0) => Ok(Fork::Child),
        Ok(pid) => Pid::from_raw(pid)
            .filter(|_| pid > 0)
            .map(Fork::Parent)
            .ok_or_else(io::Error::last_os_error),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// Ends this process without unwinding and without running what the parent registered.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: always sound; nothing runs after it.
    unsafe { libc::_exit(code) }
}

/// Changes a detached mount: `set` and `clear` are `MOUNT_ATTR_…`, `idmap` a user namespace.
pub(crate) fn mount_setattr(
    mount: BorrowedFd<'_>,
    set: u64,
    clear: u64,
    idmap: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let attr = libc::mount_attr {
        attr_set: set | if idmap.is_some() { libc::MOUNT_ATTR_IDMAP } else { 0 },
        attr_clr: clear,
        propagation: 0,
        userns_fd: idmap.map_or(0, |fd| fd.as_raw_fd().cast_unsigned().into()),
    };
    // SAFETY: the path is a C string, the structure and its size match, the descriptors are open.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attr,
            size_of_val(&attr),
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Runs `work` with another user's identity on file systems but all our capabilities.
///
/// Overlayfs remembers the credentials of its mounter and makes its work files with them. On an
/// idmapped upper layer only ids inside the map can own files, so root itself cannot.
pub(crate) fn with_fs_identity<T>(id: u32, work: impl FnOnce() -> T) -> io::Result<T> {
    const NO_SETUID_FIXUP: libc::c_ulong = 1 << 2;
    // SAFETY: plain calls that take numbers. They change this process's only thread.
    unsafe {
        let bits = libc::prctl(libc::PR_GET_SECUREBITS);
        if bits < 0
            || libc::prctl(
                libc::PR_SET_SECUREBITS,
                libc::c_ulong::from(bits.cast_unsigned()) | NO_SETUID_FIXUP,
            ) < 0
        {
            return Err(io::Error::last_os_error());
        }
        libc::setfsgid(id);
        libc::setfsuid(id);
        let result = work();
        libc::setfsuid(0);
        libc::setfsgid(0);
        if libc::prctl(libc::PR_SET_SECUREBITS, libc::c_ulong::from(bits.cast_unsigned())) < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(result)
    }
}

/// Closes every descriptor from `first` on.
pub(crate) fn close_from(first: RawFd) {
    // SAFETY: the callers are fresh children that own no descriptor above `first` any more. It
    // cannot fail on a kernel that has clone3, which is as old.
    unsafe { libc::syscall(libc::SYS_close_range, first.cast_unsigned(), libc::c_uint::MAX, 0) };
}

/// Moves descriptors to the numbers from 3 on, puts /dev/null on 0 to 2, and closes all others.
/// The result owns the new ones.
pub(crate) fn keep_only<const N: usize>(keep: [RawFd; N]) -> io::Result<[OwnedFd; N]> {
    // First up, out of the way of each other, then down.
    let mut high = [0; N];
    for (high, fd) in high.iter_mut().zip(keep) {
        // SAFETY: fcntl with a number; whatever fd is, the answer is checked.
        *high = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 100) };
        if *high < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // SAFETY: the path is a C string.
    let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC) };
    if null < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `null` was opened above and stays open until close_from.
    let null = unsafe { BorrowedFd::borrow_raw(null) };
    set_stdio(null, null)?;
    for (low, high) in (3..).zip(high) {
        // SAFETY: dup3 with numbers. What `low` was is not used in this child any more.
        if unsafe { libc::dup3(high, low, libc::O_CLOEXEC) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    let count = RawFd::try_from(N).expect("a handful of descriptors");
    close_from(3 + count);
    // SAFETY: these numbers were opened above, and nothing else owns them in this child.
    Ok(std::array::from_fn(|i| unsafe { OwnedFd::from_raw_fd(3 + i as RawFd) }))
}

/// Makes these the standard input, output and error of this process, to be inherited by exec.
pub(crate) fn set_stdio(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> io::Result<()> {
    for (fd, target) in [(input, 0), (output, 1), (output, 2)] {
        // SAFETY: dup2 with numbers; the callers own no descriptor below 3 any more.
        if unsafe { libc::dup2(fd.as_raw_fd(), target) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// A second descriptor for what `fd` is, close-on-exec.
pub(crate) fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: fcntl with numbers; the result is checked before it is owned.
    unsafe {
        let new = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3);
        if new < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(new)) }
    }
}

/// A session keyring of our own, so that the supervisor's is not inherited. A kernel without
/// keyrings has nothing to inherit.
pub(crate) fn new_session_keyring() {
    const JOIN_SESSION_KEYRING: libc::c_int = 1;
    // SAFETY: a null name asks for a new anonymous keyring.
    unsafe { libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, std::ptr::null::<u8>()) };
}

/// Moves this process into new namespaces (`CLONE_NEW…`).
pub(crate) fn unshare(namespaces: i32) -> io::Result<()> {
    // SAFETY: the flags given here are namespaces; CLONE_FILES, which could surprise owners of
    // descriptors, is not among them.
    if unsafe { libc::unshare(namespaces) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Every signal's disposition and the mask as a fresh program expects them.
pub(crate) fn reset_signals() {
    for number in 1..=64 {
        // SAFETY: the default disposition runs no code of ours. SIGKILL, SIGSTOP and the numbers
        // that libc keeps refuse, as they should.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
    // It fails only for an unknown `how`.
    let _ = nix::sys::signal::sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
}

/// Ignores SIGPIPE: a client that hangs up is an error to handle, not an end.
pub(crate) fn ignore_sigpipe() -> Result<(), Fault> {
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: ignoring runs no code of ours.
    unsafe { sigaction(Signal::SIGPIPE, &ignore) }.map(drop).doing("ignore SIGPIPE")
}

/// Makes a command start in a session of its own, with fresh signals and only the standard streams.
pub(crate) fn detach(command: &mut Command) {
    // SAFETY: between fork and exec of a process that may have threads, the closure makes only
    // system calls that are async-signal-safe and touches no memory of others.
    unsafe {
        command.pre_exec(|| {
            reset_signals();
            libc::syscall(
                libc::SYS_close_range,
                3 as libc::c_uint,
                libc::c_uint::MAX,
                libc::CLOSE_RANGE_CLOEXEC,
            );
            if libc::setsid() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
        });
    }
}

/// The place where this process's command line lies in memory, as `/proc/self/stat` tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Title {
    start: usize,
    length: usize,
}

impl Title {
    /// Finds it; `None` where /proc does not tell.
    pub fn find() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The second field may hold anything, but ends at the last parenthesis.
        let rest = stat.get(stat.rfind(')')? + 2..)?;
        // arg_start and arg_end are the fields 48 and 49; `rest` begins with the third.
        let mut fields = rest.split(' ').skip(45);
        let start: usize = fields.next()?.parse().ok()?;
        let end: usize = fields.next()?.parse().ok()?;
        (start > 0 && end > start).then_some(Self { start, length: end - start })
    }

    /// Overwrites it, so that the sandbox does not read the supervisor's command line from its
    /// init.
    pub fn set(self, title: &CStr) {
        let bytes = title.to_bytes();
        let pointer = std::ptr::with_exposed_provenance_mut::<u8>(self.start);
        // SAFETY: the kernel says that our argument strings lie here; they are writable, nobody
        // holds a reference to them in a child that never returns to main, and this memory is the
        // child's own copy.
        unsafe {
            std::ptr::write_bytes(pointer, 0, self.length);
            let length = bytes.len().min(self.length - 1);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), pointer, length);
        }
    }
}
