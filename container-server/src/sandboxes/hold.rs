//! Changes to a sandbox that lives: freezing, thawing, more time.

use super::{
    SandboxError,
    actor::{Actor, Report},
    books::{Phase, Record, Reply},
    labels, policy,
    standing::{Labels, Standing, Turn},
};
use crate::engine::EngineError;
use container_api::{ExtendSandbox, SandboxId, SandboxView};
use std::time::Instant;

impl Actor {
    /// Lets a sandbox stand still or go on. Wishes are served in their order.
    pub(super) fn set_frozen(&mut self, id: &SandboxId, frozen: bool, reply: Reply<SandboxView>) {
        let record = running(self.books.get_mut(id)).or_refuse(reply);
        let Some((_, reply)) = record else { return };
        let to = if frozen { Standing::Held } else { Standing::Going };
        self.turn(id, Turn { to, reply: Some(reply) });
    }

    /// Queues a wish.
    pub(super) fn turn(&mut self, id: &SandboxId, turn: Turn) {
        let Some(record) = self.books.get_mut(id) else { return };
        record.turns.push_back(turn);
        if record.turns.len() == 1 {
            self.next_turn(id);
        }
    }

    /// Has the engine do what the first in the queue wants, and answers those who have it already.
    fn next_turn(&mut self, id: &SandboxId) {
        self.note_first_command(id);
        while let Some(turn) = self.turn_that_is_done(id) {
            if turn.to == Standing::Held {
                // It may have slept until now.
                self.stand(id, Standing::Held);
            }
            let view = self.books.get(id).map(|record| record.view(id));
            if let (Some(reply), Some(view)) = (turn.reply, view) {
                let _ = reply.send(Ok(view));
            }
        }
        let Some(record) = self.books.get(id) else { return };
        let Some(to) = record.turns.front().map(|turn| turn.to) else { return };
        let (engine, id) = (self.engine.clone(), id.clone());
        self.spawn_report(async move {
            let call = if to.is_frozen() { engine.freeze(&id) } else { engine.thaw(&id) };
            let outcome = call.await;
            Report::Turned { id, outcome }
        });
    }

    /// The first in the queue, where the engine need not be asked for it.
    fn turn_that_is_done(&mut self, id: &SandboxId) -> Option<Turn> {
        let record = self.books.get_mut(id)?;
        let frozen = record.standing.is_frozen();
        let same = record.turns.front().is_some_and(|turn| turn.to.is_frozen() == frozen);
        if same { record.turns.pop_front() } else { None }
    }

    /// The engine has done what the first in the queue wanted, or could not.
    pub(super) fn turned(&mut self, id: &SandboxId, outcome: Result<(), EngineError>) {
        let Some(record) = self.books.get_mut(id) else { return };
        // Whoever waited has been answered where it has ended meanwhile.
        let (Phase::Running { .. }, Some(turn)) = (&record.phase, record.turns.front()) else {
            return;
        };
        let to = turn.to;
        match outcome {
            Ok(()) => self.stand(id, to),
            Err(error) => {
                let turn = record.turns.pop_front();
                match turn.and_then(|turn| turn.reply) {
                    None => self.unturned(id, to, &error),
                    Some(reply) => {
                        tracing::warn!(
                            sandbox = %id, ?to, %error, "a sandbox was not frozen or thawed"
                        );
                        let error = match error {
                            EngineError::NotFound => SandboxError::Ended,
                            other => SandboxError::CannotFreeze(other),
                        };
                        let _ = reply.send(Err(error));
                    }
                }
            }
        }
        self.next_turn(id);
    }

    /// It stands so from now on: its terminal and the engine's labels follow.
    fn stand(&mut self, id: &SandboxId, standing: Standing) {
        let Some(record) = self.books.get_mut(id) else { return };
        let before = std::mem::replace(&mut record.standing, standing);
        if before == standing {
            return;
        }
        tracing::info!(sandbox = %id, ?before, now = ?standing, "sandbox frozen or thawed");
        if standing != Standing::Asleep {
            record.wanted = false;
            if let Phase::Running { since } = &mut record.phase {
                // The time that nobody looks counts from here on.
                *since = Instant::now();
            }
            self.terminals.set_frozen(id, standing.is_frozen());
        }
        if before == Standing::Asleep || standing == Standing::Asleep {
            self.keep_labels(id);
        }
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
        let (engine, id, labels) =
            (self.engine.clone(), id.clone(), labels::write(&record.about, record.standing));
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
