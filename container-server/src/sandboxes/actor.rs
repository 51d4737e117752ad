//! The task that owns the books. It waits for nothing but messages.

use super::{
    SandboxError,
    books::{About, Books, Phase, Record, Release, Reply},
    launch::{self, Launched},
    policy::{self, Due},
    standing::Standing,
    strain::Rounds,
};
use crate::engine::{Ended, Engine, EngineError, Pressure, Usage};
use chrono::Utc;
use container_api::{
    CreateSandbox, EndReason, ExtendSandbox, ImageRef, SandboxCounts, SandboxId, SandboxStatistics,
    SandboxView,
};
use std::{
    os::fd::OwnedFd,
    sync::Arc,
    time::{Duration, Instant},
};
use terminal_proxy::{Activity, Terminals};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How often the reaper looks round.
const TICK: Duration = Duration::from_secs(1);

/// What the task is asked.
#[derive(Debug)]
pub(super) enum Command {
    Create { wish: Box<CreateSandbox>, reply: Reply<SandboxView> },
    Stop { id: SandboxId, reason: EndReason, reply: Reply<()> },
    View { id: SandboxId, reply: oneshot::Sender<Option<SandboxView>> },
    List { reply: oneshot::Sender<Vec<SandboxView>> },
    SetFrozen { id: SandboxId, frozen: bool, reply: Reply<SandboxView> },
    Extend { id: SandboxId, wish: ExtendSandbox, reply: Reply<SandboxView> },
    Restart { id: SandboxId, reply: Reply<SandboxView> },
    Measure { id: SandboxId, reply: Reply<SandboxStatistics> },
    Living { reply: oneshot::Sender<usize> },
    Counts { reply: oneshot::Sender<SandboxCounts> },
    Shutdown { reply: oneshot::Sender<()> },
}

/// What the tasks that it started report.
#[derive(Debug)]
pub(super) enum Report {
    Launched { id: SandboxId, outcome: Launched },
    Released { id: SandboxId, outcome: Result<(), EngineError> },
    Turned { id: SandboxId, outcome: Result<(), EngineError> },
    Wanted { id: SandboxId },
    Measured { id: SandboxId, outcome: Result<Usage, EngineError> },
    Labelled { id: SandboxId, outcome: Result<(), EngineError> },
    Limits { outcome: Result<Vec<(SandboxId, Pressure)>, EngineError> },
}

pub(super) struct Actor {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) terminals: Terminals,
    pub(super) books: Books,
    pub(super) rounds: Rounds,
    /// How many sandboxes may live at once.
    capacity: usize,
    reports: mpsc::UnboundedSender<Report>,
    inbox: mpsc::UnboundedReceiver<Report>,
    /// Set once the server is about to end: who waits for the last sandbox to go.
    pub(super) closing: Option<Vec<oneshot::Sender<()>>>,
}

impl Actor {
    pub(super) fn new(
        engine: Arc<dyn Engine>,
        terminals: Terminals,
        books: Books,
        capacity: usize,
    ) -> Self {
        let (reports, inbox) = mpsc::unbounded_channel();
        let rounds = Rounds::default();
        Self { engine, terminals, books, rounds, capacity, reports, inbox, closing: None }
    }

    /// Works until the last handle is gone.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        mut ends: mpsc::UnboundedReceiver<Ended>,
    ) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for id in self.living() {
            if self.books.get(&id).is_some_and(|record| record.standing == Standing::Asleep) {
                self.sleep_on(&id);
            }
        }
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
                Some(report) = self.inbox.recv() => self.report(report),
                Some(ended) = ends.recv() => self.program_ended(ended),
                _ = ticks.tick() => self.tick(),
            }
            self.close_if_empty();
        }
    }

    fn command(&mut self, command: Command) {
        // Whoever does not wait for an answer any more misses nothing.
        match command {
            Command::Create { wish, reply } => self.create(*wish, reply),
            Command::Stop { id, reason, reply } => self.stop(&id, reason, reply),
            Command::View { id, reply } => {
                self.note_first_command(&id);
                let _ = reply.send(self.books.get(&id).map(|record| record.view(&id)));
            }
            Command::SetFrozen { id, frozen, reply } => self.set_frozen(&id, frozen, reply),
            Command::Extend { id, wish, reply } => self.extend(&id, &wish, reply),
            Command::Restart { id, reply } => self.restart(&id, reply),
            Command::Measure { id, reply } => self.measure(&id, reply),
            Command::List { reply } => {
                self.living().iter().for_each(|id| self.note_first_command(id));
                let _ = reply.send(self.books.views());
            }
            Command::Living { reply } => {
                let _ = reply.send(self.books.living().count());
            }
            Command::Counts { reply } => {
                let _ = reply.send(self.books.counts());
            }
            Command::Shutdown { reply } => {
                self.closing.get_or_insert_default().push(reply);
                for id in self.living() {
                    self.end(&id, EndReason::Operator);
                    self.release_soon(&id);
                }
            }
        }
    }

    fn create(&mut self, wish: CreateSandbox, reply: Reply<SandboxView>) {
        let refused = if self.closing.is_some() {
            Err(SandboxError::ShuttingDown)
        } else {
            // Whoever is over the quota is told that first: it is something they can mend.
            let quota = self.books.check_quota(&wish.owner, wish.owner_quota);
            quota.and_then(|()| self.books.check_capacity(self.capacity))
        };
        if let Err(error) = refused {
            let _ = reply.send(Err(error));
            return;
        }
        let id = SandboxId::random();
        let about = About::new(&wish, Utc::now());
        let cancel = CancellationToken::new();
        let phase = Phase::Starting { cancel: cancel.clone(), end: None };
        let mut record = Record::new(about.clone(), phase);
        record.creator = Some(reply);
        self.books.insert(id.clone(), record);
        self.launch(&id, about, wish.image, cancel);
    }

    pub(super) fn launch(
        &self,
        id: &SandboxId,
        about: About,
        image: ImageRef,
        cancel: CancellationToken,
    ) {
        let (engine, id) = (self.engine.clone(), id.clone());
        let launch = tokio::spawn(launch::launch(engine, id.clone(), about, image, cancel));
        self.spawn_report(async move {
            let outcome = launch.await.unwrap_or_else(|panic| {
                Launched::Failed(EngineError::Internal(format!("a launch broke off: {panic}")))
            });
            Report::Launched { id, outcome }
        });
    }

    pub(super) fn spawn_report(&self, work: impl Future<Output = Report> + Send + 'static) {
        let reports = self.reports.clone();
        tokio::spawn(async move {
            // Fails only when the actor has ended, together with the whole server.
            let _ = reports.send(work.await);
        });
    }

    /// Reports as soon as the other side says so; never where it is let go.
    pub(super) fn report_when(&self, said: oneshot::Receiver<()>, report: Report) {
        let reports = self.reports.clone();
        tokio::spawn(async move {
            if said.await.is_ok() {
                let _ = reports.send(report);
            }
        });
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Launched { id, outcome } => match outcome {
                Launched::Running(master) => self.launched(&id, master),
                Launched::GivenUp => self.finish(&id, EndReason::Stopped),
                Launched::Failed(error) => self.launch_failed(&id, error),
            },
            Report::Released { id, outcome } => {
                if !self.restart_released(&id, &outcome) {
                    match outcome {
                        Ok(()) => self.finish(&id, EndReason::Stopped),
                        Err(error) => self.release_failed(&id, error),
                    }
                }
            }
            Report::Turned { id, outcome } => self.turned(&id, outcome),
            Report::Measured { id, outcome } => self.measured(&id, outcome),
            Report::Wanted { id } => self.wanted(&id),
            Report::Labelled { id, outcome } => self.labelled(&id, outcome),
            Report::Limits { outcome } => self.limits_seen(outcome),
        }
    }

    fn launched(&mut self, id: &SandboxId, master: OwnedFd) {
        let Some(record) = self.books.get_mut(id) else { return };
        let about = &record.about;
        if let Err(error) = self.terminals.open(id.clone(), master, about.size, about.expires_at) {
            let error = EngineError::Internal(format!("a terminal could not be opened: {error}"));
            return self.launch_failed(id, error);
        }
        let known = record.ready_at.is_some();
        record.ready_at.get_or_insert_with(Utc::now);
        let running = Phase::Running { since: Instant::now() };
        let end = match std::mem::replace(&mut record.phase, running) {
            Phase::Starting { end, .. } => end,
            _ => None,
        };
        // A program that has ended by itself has run: its creator is given what it printed.
        let wanted = match &end {
            None | Some(EndReason::Exited { .. } | EndReason::OutOfMemory) => {
                let view = record.view(id);
                let told = record.creator.take().map(|reply| reply.send(Ok(view)).is_ok());
                told == Some(true) || known
            }
            Some(_) => true,
        };
        match end {
            Some(reason) => self.end(id, reason),
            // Nobody learnt that it exists, so nobody would end it.
            None if !wanted => self.end(id, EndReason::Stopped),
            None => {}
        }
    }

    fn launch_failed(&mut self, id: &SandboxId, error: EngineError) {
        let Some(record) = self.books.get_mut(id) else { return };
        let error = SandboxError::from(error);
        let asked = match &mut record.phase {
            Phase::Starting { end, .. } => end.take(),
            _ => None,
        };
        let reason = match asked {
            // What was asked for counts, and not how the engine's half a start came to an end.
            Some(end @ (EndReason::Stopped | EndReason::Lifetime | EndReason::Operator)) => end,
            _ => EndReason::Failed { message: error.public_message() },
        };
        record.failure = Some(error);
        record.phase = Phase::Ending { reason, release: Release::UnderWay { attempts: 1 } };
        self.release(id);
    }

    fn tick(&mut self) {
        let now = Utc::now();
        for id in self.living() {
            self.look_at(&id, now);
        }
        self.look_at_limits();
        self.books.forget(now);
    }

    fn look_at(&mut self, id: &SandboxId, now: chrono::DateTime<Utc>) {
        let Some(record) = self.books.get_mut(id) else { return };
        let since = match &mut record.phase {
            Phase::Starting { .. } | Phase::Restarting { .. } => None,
            Phase::Running { since } => Some(*since),
            Phase::Ending { release, .. } => {
                record.ending_since.get_or_insert_with(Instant::now);
                if let Release::Failed { attempts, again } = *release
                    && again <= Instant::now()
                {
                    *release = Release::UnderWay { attempts: attempts + 1 };
                    self.release(id);
                }
                return;
            }
            Phase::Ended { .. } => return,
        };
        let activity = self.terminals.activity(id);
        let facts = policy::Facts {
            expires_at: record.about.expires_at,
            standing: record.standing,
            unseen: since.and_then(|since| unseen(since, activity.as_ref())),
            quiet: since.and_then(|since| quiet(since, activity.as_ref())),
            limits: policy::IdleLimits::of(&record.about.limits),
        };
        let sleepless = record.sleepless_until.is_some_and(|until| until > Instant::now());
        match policy::due(&facts, now) {
            Some(Due::End(reason)) => self.end(id, reason),
            Some(Due::Sleep) if record.turns.is_empty() && !sleepless => {
                if let Some(seen) = activity {
                    self.fall_asleep(id, &seen);
                }
            }
            _ if record.turns.is_empty() => self.wake_up(id),
            _ => {}
        }
    }

    fn living(&self) -> Vec<SandboxId> {
        self.books.living().map(|(id, _)| id.clone()).collect()
    }

    fn close_if_empty(&mut self) {
        if let Some(waiting) = &mut self.closing
            && !waiting.is_empty()
            && self.books.living().next().is_none()
        {
            for reply in waiting.drain(..) {
                let _ = reply.send(());
            }
        }
    }
}

/// How long nobody has had the terminal open; `None` while somebody has.
fn unseen(since: Instant, activity: Option<&Activity>) -> Option<Duration> {
    let unwatched = activity.map_or(Some(since), |activity| activity.unwatched_since);
    unwatched.map(|instant| instant.max(since).elapsed())
}

/// How long nothing has been typed and printed.
fn quiet(since: Instant, activity: Option<&Activity>) -> Option<Duration> {
    let activity = activity?;
    let last = activity.last_touch.max(activity.last_output.unwrap_or(since)).max(since);
    Some(last.elapsed())
}
