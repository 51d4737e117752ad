//! How a sandbox is walled in.
//!
//! ```text
//! supervisor (parent)                        child: PID 1 of its own namespaces
//! ───────────────────                        ──────────────────────────────────
//! make cgroups with limits
//! clone3: user, mount, PID, net, IPC, UTS ─> goes into its cgroups, closes what it
//! write uid_map and gid_map (65,536 ids)     inherited, waits
//! mount the overlay, ids shifted
//! "root", with it as a descriptor ─────────> becomes root of its namespaces
//! make the network pair                      pivots into the root; /dev
//! "go" ────────────────────────────────────> sets up its end of the network
//! … serves others meanwhile …                /proc /sys /etc
//!                       <─ Terminal, master  opens a PTY in its own devpts
//!                                            goes behind the filter of system calls
//!                                            forks the program: user, limits, capabilities
//! answers the client    <─────────── Running or Failed, once exec went well or not
//!                                            stays as init: reaps, ends with the program
//! ```
//!
//! Nothing of the image runs, and no path of it is followed by a process that could reach the
//! host's files, before the walls stand: the child resolves paths only after it pivoted.

mod caps;
mod child;
mod dev;
mod etc;
mod filter;
mod init;
mod mounts;
mod parent;
mod payload;
mod probe;
mod proc;
mod rootfs;
mod user;

use crate::protocol::Failure;
use serde::{Deserialize, Serialize};

pub(crate) use caps::keep as keep_capabilities;
pub(crate) use filter::Filter;
pub(crate) use mounts::{attach_copy, leave, pivot_into, tree};
pub(crate) use parent::{Begun, Host, begin};
pub(crate) use rootfs::{Overlay, Scratch, Shift, UpperDir};

/// How many ids each sandbox has.
pub(crate) const IDS: u32 = 65_536;
/// The first id of the first sandbox, beyond what hosts give to people and services.
const FIRST_ID: u32 = 0x4000_0000;
/// Ranges of ids come in blocks, which supervisors hold: a block for each instance.
pub(crate) const BLOCKS: u16 = 32;
/// How many ranges a block has. The last of all does not reach the last id, which the kernel keeps
/// for "no id".
pub(crate) const BLOCK: u16 = 1535;

/// Which block of the host is this supervisor's first, second, …: each instance begins at another.
pub(crate) fn block_of_host(instance: u8, block: u16) -> u16 {
    (u16::from(instance) + block) % BLOCKS
}

/// The first id of the sandbox in this place.
pub(crate) fn first_id(instance: u8, slot: u16) -> u32 {
    let range = block_of_host(instance, slot / BLOCK) * BLOCK + slot % BLOCK;
    FIRST_ID + u32::from(range) * IDS
}

/// What a sandbox's init tells the supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// The terminal's master comes along.
    Terminal,
    /// The program was executed.
    Running,
    /// It could not be.
    Failed {
        /// For the client.
        failure: Failure,
        /// For the log, where it is the host's fault.
        internal: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ids_do_not_touch() {
        assert_eq!(first_id(0, 0), FIRST_ID);
        assert_eq!(first_id(0, 1), FIRST_ID + IDS);
        assert_eq!(first_id(1, 0), first_id(0, 1535));
        assert!(first_id(31, 1534).checked_add(IDS).is_some());
        assert_eq!(first_id(31, 1535), FIRST_ID);
    }
}
