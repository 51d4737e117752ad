//! What a sandbox cannot see, have or do.

use crate::support::{Lab, name};
use sandbox::protocol::{Process, Spec};
use std::{fs, os::unix::fs::MetadataExt};

#[test]
fn root_inside_is_nobody_outside() {
    let lab = Lab::new();
    let one = lab.shell("one");
    let two = lab.shell("two");
    let uid = |pid: i32| fs::metadata(format!("/proc/{pid}/environ")).expect("it lives").uid();
    for shell in [&one, &two] {
        let map = fs::read_to_string(format!("/proc/{}/uid_map", shell.pid)).expect("a map");
        let map: Vec<u32> = map.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        assert_eq!((map[0], map[2]), (0, 65_536));
        assert!(map[1] >= 0x4000_0000, "{map:?}");
        let status = fs::read_to_string(format!("/proc/{}/status", shell.pid)).expect("status");
        assert!(status.contains(&format!("Uid:\t{0}\t{0}\t{0}\t{0}", map[1])), "{status}");
    }
    // Its memory, a copy of the supervisor's, is not the sandbox's to read.
    assert_eq!(uid(one.pid), 0, "the init can be dumped");
    let map = |pid: i32| fs::read_to_string(format!("/proc/{pid}/uid_map")).expect("a map");
    assert_ne!(map(one.pid), map(two.pid), "two sandboxes share ids");
}

#[test]
fn the_host_is_out_of_sight() {
    let lab = Lab::new();
    let mut shell = lab.shell("blind");
    let processes = shell.ask("ps -o pid,comm");
    assert!(processes.contains("1 init"), "{processes}");
    assert!(processes.lines().count() <= 4, "{processes}");
    // Neither the supervisor's command line nor its environment, memory or files.
    assert_eq!(shell.ask("tr '\\0' ' ' < /proc/1/cmdline; echo"), "init");
    for file in ["environ", "maps", "mem", "root/", "cwd/", "fd/"] {
        let answer = shell.ask(&format!("ls /proc/1/{file} && cat /proc/1/{file} | head -c 1"));
        assert!(answer.contains("denied"), "/proc/1/{file}: {answer}");
    }
    assert_eq!(
        shell.ask("cat /proc/self/cgroup | cut -d: -f3 | tr -d '\\n'; echo").trim_matches('/'),
        ""
    );
    let mounts = shell.ask("cat /proc/mounts");
    assert!(!mounts.contains("/tmp") && !mounts.contains("ext4"), "{mounts}");
    assert_eq!(shell.ask("ls /proc/acpi /sys/firmware 2>&1 | grep -v :"), "");
    assert_eq!(
        shell.ask("cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | head -c 1"),
        ""
    );
    let devices = shell.ask("cd /dev && echo *; cd /");
    assert_eq!(
        devices, "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero",
        "{devices}"
    );
}

#[test]
fn privileges_are_few_and_none_can_be_gained() {
    let lab = Lab::new();
    let status = lab.sh("cat /proc/self/status");
    let field = |name: &str| {
        let line =
            status.lines().find(|line| line.starts_with(&format!("{name}:"))).expect("the field");
        line.split_whitespace().nth(1).expect("a value").to_owned()
    };
    assert_eq!(field("NoNewPrivs"), "1");
    assert_eq!((field("Seccomp").as_str(), field("Seccomp_filters").as_str()), ("2", "1"));
    // Docker's fourteen without mknod and audit_write: chown, dac_override, fowner, fsetid, kill,
    // setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, setfcap.
    for set in ["CapPrm", "CapEff", "CapBnd"] {
        assert_eq!(field(set), "00000000800425fb", "{set}");
    }
    for set in ["CapInh", "CapAmb"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    let base = lab.spec("user", &["cat", "/proc/self/status"]);
    let process = Process { user: "fresh".to_owned(), ..base.process.clone() };
    let (status, _) = lab.run(Spec { process, ..base });
    assert!(status.contains("CapEff:\t0000000000000000"), "{status}");
}

#[test]
fn the_kernel_refuses_what_reaches_out() {
    let lab = Lab::new();
    let mut shell = lab.shell("prisoner");
    for attempt in [
        "mount -t tmpfs none /tmp",
        "mount -o remount,rw /sys",
        "unshare -U true",
        "mknod /tmp/disk b 254 0",
        "echo 1 > /proc/sys/kernel/panic",
        "echo b > /proc/sysrq-trigger",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        "hostname other",
        "ip link set lo down",
    ] {
        let answer = shell.ask(&format!("({attempt}) 2>/dev/null || echo refused"));
        assert_eq!(answer, "refused", "{attempt}");
    }
}

#[test]
fn a_hostile_image_leads_nowhere() {
    use crate::support::{archive, entry, link};
    use sandbox::{Error, protocol::FailureKind};
    use tar::EntryType;
    let lab = Lab::new();
    for place in ["proc", "sys", "dev"] {
        let layer = format!("evil-{place}");
        lab.unpack_layer(
            &layer,
            archive(|tar| {
                link(tar, place, EntryType::Symlink, lab.folder().to_str().expect("a path"));
            }),
        );
        let mut spec = lab.spec("evil", &["true"]);
        spec.layers.push(name(&layer));
        let Err(Error::Failure(failure)) = lab.client.start(&spec) else { panic!("it started") };
        assert_eq!(failure.kind, FailureKind::Program, "{failure}");
        assert!(failure.message.contains(&format!("/{place} is not a directory")), "{failure}");
    }
    // /etc leads to the host's in the eyes of a careless program.
    let before = fs::read("/etc/hosts").ok();
    lab.unpack_layer(
        "evil-etc",
        archive(|tar| {
            entry(tar, "etc/hostname", EntryType::Regular, 0o644, b"image\n");
            link(tar, "etc/resolv.conf", EntryType::Symlink, "/run/nowhere/resolv.conf");
            link(tar, "etc/hosts", EntryType::Symlink, "/etc/passwd");
        }),
    );
    let mut spec =
        lab.spec("etc", &["sh", "-c", "cat /etc/hostname /etc/hosts; echo x > /etc/hosts"]);
    spec.layers.push(name("evil-etc"));
    let (text, _) = lab.run(spec);
    assert!(text.starts_with("sandbox\n127.0.0.1\tlocalhost\n"), "{text}");
    assert_eq!(fs::read("/etc/hosts").ok(), before);
}
