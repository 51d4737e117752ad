//! Making namespaces, and entering those of others.

use crate::{
    Outcome,
    raw::{bytes, call, won},
};
use std::{fs::File, os::fd::AsRawFd};

const CLONE_NEWTIME: i32 = 0x80;

pub fn attack(name: &str, argument: &str) -> Option<Outcome> {
    Some(match name {
        "unshare" => call(libc::SYS_unshare, [flag(argument) as usize]).map(won),
        "clone" => clone(flag(argument)),
        "clone3" => clone3(flag(argument)),
        "setns" => setns(argument),
        _ => return None,
    })
}

fn flag(name: &str) -> i32 {
    match name {
        "user" => libc::CLONE_NEWUSER,
        "mount" => libc::CLONE_NEWNS,
        "pid" => libc::CLONE_NEWPID,
        "net" => libc::CLONE_NEWNET,
        "ipc" => libc::CLONE_NEWIPC,
        "uts" => libc::CLONE_NEWUTS,
        "cgroup" => libc::CLONE_NEWCGROUP,
        "time" => CLONE_NEWTIME,
        _ => panic!("there is no namespace `{name}`"),
    }
}

/// The child, if there is one, ends at once.
fn clone(flags: i32) -> Outcome {
    let pid = call(libc::SYS_clone, [(flags | libc::SIGCHLD) as usize])?;
    if pid == 0 {
        std::process::exit(0);
    }
    Ok(won(pid))
}

fn clone3(flags: i32) -> Outcome {
    let mut arguments = [0; 64];
    arguments[..8].copy_from_slice(&u64::from(flags.cast_unsigned()).to_ne_bytes());
    let pid = call(libc::SYS_clone3, [bytes(&mut arguments), 64])?;
    if pid == 0 {
        std::process::exit(0);
    }
    Ok(won(pid))
}

/// The init's namespaces are those of this process, and entering them again takes as much.
fn setns(path: &str) -> Outcome {
    let namespace = File::open(path)?;
    call(libc::SYS_setns, [namespace.as_raw_fd() as usize, 0]).map(won)
}
