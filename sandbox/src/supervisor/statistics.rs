//! What a sandbox uses: read here, because its file system is in no namespace of the server's.

use super::{
    Supervisor,
    registry::{Phase, Sandbox},
};
use crate::{
    net::Net,
    protocol::{Name, Usage},
};

impl Supervisor {
    /// What these use; those that do not run are left out.
    pub(super) fn statistics(&self, ids: &[Name]) -> Vec<Usage> {
        let running = ids.iter().filter_map(|id| {
            let sandbox = self.registry.sandboxes.get(id)?;
            matches!(sandbox.phase, Phase::Running).then_some((id, sandbox))
        });
        running.filter_map(|(id, sandbox)| of(id, sandbox)).collect()
    }
}

/// `None` where it is about to end, and its groups are gone.
fn of(id: &Name, sandbox: &Sandbox) -> Option<Usage> {
    let group = sandbox.group.usage()?;
    let (disk_bytes, files) = written(sandbox).unzip();
    let passed = sandbox.device.as_deref().and_then(Net::passed);
    Some(Usage {
        id: id.clone(),
        cpu_micros: group.cpu_micros,
        memory_bytes: group.memory_bytes,
        memory_peak_bytes: group.memory_peak_bytes,
        processes: group.processes.saturating_sub(1),
        disk_bytes,
        files,
        received_bytes: passed.map(|(received, _)| received),
        sent_bytes: passed.map(|(_, sent)| sent),
    })
}

/// How many bytes and files its own file system holds. What overlayfs says of itself is what its
/// upper layer says.
fn written(sandbox: &Sandbox) -> Option<(u64, u64)> {
    if sandbox.writes_to_disk() {
        return None;
    }
    let pid = sandbox.pid?.as_raw_nonzero();
    let at = rustix::fs::statvfs(format!("/proc/{pid}/root")).ok()?;
    let blocks = at.f_blocks.saturating_sub(at.f_bfree);
    Some((blocks.saturating_mul(at.f_frsize), at.f_files.saturating_sub(at.f_ffree)))
}
