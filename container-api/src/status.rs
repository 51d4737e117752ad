//! What the container server says of itself.

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
    /// Builds that wait or run now.
    pub builds: usize,
}

/// The engine in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineStatus {
    /// Its name: `native`.
    pub name: String,
    /// What stands between a sandbox and the host, in a sentence.
    pub isolation: String,
}
