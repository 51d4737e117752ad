//! Which capabilities programs in a sandbox have, inside the sandbox's own user namespace only:
//! those of Docker's default but two, which are of no use in there. `CAP_MKNOD` makes no device
//! in a user namespace, and the kernel's audit hears nobody from one.

use crate::fault::{Doing, Fault};
use caps::{CapSet, Capability, CapsHashSet};
use std::io;

const ALLOWED: [Capability; 12] = [
    Capability::CAP_CHOWN,
    Capability::CAP_DAC_OVERRIDE,
    Capability::CAP_FOWNER,
    Capability::CAP_FSETID,
    Capability::CAP_KILL,
    Capability::CAP_NET_BIND_SERVICE,
    Capability::CAP_NET_RAW,
    Capability::CAP_SETFCAP,
    Capability::CAP_SETGID,
    Capability::CAP_SETPCAP,
    Capability::CAP_SETUID,
    Capability::CAP_SYS_CHROOT,
];

/// What no program of the sandbox can ever get back.
pub(crate) fn bound() -> Result<(), Fault> {
    bound_to(&ALLOWED)
}

/// What a program has when it starts as root. One of another user has none: the kernel takes them
/// away when the user changes.
pub(crate) fn limit() -> Result<(), Fault> {
    limit_to(&ALLOWED)
}

/// Keeps these, in every set, and no others.
pub(crate) fn keep(allowed: &[Capability]) -> Result<(), Fault> {
    bound_to(allowed)?;
    limit_to(allowed)
}

/// Keeps none.
pub(crate) fn drop_all() -> Result<(), Fault> {
    limit_to(&[])
}

fn bound_to(allowed: &[Capability]) -> Result<(), Fault> {
    for capability in caps::runtime::thread_all_supported() {
        if !allowed.contains(&capability) {
            check(caps::drop(None, CapSet::Bounding, capability))?;
        }
    }
    Ok(())
}

fn limit_to(allowed: &[Capability]) -> Result<(), Fault> {
    // Where the supervisor itself lacks one, nobody gets it.
    let held = check(caps::read(None, CapSet::Permitted))?;
    let wanted: CapsHashSet = allowed.iter().copied().filter(|c| held.contains(c)).collect();
    check(caps::clear(None, CapSet::Ambient))?;
    check(caps::clear(None, CapSet::Inheritable))?;
    check(caps::set(None, CapSet::Effective, &wanted))?;
    check(caps::set(None, CapSet::Permitted, &wanted))
}

fn check<T>(result: Result<T, caps::errors::CapsError>) -> Result<T, Fault> {
    result.map_err(|e| io::Error::other(e.to_string())).doing("reduce capabilities")
}
