//! Which of its limits a sandbox has met: asked for those alone that somebody watches.

use super::{
    Supervisor,
    registry::{Phase, Sandbox},
};
use crate::protocol::{Name, Pressure};

/// With less than this left, in bytes, nothing of use can be written.
const NOTHING: u64 = 64 << 10;

impl Supervisor {
    /// What these have met; those that do not run are left out.
    pub(super) fn pressure(&self, ids: &[Name]) -> Vec<Pressure> {
        let running = ids.iter().filter_map(|id| {
            let sandbox = self.registry.sandboxes.get(id)?;
            matches!(sandbox.phase, Phase::Running).then_some((id, sandbox))
        });
        running.map(|(id, sandbox)| of(id, sandbox)).collect()
    }
}

fn of(id: &Name, sandbox: &Sandbox) -> Pressure {
    let (disk_full, files_full) = full(sandbox).unwrap_or_default();
    Pressure {
        id: id.clone(),
        memory_kills: sandbox.group.memory_kills(),
        refused_processes: sandbox.group.refused_processes(),
        disk_full,
        files_full,
    }
}

/// Whether its file system takes no more bytes, and no more files. What overlayfs says of itself is
/// what its upper layer says, and that is the sandbox's own tmpfs.
fn full(sandbox: &Sandbox) -> Option<(bool, bool)> {
    if sandbox.writes_to_disk() {
        return None;
    }
    let pid = sandbox.pid?.as_raw_nonzero();
    let at = rustix::fs::statvfs(format!("/proc/{pid}/root")).ok()?;
    Some((at.f_bavail.saturating_mul(at.f_frsize) < NOTHING, at.f_favail == 0))
}
