//! What builds may use.

use crate::engine::Resources;
use std::{path::PathBuf, time::Duration};

/// The settings of builds.
#[derive(Debug, Clone)]
pub struct BuildsConfig {
    /// The data folder; builds are kept in `builds/` below it.
    pub data: PathBuf,
    /// How many builds run at once.
    pub concurrent: usize,
    /// How many builds may wait for their turn.
    pub waiting: usize,
    /// What each command of a build may use.
    pub resources: Resources,
    /// How long one build may run.
    pub time_limit: Duration,
}

impl BuildsConfig {
    /// The defaults: two builds at once, of 15 minutes, with 2 GiB of memory, two cores and 512
    /// processes each.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        let resources = Resources {
            memory_bytes: 2 << 30,
            cpu_millis: 2_000,
            processes: 512,
            disk_bytes: 8 << 30,
        };
        let time_limit = Duration::from_secs(15 * 60);
        Self { data, concurrent: 2, waiting: 64, resources, time_limit }
    }
}
