//! Tables of what passes the filter, on each architecture: the program itself is run, by an
//! interpreter of the few instructions that it has.

use super::*;
use libc::{EAFNOSUPPORT, ENOSYS, EPERM};

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const X86_64: u32 = 0xC000_003E;
const I386: u32 = 0x4000_0003;
const AARCH64: u32 = 0xC000_00B7;
const ARM: u32 = 0x4000_0028;

fn errno(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number.cast_unsigned()
}

/// Runs a filter as the kernel does.
fn verdict(program: &BpfProgram, architecture: u32, number: u32, arguments: [u64; 3]) -> u32 {
    let word = |offset: u32| match offset {
        0 => number,
        4 => architecture,
        _ => {
            let argument = arguments[(offset as usize - 16) / 8];
            if offset.is_multiple_of(8) { argument as u32 } else { (argument >> 32) as u32 }
        }
    };
    let (mut at, mut held) = (0, 0);
    loop {
        let step = &program[at];
        at += 1;
        let jump = |so: bool| usize::from(if so { step.jt } else { step.jf });
        match step.code {
            0x20 => held = word(step.k),
            0x54 => held &= step.k,
            0x05 => at += step.k as usize,
            0x15 => at += jump(held == step.k),
            0x25 => at += jump(held > step.k),
            0x35 => at += jump(held >= step.k),
            0x06 => return step.k,
            other => panic!("an instruction {other:#x}"),
        }
    }
}

fn on_x86_64(number: libc::c_long, arguments: [u64; 3]) -> u32 {
    let program = compile_for(TargetArch::x86_64).expect("a filter");
    verdict(&program, X86_64, u32::try_from(number).expect("a number"), arguments)
}

#[test]
fn every_name_is_known_and_named_once() {
    for machine in [TargetArch::x86_64, TargetArch::aarch64] {
        let program = compile_for(machine).expect("a filter");
        // The kernel takes 4,096; every instruction costs at each start.
        assert!(program.len() < 400, "{} instructions", program.len());
    }
    let mut names: Vec<&str> = names::EVERYWHERE.iter().flat_map(|g| g.split(' ')).collect();
    names.extend(names::X86_64.split(' '));
    names.extend(conditions::all().iter().map(|call| call.name));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a name is listed twice");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn ordinary_calls_pass_and_what_reaches_the_host_does_not() {
    let program = compile_for(TargetArch::x86_64).expect("a filter");
    let says = |number: libc::c_long| verdict(&program, X86_64, number as u32, [0; 3]);
    for number in [
        libc::SYS_read,
        libc::SYS_open,
        libc::SYS_execve,
        libc::SYS_chroot,
        libc::SYS_mknod,
        libc::SYS_setxattr,
        libc::SYS_ptrace,
        libc::SYS_getrandom,
        libc::SYS_statx,
        libc::SYS_rseq,
        libc::SYS_mseal,
    ] {
        assert_eq!(says(number), ALLOW, "{number}");
    }
    for number in [
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_fsopen,
        libc::SYS_open_tree,
        libc::SYS_move_mount,
        libc::SYS_mount_setattr,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_open_by_handle_at,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_kexec_file_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_acct,
        libc::SYS_quotactl,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_sethostname,
        libc::SYS_syslog,
        libc::SYS_ioperm,
        libc::SYS_iopl,
        libc::SYS_modify_ldt,
        libc::SYS_fanotify_init,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_mbind,
        libc::SYS_vhangup,
    ] {
        assert_eq!(says(number), errno(EPERM), "{number}");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn arguments_decide_where_they_have_to() {
    let vsock = libc::AF_VSOCK as u64;
    let packet = libc::AF_PACKET as u64;
    let netlink = libc::AF_NETLINK as u64;
    let beyond_32_bits = 1 << 32;
    let no_family = errno(EAFNOSUPPORT);
    let table: [(libc::c_long, [u64; 3], u32); 32] = [
        (libc::SYS_clone, [libc::SIGCHLD as u64, 0, 0], ALLOW),
        (libc::SYS_clone, [(libc::CLONE_VM | libc::CLONE_THREAD) as u64, 0, 0], ALLOW),
        (libc::SYS_clone, [libc::CLONE_NEWUSER as u64, 0, 0], errno(EPERM)),
        (libc::SYS_clone, [(libc::CLONE_NEWNS | libc::SIGCHLD) as u64, 0, 0], errno(EPERM)),
        (libc::SYS_clone, [libc::CLONE_NEWCGROUP as u64, 0, 0], errno(EPERM)),
        (libc::SYS_clone, [beyond_32_bits | libc::CLONE_NEWNET as u64, 0, 0], errno(EPERM)),
        (libc::SYS_clone3, [0; 3], errno(ENOSYS)),
        (libc::SYS_ioctl, [0, libc::TIOCGWINSZ, 0], ALLOW),
        (libc::SYS_ioctl, [0, libc::TIOCSTI, 0], errno(EPERM)),
        // As in CVE-2019-10063: the kernel does not look at the upper half.
        (libc::SYS_ioctl, [0, beyond_32_bits | libc::TIOCSTI, 0], errno(EPERM)),
        (libc::SYS_ioctl, [0, libc::TIOCLINUX, 0], errno(EPERM)),
        (libc::SYS_personality, [0, 0, 0], ALLOW),
        (libc::SYS_personality, [0xffff_ffff, 0, 0], ALLOW),
        (libc::SYS_personality, [0x2_0000, 0, 0], ALLOW),
        (libc::SYS_personality, [0x40_0000, 0, 0], errno(EPERM)),
        (libc::SYS_personality, [8, 0, 0], errno(EPERM)),
        (libc::SYS_socket, [libc::AF_UNIX as u64, 1, 0], ALLOW),
        (libc::SYS_socket, [libc::AF_INET as u64, 3, 1], ALLOW),
        (libc::SYS_socket, [libc::AF_INET6 as u64, 1, 0], ALLOW),
        (libc::SYS_socket, [netlink, 3, libc::NETLINK_ROUTE as u64], ALLOW),
        (libc::SYS_socket, [netlink, 3, libc::NETLINK_SOCK_DIAG as u64], ALLOW),
        (libc::SYS_socket, [netlink, 3, libc::NETLINK_AUDIT as u64], no_family),
        (libc::SYS_socket, [netlink, 3, libc::NETLINK_NETFILTER as u64], no_family),
        (libc::SYS_socket, [netlink, 3, libc::NETLINK_XFRM as u64], no_family),
        (libc::SYS_socket, [vsock, 1, 0], no_family),
        (libc::SYS_socket, [packet, 3, 0], no_family),
        (libc::SYS_socket, [libc::AF_ALG as u64, 5, 0], no_family),
        (libc::SYS_socket, [libc::AF_BLUETOOTH as u64, 1, 0], no_family),
        (libc::SYS_socket, [beyond_32_bits | vsock, 1, 0], no_family),
        (libc::SYS_socketpair, [libc::AF_UNIX as u64, 1, 0], ALLOW),
        (libc::SYS_socketpair, [libc::AF_INET as u64, 1, 0], no_family),
        // Newer than the list.
        (500, [0; 3], errno(ENOSYS)),
    ];
    for (number, arguments, expected) in table {
        assert_eq!(on_x86_64(number, arguments), expected, "{number} {arguments:x?}");
    }
}

#[test]
fn another_architecture_is_no_way_round() {
    const GETPID: u32 = 39;
    const X32: u32 = 0x4000_0000;
    let program = compile_for(TargetArch::x86_64).expect("a filter");
    assert_eq!(verdict(&program, X86_64, GETPID, [0; 3]), ALLOW);
    assert_eq!(verdict(&program, X86_64, X32 | GETPID, [0; 3]), errno(ENOSYS));
    assert_eq!(verdict(&program, X86_64, u32::MAX, [0; 3]), errno(ENOSYS));
    assert_eq!(verdict(&program, I386, GETPID, [0; 3]), KILL);
    assert_eq!(verdict(&program, AARCH64, GETPID, [0; 3]), KILL);

    // The numbers there, of <asm-generic/unistd.h>.
    let program = compile_for(TargetArch::aarch64).expect("a filter");
    let table = [
        (56, [0; 3], ALLOW),                                       // openat
        (221, [0; 3], ALLOW),                                      // execve
        (220, [libc::CLONE_NEWUSER as u64, 0, 0], errno(EPERM)),   // clone
        (220, [libc::SIGCHLD as u64, 0, 0], ALLOW),                // clone
        (435, [0; 3], errno(ENOSYS)),                              // clone3
        (40, [0; 3], errno(EPERM)),                                // mount
        (97, [0; 3], errno(EPERM)),                                // unshare
        (280, [0; 3], errno(EPERM)),                               // bpf
        (198, [libc::AF_VSOCK as u64, 0, 0], errno(EAFNOSUPPORT)), // socket
        (198, [libc::AF_INET as u64, 1, 0], ALLOW),                // socket
    ];
    for (number, arguments, expected) in table {
        assert_eq!(verdict(&program, AARCH64, number, arguments), expected, "{number}");
    }
    assert_eq!(verdict(&program, ARM, 56, [0; 3]), KILL);
}

/// The tree says of every number what the call's own filter says.
#[test]
fn joining_changes_no_verdict() {
    let program = compile_for(TargetArch::x86_64).expect("a filter");
    let table: HashMap<String, BpfProgram> = seccompiler::compile_from_json(
        br#"{"a": {"mismatch_action": {"errno": 1}, "match_action": "allow",
             "filter": [{"syscall": "futex"}]}}"#
            .as_slice(),
        TargetArch::x86_64,
    )
    .expect("a filter");
    assert_eq!(tree::number(&table["a"]), Some(202));
    let allowed = (0..600).filter(|n| verdict(&program, X86_64, *n, [0; 3]) == ALLOW).count();
    let names = names::EVERYWHERE.iter().chain([&names::X86_64]);
    let names: usize = names.map(|group| group.split_whitespace().count()).sum();
    // Besides: clone, ioctl and personality, whose zeros are harmless.
    assert_eq!(allowed, names + 3);
}
