//! /etc/hostname, /etc/hosts and /etc/resolv.conf: files of the sandbox, not of its image.
//!
//! They lie in the sandbox's /dev, which is in memory, and are mounted over the image's. Where the
//! image has none, an empty file is made to mount over; a layer's archive leaves such files out
//! (see [`crate::layers::PLACEHOLDERS`]).

use super::mounts::{attach, copy_of};
use crate::{
    fault::{Doing, Fault},
    net::Addresses,
};
use rustix::{
    fs::{CWD, Mode, OFlags},
    io::Errno,
};
use std::fs;

/// Provides all three.
pub(crate) fn provide(hostname: &str, addresses: Option<&Addresses>) -> Result<(), Fault> {
    let own = addresses.map_or_else(|| "127.0.1.1".to_owned(), |a| a.own.to_string());
    let resolver = match addresses {
        Some(a) if a.has_resolver => format!("nameserver {}\n", a.gateway),
        _ => String::new(),
    };
    match rustix::fs::mkdir("/etc", Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(e) => return Err(e).doing("make /etc"),
    }
    cover("/etc/hostname", &format!("{hostname}\n"))?;
    cover(
        "/etc/hosts",
        &format!("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n{own}\t{hostname}\n"),
    )?;
    cover("/etc/resolv.conf", &resolver)
}

/// Mounts a file with this text over `path`, which may be missing or a link to nowhere.
fn cover(path: &str, text: &str) -> Result<(), Fault> {
    const SOURCE: &str = "/dev/.provided";
    fs::write(SOURCE, text).doing("write a file of the sandbox")?;
    let copy = copy_of(CWD, SOURCE).doing("mount a file of the sandbox")?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)) {
        Ok(_) | Err(Errno::EXIST) => {}
        Err(e) => return Err(e).doing("make a place in /etc"),
    }
    // A link itself is covered, wherever it leads.
    let covered = attach(copy, path);
    fs::remove_file(SOURCE).doing("tidy up /dev")?;
    match covered {
        // The image has made it something else; it is the image's own loss.
        Err(e) if matches!(e.raw_os_error(), Some(libc::ENOTDIR | libc::ELOOP | libc::EINVAL)) => {
            Ok(())
        }
        other => other.doing("mount a file of the sandbox"),
    }
}
