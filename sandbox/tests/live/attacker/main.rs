//! What an attacker runs inside a sandbox, as root in there: each argument is an attack, and each is
//! told in a line: `attack: done …` or `attack: refused ERRNO`.
//!
//! It is a program of its own, without anything of the crate, so that what it does is what a
//! stranger's program does: system calls, by their numbers where libraries would be in the way.

#![allow(unsafe_code, reason = "attacks are system calls that no library offers")]

mod files;
mod kernel;
mod mounts;
mod namespaces;
mod processes;
mod raw;
mod sockets;

use std::io;

/// What became of an attack: what it won, or what the kernel said.
type Outcome = io::Result<String>;

fn main() {
    for attack in std::env::args().skip(1) {
        let (name, argument) = attack.split_once('=').unwrap_or((&attack, ""));
        let outcome = [
            files::attack,
            kernel::attack,
            mounts::attack,
            namespaces::attack,
            processes::attack,
            sockets::attack,
        ]
        .into_iter()
        .find_map(|attacks| attacks(name, argument))
        .unwrap_or_else(|| panic!("there is no attack `{name}`"));
        match outcome {
            Ok(won) => println!("{attack}: done {won}"),
            Err(error) => {
                let errno = nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or_default());
                println!("{attack}: refused {errno:?}");
            }
        }
    }
}
