//! What the container server says of itself.
//!
//! What a newer server adds has a default, so that the answer of an older one can be read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The container server's state of health.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// The engine and its isolation.
    pub engine: EngineStatus,
    /// Base images in the local store, such as `debian:12`.
    pub base_images: Vec<String>,
    /// Sandboxes that live now.
    pub sandboxes: usize,
    /// The same by state.
    #[serde(default)]
    pub sandboxes_by_state: SandboxCounts,
    /// How many sandboxes may live at once; `None` where the server does not tell.
    #[serde(default)]
    pub capacity: Option<usize>,
    /// Builds that wait or run now.
    pub builds: usize,
    /// The same by state.
    #[serde(default)]
    pub builds_by_state: BuildCounts,
    /// The machine's load, sampled last; `None` in the server's first second.
    #[serde(default)]
    pub load: Option<LoadSample>,
}

/// Sandboxes that live, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SandboxCounts {
    /// Being started, or started again.
    pub starting: usize,
    /// Running.
    pub running: usize,
    /// Frozen.
    pub frozen: usize,
    /// Those of all these that have ended and could not be released: it is tried again and again.
    pub unreleased: usize,
}

/// Builds that have not ended, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuildCounts {
    /// Waiting for their turn.
    pub queued: usize,
    /// At work.
    pub running: usize,
}

/// The engine in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineStatus {
    /// Its name: `native`.
    pub name: String,
    /// What stands between a sandbox and the host, in a sentence.
    pub isolation: String,
    /// The same as facts; `None` where they were not found out.
    #[serde(default)]
    pub facts: Option<Isolation>,
    /// What became of the last self-test; `None` before its first end, and where there is none.
    #[serde(default)]
    pub self_test: Option<SelfTest>,
}

/// What stands between a sandbox and the host, as a program inside a sandbox found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// Whether root inside is nobody outside.
    pub user_namespace: bool,
    /// Whether layers are shown with shifted owners by id-mapped mounts, and not copied.
    pub id_mapped_mounts: bool,
    /// Whether system calls are filtered.
    pub seccomp: bool,
    /// Whether set-uid programs and the like win nothing.
    pub no_new_privileges: bool,
    /// What root inside may do within its namespaces, such as `CAP_CHOWN`.
    pub capabilities: Vec<String>,
    /// The version of the control groups by which memory, processor and processes are limited.
    pub cgroup_version: u8,
    /// Whom a sandbox may reach.
    pub network: NetworkPolicy,
}

/// Whom a sandbox may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkPolicy {
    /// Whether sandboxes have a network at all; without, they reach nobody.
    pub enabled: bool,
    /// The address ranges that are closed to them, such as `10.0.0.0/8`.
    pub closed_ranges: Vec<String>,
    /// The TCP ports that are closed to them everywhere, such as 25.
    pub closed_ports: Vec<u16>,
    /// The TCP ports that are open to them on the internet: these alone, where it names any.
    #[serde(default)]
    pub open_ports: Vec<u16>,
    /// What the operator opened to them besides: an address and a TCP port each.
    #[serde(default)]
    pub named_hosts: Vec<String>,
}

/// A trial of the walls, from inside a real sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub took_ms: u64,
    /// Whether all of it came out as it has to.
    pub passed: bool,
    /// What was tried, one by one.
    pub checks: Vec<SelfTestCheck>,
}

/// One part of a self-test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTestCheck {
    /// A stable word for programs, such as `host-unreachable`.
    pub name: String,
    /// Whether it came out as it has to.
    pub passed: bool,
    /// What was tried, and what came of it: a sentence.
    pub detail: String,
}

/// The machine's load at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoadSample {
    /// When.
    pub at: DateTime<Utc>,
    /// The share of all processor time since the last sample that was used: 0 to 1.
    pub cpu_busy: f64,
    /// Memory that could not be given to a program, in bytes.
    pub memory_used_bytes: u64,
    /// All memory, in bytes.
    pub memory_total_bytes: u64,
    /// Processes that ran or waited to run, on average over the last minute.
    pub load_average: f64,
    /// Sandboxes that lived.
    pub sandboxes: usize,
    /// Builds that waited or ran.
    pub builds: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_server_says_is_understood() {
        let old = r#"{"engine":{"name":"native","isolation":"Walls."},"base_images":["debian:12"],
            "sandboxes":3,"builds":1}"#;
        let status: Status = serde_json::from_str(old).expect("it is readable");
        assert_eq!((status.sandboxes, status.capacity), (3, None));
        assert_eq!(status.sandboxes_by_state, SandboxCounts::default());
        assert!(status.engine.facts.is_none() && status.engine.self_test.is_none());
    }
}
