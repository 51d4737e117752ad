//! Starting a sandbox afresh under its id.
//!
//! ```text
//!   running ── the engine is asked to stop it; viewers are told to come back ──> restarting
//!   restarting ── the engine has released it AND told of its end ──> starting, as a new one
//! ```
//!
//! Both are waited for, because ends are told by id: an end that came late would be taken for the
//! end of what was started since.

use super::{
    SandboxError,
    actor::Actor,
    books::{Phase, Release, Reply},
    hold::{OrRefuse, running},
    standing::Standing,
};
use crate::engine::EngineError;
use container_api::{EndReason, SandboxId, SandboxView};
use tokio_util::sync::CancellationToken;

impl Actor {
    /// Begins a restart.
    pub(super) fn restart(&mut self, id: &SandboxId, reply: Reply<SandboxView>) {
        self.note_first_command(id);
        let closing = self.closing.is_some();
        let record = running(self.books.get_mut(id)).and_then(|record| {
            match (closing, record.turns.is_empty(), &record.about.image) {
                (true, ..) => Err(SandboxError::ShuttingDown),
                // It is quick, and must not meet what is started next.
                (_, false, _) => Err(SandboxError::NotRunning),
                (.., None) => Err(SandboxError::CannotRestart),
                _ => Ok(record),
            }
        });
        let Some((record, reply)) = record.or_refuse(reply) else { return };
        record.creator = Some(reply);
        (record.standing, record.wanted) = (Standing::Going, false);
        record.phase = Phase::Restarting { stopped: false, told: false, end: None };
        self.terminals.restart(id);
        self.release(id);
    }

    /// The engine has stopped what is to be started afresh, or could not. False where that is not
    /// what it was asked for.
    pub(super) fn restart_released(
        &mut self,
        id: &SandboxId,
        outcome: &Result<(), EngineError>,
    ) -> bool {
        let Some(record) = self.books.get_mut(id) else { return false };
        let Phase::Restarting { stopped, end, .. } = &mut record.phase else { return false };
        if outcome.is_ok() {
            *stopped = true;
            self.start_afresh(id);
            return true;
        }
        // Then it ends, and its release is tried again like that of every other.
        let message = "What ran before could not be ended.".to_owned();
        let reason = end.take().unwrap_or(EndReason::Failed { message });
        record.phase = Phase::Ending { reason, release: Release::UnderWay { attempts: 1 } };
        false
    }

    /// The engine has told of the end of what is to be started afresh.
    pub(super) fn restart_told(&mut self, id: &SandboxId) {
        if let Some(record) = self.books.get_mut(id)
            && let Phase::Restarting { told, .. } = &mut record.phase
        {
            *told = true;
            self.start_afresh(id);
        }
    }

    fn start_afresh(&mut self, id: &SandboxId) {
        let Some(record) = self.books.get_mut(id) else { return };
        let Phase::Restarting { stopped: true, told: true, end } = &mut record.phase else {
            return;
        };
        let (Some(image), None) = (record.about.image.clone(), end) else {
            return self.finish(id, EndReason::Stopped);
        };
        let cancel = CancellationToken::new();
        record.phase = Phase::Starting { cancel: cancel.clone(), end: None };
        let about = record.about.clone();
        tracing::info!(sandbox = %id, project = about.project, "sandbox restarting");
        self.launch(id, about, image, cancel);
    }
}
