//! What a predecessor left that was killed.
//!
//! Its sandboxes died with it, since their inits are tied to it; mounts were in a namespace that
//! ended with it, and network devices are cleared when the network is set up. Cgroups and
//! half-done folders are left.

use crate::{
    cgroup::Cgroups,
    fault::{Doing, Fault},
    layers::Store,
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long what was killed may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Removes it.
pub(super) fn leftovers(cgroups: &Cgroups, store: &Store) -> Result<(), Fault> {
    let deadline = Instant::now() + PATIENCE;
    for group in cgroups.existing().doing("list leftover cgroups")? {
        while let Err(e) = group.kill().and_then(|()| group.remove()) {
            if Instant::now() > deadline {
                tracing::warn!("cannot remove the cgroup of an ended sandbox: {e}");
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    store.clean()
}
