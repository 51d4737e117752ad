//! Changes to a sandbox that lives: freezing, thawing, more time.

use super::{
    SandboxError,
    actor::{Actor, Report},
    books::{Labels, Phase, Record, Reply, Turn},
    labels, policy,
};
use crate::engine::EngineError;
use container_api::{ExtendSandbox, SandboxId, SandboxView};
use std::time::Instant;

impl Actor {
    /// Lets a sandbox stand still or go on. Wishes are served in their order.
    pub(super) fn set_frozen(&mut self, id: &SandboxId, frozen: bool, reply: Reply<SandboxView>) {
        let record = running(self.books.get_mut(id)).or_refuse(reply);
        let Some((record, reply)) = record else { return };
        record.turns.push_back(Turn { frozen, reply });
        if record.turns.len() == 1 {
            self.next_turn(id);
        }
    }

    /// Has the engine do what the first in the queue wants, and answers those who have it already.
    fn next_turn(&mut self, id: &SandboxId) {
        self.note_first_command(id);
        let Some(record) = self.books.get_mut(id) else { return };
        while record.turns.front().is_some_and(|turn| turn.frozen == record.frozen) {
            let view = record.view(id);
            if let Some(turn) = record.turns.pop_front() {
                let _ = turn.reply.send(Ok(view));
            }
        }
        let Some(frozen) = record.turns.front().map(|turn| turn.frozen) else { return };
        let (engine, id) = (self.engine.clone(), id.clone());
        self.spawn_report(async move {
            let call = if frozen { engine.freeze(&id) } else { engine.thaw(&id) };
            let outcome = call.await;
            Report::Turned { id, frozen, outcome }
        });
    }

    /// The engine has done so, or could not.
    pub(super) fn turned(
        &mut self,
        id: &SandboxId,
        frozen: bool,
        outcome: Result<(), EngineError>,
    ) {
        let Some(record) = self.books.get_mut(id) else { return };
        // Whoever waited has been answered where it has ended meanwhile.
        let (Phase::Running { since }, false) = (&mut record.phase, record.turns.is_empty()) else {
            return;
        };
        match outcome {
            Ok(()) => {
                record.frozen = frozen;
                // The time that nobody looks counts from here on.
                *since = Instant::now();
                tracing::info!(sandbox = %id, frozen, "sandbox frozen or thawed");
                self.terminals.set_frozen(id, frozen);
            }
            Err(error) => {
                tracing::warn!(sandbox = %id, frozen, %error, "a sandbox was not frozen or thawed");
                if let Some(turn) = record.turns.pop_front() {
                    let error = match error {
                        EngineError::NotFound => SandboxError::Ended,
                        other => SandboxError::CannotFreeze(other),
                    };
                    let _ = turn.reply.send(Err(error));
                }
            }
        }
        self.next_turn(id);
    }

    /// Gives a sandbox more time, and tells its viewers.
    pub(super) fn extend(
        &mut self,
        id: &SandboxId,
        wish: &ExtendSandbox,
        reply: Reply<SandboxView>,
    ) {
        self.note_first_command(id);
        let record = running(self.books.get_mut(id)).or_refuse(reply);
        let Some((record, reply)) = record else { return };
        let about = &mut record.about;
        let answer = match policy::extended(about.created_at, about.expires_at, wish) {
            Some(expires_at) => {
                about.expires_at = expires_at;
                self.terminals.set_expiry(id, expires_at);
                Ok(record.view(id))
            }
            None => Err(SandboxError::CannotExtend),
        };
        if answer.is_ok() {
            self.keep_labels(id);
        }
        let _ = reply.send(answer);
    }

    /// Has the engine keep what a later server must know: one call at a time, so that an older one
    /// never overtakes.
    fn keep_labels(&mut self, id: &SandboxId) {
        let Some(record) = self.books.get_mut(id) else { return };
        if record.labelling.is_some() {
            record.labelling = Some(Labels::Outdated);
            return;
        }
        record.labelling = Some(Labels::Present);
        let (engine, id, labels) = (self.engine.clone(), id.clone(), labels::write(&record.about));
        self.spawn_report(async move {
            let outcome = engine.relabel(&id, labels).await;
            Report::Labelled { id, outcome }
        });
    }

    pub(super) fn labelled(&mut self, id: &SandboxId, outcome: Result<(), EngineError>) {
        let Some(record) = self.books.get_mut(id) else { return };
        if let (Err(error), true) = (outcome, record.lives()) {
            // Told to nobody: it holds as long as this server does.
            tracing::warn!(sandbox = %id, %error, "a sandbox's new time would not outlive the server");
        }
        if record.labelling.take() == Some(Labels::Outdated)
            && matches!(record.phase, Phase::Running { .. })
        {
            self.keep_labels(id);
        }
    }

    /// Notes when somebody first pressed Enter, as long as there is a terminal to ask.
    pub(super) fn note_first_command(&mut self, id: &SandboxId) {
        if let Some(record) = self.books.get_mut(id)
            && record.first_command_at.is_none()
            && record.lives()
        {
            let activity = self.terminals.activity(id);
            record.first_command_at = activity.and_then(|activity| activity.first_command_at);
        }
    }
}

/// A record of a sandbox that runs, frozen or not, or why there is none.
pub(super) fn running(record: Option<&mut Record>) -> Result<&mut Record, SandboxError> {
    let record = record.ok_or(SandboxError::NotFound)?;
    match record.phase {
        Phase::Running { .. } => Ok(record),
        Phase::Starting { .. } | Phase::Restarting { .. } => Err(SandboxError::NotRunning),
        Phase::Ending { .. } | Phase::Ended { .. } => Err(SandboxError::Ended),
    }
}

/// Tells whoever asked that it cannot be.
pub(super) trait OrRefuse<T> {
    /// The value with who waits for it; without a value they are answered.
    fn or_refuse<V>(self, reply: Reply<V>) -> Option<(T, Reply<V>)>;
}

impl<T> OrRefuse<T> for Result<T, SandboxError> {
    fn or_refuse<V>(self, reply: Reply<V>) -> Option<(T, Reply<V>)> {
        match self {
            Ok(value) => Some((value, reply)),
            Err(error) => {
                let _ = reply.send(Err(error));
                None
            }
        }
    }
}
