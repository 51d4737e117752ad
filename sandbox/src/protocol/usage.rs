//! What a sandbox uses.

use super::Name;
use serde::{Deserialize, Serialize};

/// What a living sandbox uses, all of its processes together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Which one.
    pub id: Name,
    /// Processor time since its start, in microseconds.
    pub cpu_micros: u64,
    /// Memory now, what it wrote included, without what the kernel would give up first; in bytes.
    pub memory_bytes: u64,
    /// The most memory so far, in bytes; `None` where the kernel does not tell.
    pub memory_peak_bytes: Option<u64>,
    /// Processes and threads, without the init that every sandbox has.
    pub processes: u64,
    /// What its own file system holds, in bytes; `None` where it writes to a layer.
    pub disk_bytes: Option<u64>,
    /// How many files that holds.
    pub files: Option<u64>,
    /// What it was sent by the network, in bytes; `None` where it has none.
    pub received_bytes: Option<u64>,
    /// What it sent.
    pub sent_bytes: Option<u64>,
}
