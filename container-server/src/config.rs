//! What the container server needs to know at its start: one struct for each concern.

pub use crate::engine::native::EgressConfig;
use crate::{builds::BuildsConfig, remote::RegistryConfig};
use std::{fmt, path::PathBuf};
use terminal_proxy::TerminalsConfig;

/// The settings of a container server.
#[derive(Debug, Clone)]
pub struct Config {
    /// The engine.
    pub engine: EngineConfig,
    /// How many sandboxes may live at once, whoever's they are.
    pub capacity: usize,
    /// Where images are kept.
    pub registry: RegistryConfig,
    /// Terminals: the key of their tickets, and the pages that may open them.
    pub terminals: TerminalsConfig,
    /// What builds may use, and where they are kept.
    pub builds: BuildsConfig,
    /// Who may use the internal API.
    pub token: InternalToken,
}

/// Which engine runs the sandboxes, and how it is reached.
#[derive(Debug, Clone)]
pub enum EngineConfig {
    /// The native one.
    Native {
        /// The supervisor's socket.
        supervisor: PathBuf,
        /// Whom its sandboxes may reach.
        egress: EgressConfig,
    },
}

/// The bearer token of the internal API.
#[derive(Clone)]
pub struct InternalToken(pub String);

impl fmt::Debug for InternalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InternalToken(…)")
    }
}
