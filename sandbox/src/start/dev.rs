//! A sandbox's own /dev: six devices that hold nothing, and terminals of its own.

use super::mounts::{attach, attach_in_image, copy_of, new_mount};
use crate::{
    fault::{Doing, Fault},
    sys,
};
use rustix::{fs::Mode, mount::MountAttrFlags};
use std::{
    fs::{self, File},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::symlink,
    },
};

const DEVICES: [&str; 6] = ["full", "null", "random", "tty", "urandom", "zero"];

const LINKS: [(&str, &str); 5] = [
    ("pts/ptmx", "/dev/ptmx"),
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
];

/// Mounts it; `old` is the host's root, where the devices are.
pub(crate) fn mount(old: &OwnedFd) -> Result<(), Fault> {
    let plain = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let dev = new_mount("tmpfs", &[("size", "64k"), ("nr_inodes", "256"), ("mode", "0755")], plain)
        .doing("make a file system for devices")?;
    attach_in_image(dev, "/dev")?;
    for device in DEVICES {
        let path = format!("/dev/{device}");
        File::create(&path).doing("make a place for a device")?;
        let copy = copy_of(old, &path[1..]).doing("find the host's device")?;
        sys::mount_setattr(
            copy.as_fd(),
            libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC,
            0,
            None,
        )
        .and_then(|()| attach(copy, &path))
        .doing("mount a device")?;
    }
    // The host has 4,096 terminals in all.
    let options = [("ptmxmode", "0666"), ("mode", "0620"), ("gid", "5"), ("max", "64")];
    let pts = new_mount("devpts", &options, plain).doing("make the sandbox's terminals")?;
    make_directory("/dev/pts", 0o755)?;
    attach(pts, "/dev/pts").doing("mount the sandbox's terminals")?;
    let no_devices = plain | MountAttrFlags::MOUNT_ATTR_NODEV;
    let shm =
        new_mount("tmpfs", &[("size", "64m"), ("nr_inodes", "4096"), ("mode", "1777")], no_devices)
            .doing("make shared memory")?;
    make_directory("/dev/shm", 0o755)?;
    attach(shm, "/dev/shm").doing("mount shared memory")?;
    LINKS.iter().try_for_each(|(to, link)| symlink(to, link)).doing("make links in /dev")
}

fn make_directory(path: &str, mode: u32) -> Result<(), Fault> {
    rustix::fs::mkdir(path, Mode::from_raw_mode(mode)).doing("make a directory in /dev")?;
    debug_assert!(fs::metadata(path).is_ok_and(|m| m.is_dir()));
    Ok(())
}
