//! /proc and /sys, without what tells of the host or reaches it.

use super::mounts::{attach, attach_in_image, copy_of, new_mount};
use crate::{
    fault::{Doing, Fault},
    sys,
};
use rustix::{fs::CWD, mount::MountAttrFlags};
use std::{
    fs, io,
    os::fd::{AsFd, OwnedFd},
};

/// Seen, but not written.
const READ_ONLY: [&str; 5] =
    ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Files that are as empty as /dev/null.
const EMPTY_FILES: [&str; 7] = [
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/timer_list",
    "/proc/timer_stats",
];

/// Directories that are empty.
const EMPTY_DIRECTORIES: [&str; 6] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/scsi",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/kernel/security",
];

/// Mounts both; `old` is the host's root. It must be there still: the kernel lets a user namespace
/// mount these only where they can be seen in full.
pub(crate) fn mount(old: &OwnedFd) -> Result<(), Fault> {
    let plain = MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let proc = new_mount("proc", &[], plain).doing("make a proc file system")?;
    attach_in_image(proc, "/proc")?;
    let read_only = plain | MountAttrFlags::MOUNT_ATTR_RDONLY;
    let sys = new_mount("sysfs", &[], read_only).doing("make a sys file system")?;
    attach_in_image(sys, "/sys")?;
    tune()?;

    for path in READ_ONLY {
        present(copy_of(CWD, path).and_then(|copy| {
            sys::mount_setattr(copy.as_fd(), libc::MOUNT_ATTR_RDONLY, 0, None)?;
            attach(copy, path)
        }))?;
    }
    for path in EMPTY_FILES {
        present(copy_of(old, "dev/null").and_then(|null| attach(null, path)))?;
    }
    let mut first = None;
    for path in EMPTY_DIRECTORIES {
        // One file system serves them all, copied from where it was attached first.
        let empty = match first {
            None => new_mount("tmpfs", &[("size", "4k"), ("mode", "0555")], read_only),
            Some(first) => copy_of(CWD, first),
        };
        if present(empty.and_then(|empty| attach(empty, path)))? {
            first = first.or(Some(path));
        }
    }
    // How hot each core runs tells what the host computes.
    for core in 0.. {
        let path = format!("/sys/devices/system/cpu/cpu{core}/thermal_throttle");
        let Some(first) = first else { break };
        if !present(copy_of(CWD, first).and_then(|empty| attach(empty, &path)))? {
            break;
        }
    }
    Ok(())
}

/// Settings of this sandbox's own namespaces, while they can be written.
fn tune() -> Result<(), Fault> {
    // Nested user namespaces open up much of the kernel, and no installed program needs them.
    fs::write("/proc/sys/user/max_user_namespaces", "0").doing("forbid user namespaces")?;
    // The policy is for IPv4. A kernel without IPv6 has no such file.
    match fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1") {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e).doing("turn IPv6 off"),
        _ => Ok(()),
    }?;
    // Ports below 1024 are nobody's in a sandbox, and ping needs no privilege.
    fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0").doing("open low ports")?;
    fs::write("/proc/sys/net/ipv4/ping_group_range", "0 65535").doing("allow ping")
}

/// Whether there was something to cover: kernels differ in what they have.
fn present(result: io::Result<()>) -> Result<bool, Fault> {
    match result {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e).doing("cover what tells of the host"),
    }
}
