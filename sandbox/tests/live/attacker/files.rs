//! Files that are the host's, or lead to it.

use crate::{
    Outcome,
    raw::{call, text, won},
};
use std::{
    ffi::CString,
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
};

pub fn attack(name: &str, argument: &str) -> Option<Outcome> {
    Some(match name {
        // Opening is enough: nothing is to break where it works.
        "write" => {
            let flags = libc::O_CLOEXEC | libc::O_NONBLOCK;
            let opened = OpenOptions::new().write(true).custom_flags(flags).open(argument);
            opened.map(|_| "opened for writing".to_owned())
        }
        "read" => read(argument),
        "list" => fs::read_dir(argument).map(|entries| format!("with {} entries", entries.count())),
        "block-device" => mknod(libc::S_IFBLK, argument),
        "character-device" => mknod(libc::S_IFCHR, argument),
        "descriptors" => descriptors(),
        "whereabouts" => whereabouts(),
        _ => return None,
    })
}

fn read(path: &str) -> Outcome {
    let mut byte = [0];
    let flags = libc::O_CLOEXEC | libc::O_NONBLOCK;
    let mut file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    file.read(&mut byte).map(|length| format!("read {length}"))
}

/// Makes a device, `major:minor`, and opens it.
fn mknod(kind: libc::mode_t, numbers: &str) -> Outcome {
    let (major, minor) = numbers.split_once(':').expect("major:minor");
    let number = |text: &str| text.parse().expect("a number");
    let device = libc::makedev(number(major), number(minor));
    let path = CString::new(format!("/tmp/device-{kind}-{major}-{minor}")).expect("a path");
    let mode = (kind | 0o666) as usize;
    let place = libc::AT_FDCWD as usize;
    call(libc::SYS_mknodat, [place, text(&path), mode, device as usize])?;
    File::open(path.to_str().expect("a path")).map(|_| won(0))
}

/// What this program was given open, besides its three streams.
fn descriptors() -> Outcome {
    let mut leaked = Vec::new();
    for number in 3..4096 {
        // The link of what is not open is not there; a directory that is being read would be.
        if let Ok(target) = fs::read_link(format!("/proc/self/fd/{number}")) {
            leaked.push(format!("{number} is {}", target.display()));
        }
    }
    Ok(if leaked.is_empty() { "none".to_owned() } else { leaked.join(", ") })
}

/// Whether climbing from the working directory leads to the root.
fn whereabouts() -> Outcome {
    for _ in 0..64 {
        std::env::set_current_dir("..")?;
    }
    let of = |path: &str| fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
    let inside = of(".")? == of("/")?;
    Ok(if inside { "inside" } else { "outside" }.to_owned())
}
