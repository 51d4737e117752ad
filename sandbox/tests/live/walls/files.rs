//! /proc, /sys and devices, and what may leak from the supervisor.

use super::Siege;
use crate::support::{archive, entry, name, program};
use sandbox::{Error, protocol::FailureKind};
use std::{fs, os::unix::fs::MetadataExt};
use tar::EntryType;

#[test]
fn the_hosts_settings_are_not_written() {
    let siege = Siege::new();
    // Most belong to the host's root, who is nobody here; what would belong to the sandbox's lies
    // on a mount that is not written.
    siege.refuses(&[
        ("write=/proc/sys/kernel/core_pattern", "EACCES"),
        ("write=/proc/sys/kernel/hostname", "EACCES"),
        ("write=/proc/sys/kernel/ns_last_pid", "EROFS"),
        ("write=/proc/sys/vm/overcommit_memory", "EACCES"),
        ("write=/proc/sys/net/ipv4/ip_forward", "EACCES"),
        ("write=/proc/sys/user/max_user_namespaces", "EACCES"),
        ("write=/proc/irq/default_smp_affinity", "EACCES"),
        ("write=/sys/kernel/mm/transparent_hugepage/enabled", "EACCES"),
        ("write=/sys/power/state", "EACCES"),
    ]);
    let mounts = siege.lab.sh("cat /proc/mounts");
    for place in ["/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"] {
        let options = mounts.lines().find_map(|line| {
            let mut fields = line.split(' ').skip(1);
            (fields.next()? == place).then(|| fields.nth(1).unwrap_or_default())
        });
        assert!(options.is_some_and(|o| o.starts_with("ro,")), "{place}: {mounts}");
    }
    // Not there at all where the kernel was built without.
    for file in ["/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/sys/kernel/uevent_helper"] {
        let outcome = siege.try_one(&format!("write={file}"));
        assert!(
            ["refused EROFS", "refused EACCES", "refused ENOENT"].contains(&outcome.as_str()),
            "{outcome}"
        );
    }
}

#[test]
fn what_tells_of_the_host_is_empty_or_missing() {
    let siege = Siege::new();
    let files = [
        "interrupts",
        "kcore",
        "keys",
        "latency_stats",
        "sched_debug",
        "timer_list",
        "timer_stats",
        "kmsg",
        "kpageflags",
        "vmallocinfo",
    ];
    for file in files {
        let outcome = siege.try_one(&format!("read=/proc/{file}"));
        let closed = ["done read 0", "refused ENOENT", "refused EACCES", "refused EPERM"];
        assert!(closed.contains(&outcome.as_str()), "{file}: {outcome}");
    }
    let directories = [
        "/proc/acpi",
        "/proc/asound",
        "/proc/scsi",
        "/sys/devices/virtual/powercap",
        "/sys/firmware",
        "/sys/fs/bpf",
        "/sys/fs/cgroup",
        "/sys/kernel/debug",
        "/sys/kernel/security",
        "/sys/kernel/tracing",
    ];
    for directory in directories {
        let outcome = siege.try_one(&format!("list={directory}"));
        let closed = ["done with 0 entries", "refused ENOENT", "refused EACCES"];
        assert!(closed.contains(&outcome.as_str()), "{directory}: {outcome}");
    }
}

#[test]
fn no_device_leads_to_the_host() {
    Siege::new().refuses(&[
        ("block-device=8:0", "EPERM"),
        ("block-device=254:0", "EPERM"),
        ("character-device=1:1", "EPERM"),
        ("character-device=1:11", "EPERM"),
        ("character-device=5:1", "EPERM"),
        ("read=/dev/mem", "ENOENT"),
        ("read=/dev/kmsg", "ENOENT"),
        ("read=/dev/console", "ENOENT"),
        ("read=/dev/vda", "ENOENT"),
        ("read=/dev/tty1", "ENOENT"),
        ("read=/dev/fuse", "ENOENT"),
        ("read=/dev/kvm", "ENOENT"),
        ("read=/dev/net/tun", "ENOENT"),
    ]);
}

/// CVE-2019-5736: overwrite the program that starts containers, by way of a process of it.
#[test]
fn the_supervisors_program_is_not_overwritten() {
    let siege = Siege::new();
    siege.refuses(&[
        ("write=/proc/1/exe", "EACCES"),
        ("read=/proc/1/exe", "EACCES"),
        ("write=/proc/1/mem", "EACCES"),
        ("list=/proc/1/root", "EACCES"),
        ("list=/proc/1/cwd", "EACCES"),
        ("list=/proc/1/fd", "EACCES"),
        ("list=/proc/1/map_files", "EACCES"),
        ("read=/proc/1/environ", "EACCES"),
        ("read=/proc/1/maps", "EACCES"),
        ("read=/proc/1/auxv", "EACCES"),
    ]);
    // The image's program is a script whose interpreter is whatever runs it.
    let state = || {
        let meta = fs::metadata(program()).expect("the supervisor's program");
        (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ctime())
    };
    let before = state();
    siege.lab.unpack_layer(
        "trick",
        archive(|tar| entry(tar, "trick", EntryType::Regular, 0o755, b"#!/proc/self/exe\n")),
    );
    let mut spec = siege.lab.spec("trick", &["/trick"]);
    spec.layers.push(name("trick"));
    // Without the loader that it needs, and with it.
    for further in [None, Some(super::LAYER)] {
        spec.layers.extend(further.map(name));
        match siege.lab.client.start(&spec) {
            Ok(_) => siege.lab.client.stop(&spec.id).expect("stopped"),
            Err(Error::Failure(failure)) => assert_eq!(failure.kind, FailureKind::Program),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(state(), before);
    }
}

/// CVE-2024-21626: a descriptor, or a working directory, that was left from outside.
#[test]
fn nothing_is_left_open_from_outside() {
    let siege = Siege::new();
    assert_eq!(siege.try_one("descriptors"), "done none");
    let mut shell = siege.lab.shell_of({
        let spec = siege.lab.spec("terminal", &["sh"]);
        sandbox::protocol::Spec { layers: siege.layers(), ..spec }
    });
    assert_eq!(shell.ask("/attacker descriptors"), "descriptors: done none");
    for number in 3..20 {
        for cwd in [format!("/proc/self/fd/{number}"), format!("/proc/1/fd/{number}")] {
            let mut spec = siege.spec(&["whereabouts"]);
            spec.process.cwd.clone_from(&cwd);
            spec.io = sandbox::protocol::Io::Output;
            match siege.lab.client.start(&spec) {
                Ok(_) => {
                    siege.lab.client.stop(&spec.id).expect("stopped");
                    assert_eq!(siege.lab.run(spec).0, "whereabouts: done inside\n", "{cwd}");
                }
                Err(Error::Failure(failure)) => {
                    assert_eq!(failure.kind, FailureKind::Program, "{cwd}: {failure}");
                }
                Err(error) => panic!("{cwd}: {error}"),
            }
        }
    }
}
