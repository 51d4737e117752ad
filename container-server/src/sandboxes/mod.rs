//! Sandboxes: their state machine, owned by one task.
//!
//! ```text
//!   create ──> starting ── it runs, its terminal is open ──> running <── freeze, thaw ──> frozen
//!                 │  ▲                                          │  idle; key, visitor       │
//!                 │  └─ what ran is released ─ restarting <─────┼── restart ────────────────┤
//!                 │                                │            │                           │
//!                 │ it failed, or its end          │ its end    │ stopped, idle, time is    │ stopped,
//!                 │ was asked for meanwhile        │ was asked  │ up, or the program ended  │ idle, time up
//!                 ▼                                ▼ for        ▼                           ▼
//!              ending <────────────────────────────┴────────────┴───────────────────────────┘
//!                 │  the engine says that everything of it is released;
//!                 │  asked again and again until it does
//!                 ▼
//!               ended ── 10 minutes ──> forgotten
//! ```
//!
//! The task keeps the [`books`] and decides; what takes time (pulling an image, starting,
//! releasing) runs in tasks of its own, which report back. So one slow sandbox holds up no other,
//! and a quota is counted and taken in one step. What `ending` means is nobody's business outside:
//! such a sandbox is shown as running until all it held is released. A restarting one is shown as
//! starting: it keeps its id, its place and its time, and its viewers are told to come back.
//! Freezing and thawing take a moment; wishes for it are served one after the other. Who has
//! frozen it makes a difference to who thaws it: see the drawing in [`standing`].
//!
//! - [`ends`], [`hold`], [`sleep`], [`restart`]: the arrows out of running, one file for each kind.
//! - [`strain`]: which limits are met by those that are watched.
//! - [`policy`]: when one may begin and when it has to end; pure.
//! - [`labels`]: what the engine keeps for us, so that a restarted server adopts what lives.
//! - [`measure`]: what it uses.
//! - [`launch`]: the way from a request to a running program.

mod actor;
mod adopt;
mod books;
mod ends;
mod error;
mod hold;
mod labels;
mod launch;
mod measure;
mod policy;
mod restart;
mod sleep;
mod standing;
mod strain;
mod wish;

pub use error::SandboxError;

use crate::engine::{Engine, EngineError};
use actor::{Actor, Command};
use container_api::{
    CreateSandbox, EndReason, ExtendSandbox, SandboxCounts, SandboxId, SandboxStatistics,
    SandboxView,
};
use std::sync::Arc;
use terminal_proxy::Terminals;
use tokio::sync::{mpsc, oneshot};

/// How many commands may wait for the task. They are quick to serve.
const QUEUE: usize = 256;

/// A handle on the sandboxes of this server; cheap to clone. The task ends with the last of them.
#[derive(Debug, Clone)]
pub struct Sandboxes {
    commands: mpsc::Sender<Command>,
}

impl Sandboxes {
    /// Takes over what the engine has alive already, and starts the task that owns it all. No more
    /// than `capacity` sandboxes live at once.
    ///
    /// # Errors
    /// When the engine cannot say what lives.
    pub async fn start(
        engine: Arc<dyn Engine>,
        terminals: Terminals,
        capacity: usize,
    ) -> Result<Self, EngineError> {
        let (commands, queue) = mpsc::channel(QUEUE);
        // Before the list is made, so that no end falls between the two.
        let ends = engine.ends();
        let books = adopt::adopt(&*engine, &terminals).await?;
        tokio::spawn(Actor::new(engine, terminals, books, capacity).run(queue, ends));
        Ok(Self { commands })
    }

    /// Starts a sandbox, and answers when its program runs. Whoever drops this before gets none.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub async fn create(&self, wish: CreateSandbox) -> Result<SandboxView, SandboxError> {
        wish::check(&wish)?;
        self.ask(|reply| Command::Create { wish: Box::new(wish), reply }).await?
    }

    /// Ends a sandbox, and answers when everything of it is released. Ending one that has ended is
    /// no error.
    ///
    /// # Errors
    /// [`SandboxError::NotFound`], or [`SandboxError::Engine`] where the release failed; it is
    /// tried again then.
    pub async fn stop(&self, id: &SandboxId, reason: EndReason) -> Result<(), SandboxError> {
        self.ask(|reply| Command::Stop { id: id.clone(), reason, reply }).await?
    }

    /// Lets a sandbox stand still, or go on; answers when it does. Twice is no error.
    ///
    /// # Errors
    /// [`SandboxError::NotFound`], [`SandboxError::Ended`], [`SandboxError::NotRunning`] or
    /// [`SandboxError::CannotFreeze`].
    pub async fn set_frozen(
        &self,
        id: &SandboxId,
        frozen: bool,
    ) -> Result<SandboxView, SandboxError> {
        self.ask(|reply| Command::SetFrozen { id: id.clone(), frozen, reply }).await?
    }

    /// What a sandbox uses.
    ///
    /// # Errors
    /// [`SandboxError::NotFound`], [`SandboxError::Ended`] or [`SandboxError::NotRunning`].
    pub async fn statistics(&self, id: &SandboxId) -> Result<SandboxStatistics, SandboxError> {
        self.ask(|reply| Command::Measure { id: id.clone(), reply }).await?
    }

    /// Gives a sandbox more time.
    ///
    /// # Errors
    /// [`SandboxError::NotFound`], [`SandboxError::Ended`], [`SandboxError::NotRunning`], or
    /// [`SandboxError::CannotExtend`] where there is nothing to gain.
    pub async fn extend(
        &self,
        id: &SandboxId,
        wish: ExtendSandbox,
    ) -> Result<SandboxView, SandboxError> {
        self.ask(|reply| Command::Extend { id: id.clone(), wish, reply }).await?
    }

    /// Starts a sandbox afresh under its id; answers when it runs. Whoever drops this before does
    /// not stop it.
    ///
    /// # Errors
    /// [`SandboxError::NotFound`], [`SandboxError::Ended`], [`SandboxError::NotRunning`],
    /// [`SandboxError::CannotRestart`], and whatever a start can end with: then the sandbox ends.
    pub async fn restart(&self, id: &SandboxId) -> Result<SandboxView, SandboxError> {
        self.ask(|reply| Command::Restart { id: id.clone(), reply }).await?
    }

    /// One sandbox, alive or ended of late.
    pub async fn view(&self, id: &SandboxId) -> Option<SandboxView> {
        self.ask(|reply| Command::View { id: id.clone(), reply }).await.ok().flatten()
    }

    /// Every sandbox that lives, and those that ended of late; the newest first.
    pub async fn list(&self) -> Vec<SandboxView> {
        self.ask(|reply| Command::List { reply }).await.unwrap_or_default()
    }

    /// How many live.
    pub async fn living(&self) -> usize {
        self.ask(|reply| Command::Living { reply }).await.unwrap_or_default()
    }

    /// The same by state.
    pub async fn counts(&self) -> SandboxCounts {
        self.ask(|reply| Command::Counts { reply }).await.unwrap_or_default()
    }

    /// Takes no more requests, ends every sandbox, and answers when all are released.
    pub async fn shutdown(&self) {
        // An error says that the task has ended, and then nothing is left to end.
        let _ = self.ask(|reply| Command::Shutdown { reply }).await;
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, SandboxError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(command(reply)).await;
        sent.map_err(|_| SandboxError::ShuttingDown)?;
        answer.await.map_err(|_| SandboxError::ShuttingDown)
    }
}
