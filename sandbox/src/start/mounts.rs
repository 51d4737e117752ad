//! Mounts as descriptors: made detached, then attached where no link leads elsewhere.

use crate::{
    fault::{Doing, Fault},
    protocol::FailureKind,
    sys,
};
use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
    mount::{
        FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags,
        OpenTreeFlags, UnmountFlags, fsconfig_create, fsconfig_set_string, fsmount, fsopen,
        mount_change, move_mount, open_tree, unmount,
    },
    process::{fchdir, pivot_root},
};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// Makes a file system, not yet attached anywhere.
pub(crate) fn new_mount(
    kind: &str,
    options: &[(&str, &str)],
    attributes: MountAttrFlags,
) -> io::Result<OwnedFd> {
    let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        fsconfig_set_string(context.as_fd(), *key, *value)?;
    }
    fsconfig_create(context.as_fd())?;
    Ok(fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// A detached copy of the mount at `path`, from there downwards; what is mounted below stays out.
pub(crate) fn copy_of(from: impl AsFd, path: &str) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    Ok(open_tree(from, path, flags)?)
}

/// Attaches a detached mount at `path`, through no symbolic link. Where `path` itself is one, that
/// is covered.
pub(crate) fn attach(mount: impl AsFd, path: &str) -> io::Result<()> {
    attach_at(mount, path, OFlags::empty())
}

fn attach_at(mount: impl AsFd, path: &str, further: OFlags) -> io::Result<()> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC | further;
    let target = openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(move_mount(mount.as_fd(), "", target.as_fd(), "", flags)?)
}

/// Attaches a mount of the image's own directories, such as /proc, and makes the directory.
pub(crate) fn attach_in_image(mount: impl AsFd, path: &str) -> Result<(), Fault> {
    match rustix::fs::mkdir(path, Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => {}
        Err(e) => return Err(e).doing("make a directory in the sandbox"),
    }
    attach_at(mount, path, OFlags::DIRECTORY).map_err(|e| match e.raw_os_error() {
        Some(libc::ELOOP | libc::ENOTDIR) => {
            Fault::told(FailureKind::Program, format!("The image's {path} is not a directory."))
        }
        _ => Fault::Host { doing: "mount a file system in the sandbox", source: e },
    })
}

/// A copy of the mount at `path`, changed and attached at a relative `place`; of the supervisor's
/// own files only.
pub(crate) fn attach_copy(
    path: &std::path::Path,
    place: &str,
    idmap: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let mount = open_tree(CWD, path, flags)?;
    if idmap.is_some() {
        sys::mount_setattr(mount.as_fd(), 0, 0, idmap)?;
    }
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    Ok(move_mount(mount.as_fd(), "", CWD, place, flags)?)
}

/// A detached mount of one of the store's directories, for a worker.
pub(crate) fn tree(path: &std::path::Path, read_only: bool) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let mount = open_tree(CWD, path, flags)?;
    let closed = libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
    let read_only = if read_only { libc::MOUNT_ATTR_RDONLY } else { 0 };
    sys::mount_setattr(mount.as_fd(), closed | read_only, 0, None)?;
    Ok(mount)
}

/// Makes a detached mount the root of this mount namespace. Returns the old root, which is still
/// there until [`leave`].
pub(crate) fn pivot_into(root: impl AsFd) -> io::Result<OwnedFd> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let old = rustix::fs::open("/", flags, Mode::empty())?;
    let to = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    move_mount(root.as_fd(), "", CWD, "/", to)?;
    fchdir(root.as_fd())?;
    // The old root comes to lie on top of the new one, where no path leads.
    pivot_root(".", ".")?;
    rustix::process::chdir("/")?;
    Ok(old)
}

/// Lets the old root go, and with it the last way to the host's files.
pub(crate) fn leave(old: OwnedFd) -> io::Result<()> {
    fchdir(&old)?;
    unmount(".", UnmountFlags::DETACH)?;
    Ok(rustix::process::chdir("/")?)
}
