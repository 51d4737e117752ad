//! One build, from its place in the queue to its end.

use super::{
    BuildsConfig,
    executor::{Ending, Pushed, Reason, Room, Scratch, Stop},
    log::Log,
    plan::Plan,
    records::Records,
};
use crate::{engine::Engine, remote::Remote};
use chrono::Utc;
use container_api::{BuildEventKind, BuildState, BuildView, FailureCause};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// A build that has not ended.
#[derive(Debug)]
pub(super) struct Job {
    /// Its place among all builds since the server's start: turns are taken in this order.
    pub number: u64,
    view: Mutex<BuildView>,
    /// Its log.
    pub log: Arc<Log>,
    /// Ends it early.
    pub stop: Arc<Stop>,
}

/// What a build's task works with.
pub(super) struct Worker {
    pub job: Arc<Job>,
    pub plan: Plan,
    pub context: bool,
    pub engine: Arc<dyn Engine>,
    pub remote: Remote,
    pub config: Arc<BuildsConfig>,
    pub records: Records,
    pub turns: Arc<Semaphore>,
}

impl Job {
    /// A build that is queued.
    pub(super) fn new(number: u64, view: BuildView, log: Log) -> Self {
        Self { number, view: Mutex::new(view), log: Arc::new(log), stop: Arc::new(Stop::new()) }
    }

    /// Where it stands.
    pub(super) fn view(&self) -> BuildView {
        self.lock().clone()
    }

    /// Where it stands, in a word.
    pub(super) fn state(&self) -> BuildState {
        self.lock().state
    }

    fn lock(&self) -> MutexGuard<'_, BuildView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it on: on disk first, then in the log, so that who reads the one never finds the
    /// other behind.
    pub(super) fn enter(&self, records: &Records, state: BuildState, end: Option<&End>) {
        let (failure, pushed) = match end {
            Some(Err(Ending::Failed(cause))) => (Some(cause.clone()), None),
            Some(Ok(pushed)) => (None, Some(pushed)),
            Some(Err(Ending::Cancelled)) | None => (None, None),
        };
        let image = pushed.map(|pushed| pushed.image.clone());
        let view = {
            let mut view = self.lock();
            view.state = state;
            view.failure.clone_from(&failure);
            view.image.clone_from(&image);
            view.image_bytes = pushed.map(|pushed| pushed.bytes);
            view.ended_at = state.is_final().then(Utc::now);
            view.clone()
        };
        if let Err(error) = records.save(&view) {
            tracing::error!(%error, id = %view.id, "a build's state cannot be kept");
        }
        tracing::info!(id = %view.id, state = state.as_str(), ?failure, "build");
        self.log.add(BuildEventKind::State { state, failure, image });
    }
}

/// How a build ended.
type End = Result<Pushed, Ending>;

impl Worker {
    /// The build's whole life.
    pub(super) async fn work(self) {
        let scratch = Arc::new(Scratch::new(self.engine.clone()));
        let end = self.turn(&scratch).await;
        scratch.release().await;
        let id = self.job.view().id;
        self.records.tidy(&id);
        let state = match &end {
            Ok(_) => BuildState::Pushed,
            Err(Ending::Failed(_)) => BuildState::Failed,
            Err(Ending::Cancelled) => BuildState::Cancelled,
        };
        self.job.enter(&self.records, state, Some(&end));
        self.job.log.finish();
    }

    /// Waits for a turn, and uses it.
    async fn turn(&self, scratch: &Arc<Scratch>) -> End {
        let permit = tokio::select! {
            permit = self.turns.acquire() => permit,
            reason = self.job.stop.asked() => return Err(reason.into()),
        };
        let _permit = permit.map_err(|_| Ending::Failed(FailureCause::Interrupted))?;
        self.job.enter(&self.records, BuildState::Running, None);
        let BuildView { id, repository, .. } = self.job.view();
        let room = Room {
            engine: self.engine.clone(),
            remote: self.remote.clone(),
            resources: self.config.resources,
            log: self.job.log.clone(),
            stop: self.job.stop.clone(),
            scratch: scratch.clone(),
            folder: self.records.folder(&id),
            context: self.context.then(|| self.records.context(&id)),
        };
        let plan = self.plan.clone();
        // A task of its own, so that a panic in it is a failed build and nothing more.
        let mut execution = tokio::spawn(async move { room.execute(&plan, &repository).await });
        let end = tokio::select! {
            end = &mut execution => end,
            () = tokio::time::sleep(self.config.time_limit) => {
                self.job.stop.ask(Reason::TimeLimit(self.config.time_limit));
                execution.await
            }
        };
        end.unwrap_or_else(|error| Err(Ending::internal("the builder broke down", &error)))
    }
}
