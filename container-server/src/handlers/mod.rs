//! What happens at each URL: extract, act, respond.

pub(crate) mod builds;
pub(crate) mod contexts;
pub(crate) mod images;
pub(crate) mod sandboxes;
pub(crate) mod status;

use crate::{
    builds::Builds, engine::Engine, examination::Findings, load::Load, remote::Remote,
    sandboxes::Sandboxes,
};
use container_api::TicketKey;
use std::{fmt, sync::Arc};

/// What handlers act on.
pub(crate) struct Services {
    pub(crate) sandboxes: Sandboxes,
    pub(crate) builds: Builds,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) remote: Remote,
    pub(crate) tickets: TicketKey,
    pub(crate) load: Load,
    pub(crate) findings: Findings,
    /// How many sandboxes may live at once.
    pub(crate) capacity: usize,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("engine", &self.engine.name()).finish_non_exhaustive()
    }
}
