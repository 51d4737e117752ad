//! All builds: who may ask for one, whose turn it is, and where each stands.

use super::{
    BuildError, BuildsConfig,
    context::Store,
    executor::Reason,
    job::{Job, Worker},
    log::{self, Log},
    plan::Plan,
    records::Records,
    reference,
};
use crate::{engine::Engine, remote::Remote};
use bytes::Bytes;
use chrono::Utc;
use container_api::{
    BuildCounts, BuildEvent, BuildId, BuildSource, BuildState, BuildView, ContextId, CreateBuild,
};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use std::{
    collections::HashMap,
    error::Error,
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often contexts that nobody used are looked for.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// A handle on every build; cheap to clone.
#[derive(Clone)]
pub struct Builds(Arc<Inner>);

struct Inner {
    config: Arc<BuildsConfig>,
    engine: Arc<dyn Engine>,
    remote: Remote,
    records: Records,
    contexts: Store,
    turns: Arc<Semaphore>,
    /// Builds that have not ended.
    live: Mutex<HashMap<BuildId, Arc<Job>>>,
    /// The next build's number.
    next: AtomicU64,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl fmt::Debug for Builds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builds").field("active", &self.active()).finish_non_exhaustive()
    }
}

impl Builds {
    /// Opens the folder of builds, and is ready to build. Builds that the last server left
    /// unfinished become failed ones. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn start(
        config: BuildsConfig,
        engine: Arc<dyn Engine>,
        remote: Remote,
    ) -> io::Result<Self> {
        let folder = config.data.join("builds");
        let contexts = Store::open(folder.join("contexts"))?;
        let records = Records::open(folder)?;
        let inner = Inner {
            turns: Arc::new(Semaphore::new(config.concurrent.max(1))),
            config: Arc::new(config),
            engine,
            remote,
            records,
            contexts,
            live: Mutex::default(),
            next: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        };
        let builds = Self(Arc::new(inner));
        builds.0.tasks.spawn(sweep(builds.0.contexts.clone(), builds.0.closing.clone()));
        Ok(builds)
    }

    /// Queues a build. What is wrong with its source is said at once.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn create(&self, wish: CreateBuild) -> Result<BuildView, BuildError> {
        let CreateBuild { repository, source } = wish;
        if !reference::is_target(&repository) {
            return Err(BuildError::Repository(repository.chars().take(200).collect()));
        }
        let plan = Plan::new(&source)?;
        let context = match &source {
            BuildSource::Dockerfile { context, .. } => context.as_ref(),
            BuildSource::Script { .. } => None,
        };
        self.admit()?;
        let id = BuildId::random();
        self.0.records.create(&id)?;
        let queued = self.queue(&id, repository, context).await;
        let (job, view) = queued.inspect_err(|_| self.0.records.remove(&id))?;
        if let Err(error) = self.launch(id.clone(), job, plan, context.is_some()) {
            self.0.records.remove(&id);
            return Err(error);
        }
        Ok(self.view(&id).unwrap_or(view))
    }

    /// Whether one more build may come.
    fn admit(&self) -> Result<(), BuildError> {
        if self.0.closing.is_cancelled() {
            return Err(BuildError::ShuttingDown);
        }
        let waiting = self.active().saturating_sub(self.0.config.concurrent);
        if waiting >= self.0.config.waiting {
            return Err(BuildError::Busy { waiting });
        }
        Ok(())
    }

    /// Puts a build's files in place.
    async fn queue(
        &self,
        id: &BuildId,
        repository: String,
        context: Option<&ContextId>,
    ) -> Result<(Arc<Job>, BuildView), BuildError> {
        let records = &self.0.records;
        if let Some(context) = context
            && !self.0.contexts.claim(context, &records.context(id)).await?
        {
            return Err(BuildError::UnknownContext);
        }
        let view = BuildView {
            id: id.clone(),
            repository,
            state: BuildState::Queued,
            image: None,
            image_bytes: None,
            ahead: None,
            failure: None,
            created_at: Utc::now(),
            ended_at: None,
        };
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let job = Job::new(number, view.clone(), Log::create(records.log(id))?);
        records.save(&view)?;
        job.enter(records, BuildState::Queued, None);
        Ok((Arc::new(job), view))
    }

    fn launch(
        &self,
        id: BuildId,
        job: Arc<Job>,
        plan: Plan,
        context: bool,
    ) -> Result<(), BuildError> {
        let inner = &self.0;
        {
            let mut live = self.live();
            // Under the lock that `shutdown` takes: no build slips in behind it.
            if inner.closing.is_cancelled() {
                return Err(BuildError::ShuttingDown);
            }
            live.insert(id.clone(), job.clone());
        }
        let worker = Worker {
            job,
            plan,
            context,
            engine: inner.engine.clone(),
            remote: inner.remote.clone(),
            config: inner.config.clone(),
            records: inner.records.clone(),
            turns: inner.turns.clone(),
        };
        let builds = self.clone();
        inner.tasks.spawn(async move {
            worker.work().await;
            builds.live().remove(&id);
        });
        Ok(())
    }

    /// Where a build stands; `None` where there is no such build.
    #[must_use]
    pub fn view(&self, id: &BuildId) -> Option<BuildView> {
        let live = self.live();
        let Some(job) = live.get(id) else {
            drop(live);
            return self.0.records.load(id);
        };
        let mut view = job.view();
        if view.state == BuildState::Queued {
            let before = |other: &&Arc<Job>| {
                other.number < job.number && other.state() == BuildState::Queued
            };
            view.ahead = u32::try_from(live.values().filter(before).count()).ok();
        }
        Some(view)
    }

    /// A build's log from its first line, followed until the build ends; `None` where there is no
    /// such build.
    #[must_use]
    pub fn log(&self, id: &BuildId) -> Option<BoxStream<'static, BuildEvent>> {
        let job = self.live().get(id).cloned();
        match job {
            Some(job) => Some(job.log.follow().boxed()),
            None => Some(log::read_whole(&self.0.records.log(id)).ok()?.boxed()),
        }
    }

    /// Asks a build to stop; one that has ended stays as it is. `None` where there is no such
    /// build. The build ends within a moment: [`Builds::log`] says when.
    pub fn cancel(&self, id: &BuildId) -> Option<()> {
        let job = self.live().get(id).cloned();
        match job {
            Some(job) => {
                job.stop.ask(Reason::Cancelled);
                Some(())
            }
            None => self.0.records.load(id).map(drop),
        }
    }

    /// Keeps a context for a build to come: a tar archive, gzipped or not, of at most
    /// [`super::UPLOAD_LIMIT`] bytes. One that no build uses is removed after a day.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn save_context<E>(
        &self,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<ContextId, BuildError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.0.contexts.save(body).await
    }

    /// How many builds wait or run.
    #[must_use]
    pub fn active(&self) -> usize {
        self.live().len()
    }

    /// The same by state.
    #[must_use]
    pub fn counts(&self) -> BuildCounts {
        let live = self.live();
        let of = |state| live.values().filter(|job| job.state() == state).count();
        BuildCounts { queued: of(BuildState::Queued), running: of(BuildState::Running) }
    }

    /// Takes no more builds, and ends those that are there; returns when they have ended.
    pub async fn shutdown(&self) {
        {
            let live = self.live();
            self.0.closing.cancel();
            for job in live.values() {
                job.stop.ask(Reason::Shutdown);
            }
        }
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn live(&self) -> MutexGuard<'_, HashMap<BuildId, Arc<Job>>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes contexts that nobody used, now and then.
async fn sweep(contexts: Store, closing: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = closing.cancelled() => return,
        }
        if let Err(error) = contexts.sweep(SystemTime::now()).await {
            tracing::warn!(%error, "contexts that nobody used cannot be removed");
        }
    }
}
