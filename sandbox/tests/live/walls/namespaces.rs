//! No namespace is made or entered from inside.

use super::Siege;

#[test]
fn no_namespace_is_made() {
    Siege::new().refuses(&[
        ("unshare=user", "EPERM"),
        ("unshare=mount", "EPERM"),
        ("unshare=pid", "EPERM"),
        ("unshare=net", "EPERM"),
        ("unshare=ipc", "EPERM"),
        ("unshare=uts", "EPERM"),
        ("unshare=cgroup", "EPERM"),
        ("unshare=time", "EPERM"),
        ("clone=user", "EPERM"),
        ("clone=mount", "EPERM"),
        ("clone=net", "EPERM"),
        ("clone=cgroup", "EPERM"),
        ("clone3=user", "ENOSYS"),
        ("clone3=time", "ENOSYS"),
    ]);
}

#[test]
fn no_namespace_is_entered() {
    Siege::new().refuses(&[
        ("setns=/proc/self/ns/user", "EPERM"),
        ("setns=/proc/self/ns/mnt", "EPERM"),
        ("setns=/proc/self/ns/net", "EPERM"),
        // The init is not to be looked into at all.
        ("setns=/proc/1/ns/mnt", "EACCES"),
        ("setns=/proc/1/ns/user", "EACCES"),
    ]);
}
