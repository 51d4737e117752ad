//! Doors of the kernel behind which much lies.

use super::Siege;

#[test]
fn no_code_and_no_setting_gets_into_the_kernel() {
    Siege::new().refuses(&[
        ("init-module", "EPERM"),
        ("finit-module", "EPERM"),
        ("delete-module", "EPERM"),
        ("kexec", "EPERM"),
        ("reboot", "EPERM"),
        ("swapon", "EPERM"),
        ("acct", "EPERM"),
        ("quotactl", "EPERM"),
        ("settimeofday", "EPERM"),
        ("sethostname", "EPERM"),
        ("syslog", "EPERM"),
        ("bpf", "EPERM"),
        ("perf", "EPERM"),
        ("userfaultfd", "EPERM"),
        ("io-uring", "EPERM"),
        ("fanotify", "EPERM"),
        ("open-by-handle", "EPERM"),
        ("modify-ldt", "EPERM"),
        ("iopl", "EPERM"),
        ("ioperm", "EPERM"),
    ]);
}

#[test]
fn keyrings_are_closed() {
    let siege = Siege::new();
    siege.refuses(&[("keyctl", "EPERM"), ("add-key", "EPERM"), ("request-key", "EPERM")]);
    assert_eq!(siege.try_one("read=/proc/keys"), "done read 0");
}

#[test]
fn the_filter_stays_whatever_is_put_on_top() {
    Siege::new().refuses(&[("lift-filter", "EINVAL"), ("allow-everything", "EPERM")]);
}

/// Programs of the image with set-uid win nothing, and no capability comes back.
#[test]
fn privileges_are_not_won_back() {
    let siege = Siege::new();
    siege.refuses(&[
        ("capability=CAP_SYS_ADMIN", "EPERM"),
        ("capability=CAP_SYS_PTRACE", "EPERM"),
        ("capability=CAP_SYS_MODULE", "EPERM"),
        ("capability=CAP_MKNOD", "EPERM"),
        ("capability=CAP_NET_ADMIN", "EPERM"),
    ]);
    let script = "cp /bin/busybox /tmp/su && chmod 4755 /tmp/su && stat -c %a /tmp/su";
    let mut shell = siege.lab.shell("set-uid");
    assert_eq!(shell.ask(script), "4755");
    // Whoever runs it stays who they are: the same file, run by another user from a layer.
    let mut spec = siege.lab.step("maker", "set-uid", "cp /bin/busybox /id; chmod 6755 /id");
    let (text, exit) = siege.lab.run(spec.clone());
    assert_eq!(exit.code, 0, "{text}");
    spec = siege.lab.spec("runner", &["/id", "-u"]);
    spec.layers.push(crate::support::name("set-uid"));
    spec.process.user = "fresh".to_owned();
    assert_eq!(siege.lab.run(spec).0, "1000\n");
}
