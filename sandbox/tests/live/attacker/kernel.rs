//! Doors of the kernel behind which much lies.

use crate::{
    Outcome,
    raw::{bytes, call, minus, text, won},
};
use std::{
    fs::File,
    os::fd::{AsRawFd, FromRawFd},
};

pub fn attack(name: &str, _: &str) -> Option<Outcome> {
    let mut room = [0; 256];
    let memory = bytes(&mut room);
    let result = match name {
        "init-module" => call(libc::SYS_init_module, [memory, 256, text(c"")]),
        "finit-module" => finit_module(),
        "delete-module" => call(libc::SYS_delete_module, [text(c"none"), 0]),
        "kexec" => call(libc::SYS_kexec_load, [0, 0, 0, 0]),
        // Only whether Ctrl-Alt-Del restarts the machine.
        "reboot" => call(libc::SYS_reboot, [0xfee1_dead, 672_274_793, 0, 0]),
        "swapon" => call(libc::SYS_swapon, [text(c"/tmp/swap"), 0]),
        "acct" => call(libc::SYS_acct, [0]),
        "quotactl" => call(libc::SYS_quotactl, [0x80_0001 << 8, 0, 0, memory]),
        "settimeofday" => call(libc::SYS_settimeofday, [0, memory]),
        "sethostname" => call(libc::SYS_sethostname, [text(c"mine"), 4]),
        "syslog" => call(libc::SYS_syslog, [3, memory, 256]),
        "bpf" => call(libc::SYS_bpf, [0, memory, 128]),
        "perf" => call(libc::SYS_perf_event_open, [memory, 0, minus(1), minus(1), 0]),
        "userfaultfd" => call(libc::SYS_userfaultfd, [1]),
        "io-uring" => call(libc::SYS_io_uring_setup, [8, memory]),
        "fanotify" => call(libc::SYS_fanotify_init, [0, 0]),
        "keyctl" => call(libc::SYS_keyctl, [0, minus(3), 0]),
        "add-key" => {
            let (kind, name) = (text(c"user"), text(c"mine"));
            call(libc::SYS_add_key, [kind, name, memory, 4, minus(3)])
        }
        "request-key" => call(libc::SYS_request_key, [text(c"user"), text(c"mine"), 0, 0]),
        "open-by-handle" => open_by_handle(),
        "modify-ldt" => call(libc::SYS_modify_ldt, [0, memory, 256]),
        "iopl" => call(libc::SYS_iopl, [3]),
        "ioperm" => call(libc::SYS_ioperm, [0x80, 1, 1]),
        "32-bit-personality" => call(libc::SYS_personality, [8]),
        // The mode is for good.
        "lift-filter" => call(libc::SYS_prctl, [libc::PR_SET_SECCOMP as usize, 0]),
        "allow-everything" => allow_everything(),
        #[cfg(target_arch = "x86_64")]
        "i386" => Ok(crate::raw::call_as_i386()),
        "x32" => call(0x4000_0000 | libc::SYS_getpid, []),
        _ => return None,
    };
    Some(result.map(won))
}

fn finit_module() -> std::io::Result<i64> {
    let file = File::open("/proc/self/exe")?;
    call(libc::SYS_finit_module, [file.as_raw_fd() as usize, text(c""), 0])
}

/// Opens the directory with the inode 2, which is the root of most file systems (CVE-2014-3519).
fn open_by_handle() -> std::io::Result<i64> {
    const BYTES: usize = 8;
    const FILEID_INO32_GEN: u32 = 1;
    let mut handle = Vec::new();
    for number in [BYTES as u32, FILEID_INO32_GEN, 2, 0] {
        handle.extend(number.to_ne_bytes());
    }
    let place = File::open("/etc/hostname")?;
    let place = place.as_raw_fd() as usize;
    call(libc::SYS_open_by_handle_at, [place, bytes(&mut handle), 0])
}

/// A filter of one's own, that lets everything through, lies on top and not in place of the other:
/// what counts is whether mounting is allowed behind it.
fn allow_everything() -> std::io::Result<i64> {
    const SET_MODE_FILTER: usize = 1;
    // BPF_RET | BPF_K, SECCOMP_RET_ALLOW.
    let mut allow = Vec::from(0x06_u64.to_ne_bytes());
    allow[4..].copy_from_slice(&0x7fff_0000_u32.to_ne_bytes());
    let mut program = Vec::from(1_u64.to_ne_bytes());
    program.extend(bytes(&mut allow).to_ne_bytes());
    call(libc::SYS_seccomp, [SET_MODE_FILTER, 0, bytes(&mut program)])?;
    let context = call(libc::SYS_fsopen, [text(c"tmpfs"), 0])?;
    // SAFETY: the kernel just made this descriptor, and nobody else owns it.
    drop(unsafe { File::from_raw_fd(context as i32) });
    Ok(context)
}
