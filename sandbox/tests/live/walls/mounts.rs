//! The root and what is mounted stay as they are.

use super::Siege;

#[test]
fn nothing_is_mounted_or_unmounted() {
    Siege::new().refuses(&[
        ("mount-tmpfs", "EPERM"),
        ("mount-proc", "EPERM"),
        ("mount-sysfs", "EPERM"),
        ("mount-devpts", "EPERM"),
        ("mount-overlay", "EPERM"),
        ("bind-root", "EPERM"),
        ("remount-proc-sys", "EPERM"),
        ("remount-sys", "EPERM"),
        ("umount-kcore", "EPERM"),
        ("umount-proc-sys", "EPERM"),
        ("pivot-root", "EPERM"),
        ("fsopen", "EPERM"),
        ("open-tree", "EPERM"),
        ("move-mount", "EPERM"),
        ("mount-setattr", "EPERM"),
    ]);
}

/// CVE-2022-0492: mount the host's cgroups of version 1, and have it run a program at their end.
#[test]
fn no_cgroup_names_a_release_agent() {
    let siege = Siege::new();
    siege.refuses(&[
        ("mount-cgroup", "EPERM"),
        ("mount-cgroup2", "EPERM"),
        ("unshare=cgroup", "EPERM"),
        ("unshare=user", "EPERM"),
        ("write=/sys/fs/cgroup/release_agent", "ENOENT"),
        ("write=/sys/fs/cgroup/memory/release_agent", "ENOENT"),
        ("write=/sys/fs/cgroup/cgroup.procs", "ENOENT"),
    ]);
    let found = siege.lab.sh("ls -A /sys/fs/cgroup; grep cgroup /proc/mounts; echo none");
    assert_eq!(found, "none\n");
}

#[test]
fn chroot_leads_no_further_than_the_root() {
    assert_eq!(Siege::new().try_one("chroot-out"), "done in the same root");
}
