//! A build step stands behind the same walls as a sandbox.

use super::Siege;
use sandbox::protocol::{Io, Spec, Upper};
use std::{fs, os::unix::fs::MetadataExt};

#[test]
fn a_step_is_refused_what_a_sandbox_is() {
    let siege = Siege::new();
    let table = [
        ("mount-tmpfs", "EPERM"),
        ("mount-cgroup", "EPERM"),
        ("unshare=user", "EPERM"),
        ("clone=user", "EPERM"),
        ("clone3=user", "ENOSYS"),
        ("setns=/proc/self/ns/mnt", "EPERM"),
        ("open-by-handle", "EPERM"),
        ("bpf", "EPERM"),
        ("perf", "EPERM"),
        ("keyctl", "EPERM"),
        ("io-uring", "EPERM"),
        ("init-module", "EPERM"),
        ("vsock", "EAFNOSUPPORT"),
        ("packet", "EAFNOSUPPORT"),
        ("block-device=8:0", "EPERM"),
        ("write=/proc/sys/kernel/core_pattern", "EACCES"),
        ("write=/proc/1/exe", "EACCES"),
        ("ptrace=1", "EPERM"),
        ("allow-everything", "EPERM"),
    ];
    siege.refuses_in(&table, |attacks| Spec {
        io: Io::Output,
        upper: Upper::Layer(crate::support::name("step")),
        ..siege.spec(attacks)
    });
}

/// What package managers do is not hindered: owners, modes, attributes, chroot, fifos, hard links.
#[test]
fn what_installing_needs_goes_through() {
    let lab = crate::support::Lab::new();
    let script = "set -e; mkdir -p /opt/a; cd /opt/a; echo x > f; chown 33:44 f; chmod 2750 f; \
                  ln f g; ln -s f l; mkfifo p; touch -h l; chroot / true; \
                  chown 1000:1001 . && sh -c 'ulimit -n; id -u' && kill -0 1; echo fine";
    let (text, exit) = lab.run(lab.step("install", "made", script));
    assert!(exit.code == 0 && text.ends_with("fine\n"), "{exit:?}: {text}");
}

/// A set-uid program that a step leaves lies where nobody of the host gets to it.
#[test]
fn what_a_step_leaves_is_closed_to_the_host() {
    let lab = crate::support::Lab::new();
    let (text, exit) = lab.run(lab.step("maker", "evil", "cp /bin/busybox /su; chmod 4755 /su"));
    assert_eq!(exit.code, 0, "{text}");
    let file = fs::metadata(lab.data().join("layers/evil/su")).expect("the program");
    assert_eq!((file.uid(), file.mode() & 0o7777), (0, 0o4755));
    let data = fs::metadata(lab.data()).expect("the data folder");
    assert_eq!((data.uid(), data.mode() & 0o777), (0, 0o700));
}
