//! How sandboxes end: asked for or not, released, told.

use super::{
    SandboxError,
    actor::{Actor, Report},
    books::{Phase, Release, Reply},
    policy,
};
use crate::engine::{Ended, EngineError};
use chrono::Utc;
use container_api::{EndReason, SandboxId};
use std::time::{Duration, Instant};

/// The pause between two attempts to release something while the server ends.
const CLOSING_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause between two attempts to release something.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a release is tried while the server ends. What is left then, the next server clears.
const ATTEMPTS_AT_THE_END: u32 = 3;

impl Actor {
    pub(super) fn stop(&mut self, id: &SandboxId, reason: EndReason, reply: Reply<()>) {
        let Some(record) = self.books.get_mut(id) else {
            let _ = reply.send(Err(SandboxError::NotFound));
            return;
        };
        if !record.lives() {
            let _ = reply.send(Ok(()));
            return;
        }
        record.stoppers.push(reply);
        self.end(id, reason);
    }

    /// Begins the end of a sandbox, in whatever phase it is. The first reason stands.
    pub(super) fn end(&mut self, id: &SandboxId, reason: EndReason) {
        let Some(record) = self.books.get_mut(id) else { return };
        match &mut record.phase {
            Phase::Starting { cancel, end } => {
                cancel.cancel();
                end.get_or_insert(reason);
            }
            Phase::Restarting { end, .. } => {
                end.get_or_insert(reason);
            }
            Phase::Running { .. } => {
                record.phase = Phase::Ending { reason, release: Release::UnderWay { attempts: 1 } };
                self.release(id);
            }
            Phase::Ending { .. } | Phase::Ended { .. } => {}
        }
    }

    pub(super) fn release(&self, id: &SandboxId) {
        let (engine, id) = (self.engine.clone(), id.clone());
        self.spawn_report(async move {
            let stopped = tokio::spawn({
                let id = id.clone();
                async move { engine.stop(&id).await }
            });
            let outcome = stopped.await.unwrap_or_else(|panic| {
                Err(EngineError::Internal(format!("a stop broke off: {panic}")))
            });
            Report::Released { id, outcome }
        });
    }

    pub(super) fn program_ended(&mut self, ended: Ended) {
        let lost = || EndReason::Failed {
            message: "The sandbox was lost together with its engine.".to_owned(),
        };
        let reason = ended.exit.map_or_else(lost, policy::reason);
        let Some(record) = self.books.get_mut(&ended.id) else { return };
        match &mut record.phase {
            // Its start will be reported yet, and then it ends at once.
            Phase::Starting { end, .. } => {
                end.get_or_insert(reason);
            }
            Phase::Restarting { .. } => self.restart_told(&ended.id),
            // The engine has released everything: it says so by this message.
            Phase::Running { .. } | Phase::Ending { .. } => self.finish(&ended.id, reason),
            Phase::Ended { .. } => {}
        }
    }

    /// Everything is released. A reason that was given before stands.
    pub(super) fn finish(&mut self, id: &SandboxId, otherwise: EndReason) {
        self.note_first_command(id);
        let Some(record) = self.books.get_mut(id) else { return };
        let reason = match &record.phase {
            Phase::Starting { end, .. } | Phase::Restarting { end, .. } => {
                end.clone().unwrap_or(otherwise)
            }
            Phase::Running { .. } => otherwise,
            Phase::Ending { reason, .. } => reason.clone(),
            Phase::Ended { .. } => return,
        };
        tracing::info!(sandbox = %id, project = record.about.project, ?reason, "sandbox ended");
        if let Some(creator) = record.creator.take() {
            let failure = record.failure.take();
            let _ = creator.send(Err(failure.unwrap_or(SandboxError::StoppedWhileStarting)));
        }
        for stopper in record.stoppers.drain(..) {
            let _ = stopper.send(Ok(()));
        }
        for turn in record.turns.drain(..) {
            if let Some(reply) = turn.reply {
                let _ = reply.send(Err(SandboxError::Ended));
            }
        }
        self.terminals.end(id, &reason);
        self.books.note_end(id, reason, Utc::now());
    }

    /// Brings the next attempt forward where the last one failed.
    pub(super) fn release_soon(&mut self, id: &SandboxId) {
        if let Some(record) = self.books.get_mut(id)
            && let Phase::Ending { release: Release::Failed { again, .. }, .. } = &mut record.phase
        {
            *again = Instant::now();
        }
    }

    /// Tells those who wait, and tries again later.
    pub(super) fn release_failed(&mut self, id: &SandboxId, error: EngineError) {
        let Some(record) = self.books.get_mut(id) else { return };
        let Phase::Ending { release, .. } = &mut record.phase else { return };
        let attempts = match *release {
            Release::UnderWay { attempts } | Release::Failed { attempts, .. } => attempts,
        };
        if self.closing.is_some() && attempts >= ATTEMPTS_AT_THE_END {
            // Without this a server whose engine is gone would never end.
            tracing::error!(sandbox = %id, attempts, %error, "a sandbox is left behind unreleased");
            return self.finish(id, EndReason::Operator);
        }
        let pause = match self.closing {
            Some(_) => CLOSING_PAUSE,
            None => Duration::from_secs(1 << attempts.min(10)).min(LONGEST_PAUSE),
        };
        *release = Release::Failed { attempts, again: Instant::now() + pause };
        tracing::warn!(sandbox = %id, attempts, %error, "a sandbox could not be released");
        if let Some(creator) = record.creator.take() {
            let failure = record.failure.take();
            let _ = creator.send(Err(failure.unwrap_or(SandboxError::StoppedWhileStarting)));
        }
        for stopper in record.stoppers.drain(..) {
            let error = EngineError::Internal("not everything could be released".to_owned());
            let _ = stopper.send(Err(SandboxError::Engine(error)));
        }
    }
}
