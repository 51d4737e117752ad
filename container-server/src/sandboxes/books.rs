//! The books: which sandboxes there are, whose, and in which state. Kept by the actor alone.

use super::{
    SandboxError,
    measure::Measured,
    policy,
    standing::{Labels, Standing, Turn},
    strain::Strain,
};
use chrono::{DateTime, TimeDelta, Utc};
use container_api::{
    CreateSandbox, EndReason, ImageRef, Limits, SandboxCounts, SandboxId, SandboxState,
    SandboxView, TerminalSize,
};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How long an ended sandbox can still be asked about.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);
/// How long a release may take before it counts as one that does not come about.
const STUCK: Duration = Duration::from_secs(10);
/// How many ended sandboxes are remembered at most.
const REMEMBERED_COUNT: usize = 1_000;

pub(super) type Reply<T> = oneshot::Sender<Result<T, SandboxError>>;

/// What is known of a sandbox from its creation on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) project: String,
    pub(super) title: String,
    pub(super) owner: String,
    /// What it was started from; `None` of what an older server started.
    pub(super) image: Option<ImageRef>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) limits: Limits,
    pub(super) size: TerminalSize,
}

impl About {
    pub(super) fn new(wish: &CreateSandbox, now: DateTime<Utc>) -> Self {
        let lifetime = policy::span(wish.limits.lifetime_seconds);
        Self {
            project: wish.project.clone(),
            title: wish.title.clone(),
            owner: wish.owner.clone(),
            image: Some(wish.image.clone()),
            created_at: now,
            expires_at: now + lifetime,
            limits: wish.limits,
            size: wish.size.clamped(),
        }
    }
}

/// Where a sandbox stands: see the drawing in [`super`].
#[derive(Debug)]
pub(super) enum Phase {
    Starting {
        /// Tells the task that starts it to give up.
        cancel: CancellationToken,
        /// What to do as soon as it runs: it was asked for, or has happened, already.
        end: Option<EndReason>,
    },
    Running {
        /// Since when this server knows it running, and nobody has steered it.
        since: Instant,
    },
    /// What ran is released, to be started afresh.
    Restarting {
        /// The engine has released it.
        stopped: bool,
        /// The engine has told of its end: only then the next one's end is not mistaken for it.
        told: bool,
        /// What to do instead of starting: it was asked for meanwhile.
        end: Option<EndReason>,
    },
    Ending {
        reason: EndReason,
        release: Release,
    },
    Ended {
        reason: EndReason,
        at: DateTime<Utc>,
    },
}

/// How far the release of what a sandbox held has come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Release {
    /// The engine is at it.
    UnderWay { attempts: u32 },
    /// It failed, and is to be tried again then.
    Failed { attempts: u32, again: Instant },
}

/// One sandbox in the books.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) about: About,
    pub(super) phase: Phase,
    /// When it ran for the first time; not known of one that was taken over.
    pub(super) ready_at: Option<DateTime<Utc>>,
    /// When somebody first pressed Enter, as far as was noted.
    pub(super) first_command_at: Option<DateTime<Utc>>,
    /// Whether its processes stand still, and for whom.
    pub(super) standing: Standing,
    /// Somebody is there whom it sleeps before.
    pub(super) wanted: bool,
    /// Until when it is not sent to sleep again, where that has failed.
    pub(super) sleepless_until: Option<Instant>,
    /// Which of its limits it has met.
    pub(super) strain: Strain,
    /// How it is wanted to stand, in that order. The engine is at the first of them.
    pub(super) turns: VecDeque<Turn>,
    /// Whether the engine is at keeping labels, and whether they have changed since.
    pub(super) labelling: Option<Labels>,
    /// Who asked for it or its restart, until it runs or has failed.
    pub(super) creator: Option<Reply<SandboxView>>,
    /// What to tell the creator if it comes to nothing.
    pub(super) failure: Option<SandboxError>,
    /// What it uses, as far as somebody has asked.
    pub(super) measured: Measured,
    /// Since when its end is known to be under way.
    pub(super) ending_since: Option<Instant>,
    /// Who waits for its end.
    pub(super) stoppers: Vec<Reply<()>>,
}

impl Record {
    pub(super) fn new(about: About, phase: Phase) -> Self {
        Self {
            about,
            phase,
            ready_at: None,
            first_command_at: None,
            standing: Standing::Going,
            wanted: false,
            sleepless_until: None,
            strain: Strain::default(),
            turns: VecDeque::new(),
            labelling: None,
            creator: None,
            failure: None,
            measured: Measured::default(),
            ending_since: None,
            stoppers: Vec::new(),
        }
    }

    pub(super) fn state(&self) -> SandboxState {
        match &self.phase {
            Phase::Starting { .. } | Phase::Restarting { .. } => SandboxState::Starting,
            Phase::Running { .. } if self.standing.is_frozen() => SandboxState::Frozen,
            Phase::Running { .. } | Phase::Ending { .. } => SandboxState::Running,
            Phase::Ended { .. } => SandboxState::Ended,
        }
    }

    pub(super) fn lives(&self) -> bool {
        !matches!(self.phase, Phase::Ended { .. })
    }

    /// Whether something is in the way of its end: a release has failed, or takes very long.
    pub(super) fn is_stuck(&self) -> bool {
        let failed = match &self.phase {
            Phase::Ending { release: Release::Failed { .. }, .. } => true,
            Phase::Ending { release: Release::UnderWay { attempts }, .. } => *attempts > 1,
            _ => return false,
        };
        failed || self.ending_since.is_some_and(|since| since.elapsed() >= STUCK)
    }

    pub(super) fn view(&self, id: &SandboxId) -> SandboxView {
        let end = match &self.phase {
            Phase::Ended { reason, at } => Some((reason.clone(), *at)),
            _ => None,
        };
        let about = &self.about;
        SandboxView {
            id: id.clone(),
            state: self.state(),
            project: about.project.clone(),
            title: about.title.clone(),
            owner: about.owner.clone(),
            created_at: about.created_at,
            expires_at: about.expires_at,
            ready_at: self.ready_at,
            first_command_at: self.first_command_at,
            ended_at: end.as_ref().map(|(_, at)| *at),
            end: end.map(|(reason, _)| reason),
        }
    }
}

/// Every sandbox that lives, and those that ended of late.
#[derive(Debug, Default)]
pub(super) struct Books {
    records: HashMap<SandboxId, Record>,
    /// The ended ones, the oldest first.
    ended: VecDeque<SandboxId>,
}

impl Books {
    /// Whether the owner may have one more; counts and answers in one step.
    pub(super) fn check_quota(&self, owner: &str, quota: u32) -> Result<(), SandboxError> {
        let mine = || self.living().filter(|(_, record)| record.about.owner == owner);
        if policy::may_create(mine().count(), quota) {
            return Ok(());
        }
        let oldest = mine().min_by_key(|(_, record)| record.about.created_at);
        Err(SandboxError::QuotaReached { sandbox: oldest.map(|(id, _)| id.clone()), quota })
    }

    /// Whether the machine may have one more.
    pub(super) fn check_capacity(&self, capacity: usize) -> Result<(), SandboxError> {
        if self.living().count() < capacity { Ok(()) } else { Err(SandboxError::Full { capacity }) }
    }

    pub(super) fn insert(&mut self, id: SandboxId, record: Record) {
        self.records.insert(id, record);
    }

    pub(super) fn get(&self, id: &SandboxId) -> Option<&Record> {
        self.records.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &SandboxId) -> Option<&mut Record> {
        self.records.get_mut(id)
    }

    pub(super) fn living(&self) -> impl Iterator<Item = (&SandboxId, &Record)> {
        self.records.iter().filter(|(_, record)| record.lives())
    }

    /// How many live, by state.
    pub(super) fn counts(&self) -> SandboxCounts {
        let mut counts = SandboxCounts::default();
        for (_, record) in self.living() {
            counts.unreleased += usize::from(record.is_stuck());
            match record.state() {
                SandboxState::Starting => counts.starting += 1,
                SandboxState::Running => counts.running += 1,
                SandboxState::Frozen => counts.frozen += 1,
                SandboxState::Ended => {}
            }
        }
        counts
    }

    /// Everything that can be told, the newest first.
    pub(super) fn views(&self) -> Vec<SandboxView> {
        let mut views: Vec<_> = self.records.iter().map(|(id, record)| record.view(id)).collect();
        views.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        views
    }

    /// Notes an end, and lets the oldest go if there are too many.
    pub(super) fn note_end(&mut self, id: &SandboxId, reason: EndReason, now: DateTime<Utc>) {
        let Some(record) = self.records.get_mut(id) else { return };
        if record.lives() {
            record.phase = Phase::Ended { reason, at: now };
            self.ended.push_back(id.clone());
        }
        while self.ended.len() > REMEMBERED_COUNT {
            self.forget_oldest();
        }
    }

    /// Forgets those that ended long ago.
    pub(super) fn forget(&mut self, now: DateTime<Utc>) {
        while let Some(id) = self.ended.front() {
            let at = match self.records.get(id).map(|record| &record.phase) {
                Some(Phase::Ended { at, .. }) => *at,
                _ => DateTime::<Utc>::MIN_UTC,
            };
            if now.signed_duration_since(at) < REMEMBERED {
                return;
            }
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(id) = self.ended.pop_front() {
            self.records.remove(&id);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::sandboxes) fn about(owner: &str) -> About {
        let created_at = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        About {
            project: "jq".to_owned(),
            title: "jq – a \"title\"".to_owned(),
            owner: owner.to_owned(),
            image: Some(ImageRef {
                repository: "projects/jq".to_owned(),
                digest: "sha256:1234".to_owned(),
            }),
            created_at,
            expires_at: created_at + TimeDelta::minutes(30),
            limits: Limits::default(),
            size: TerminalSize::default(),
        }
    }

    fn running(owner: &str) -> Record {
        Record::new(about(owner), Phase::Running { since: Instant::now() })
    }

    #[test]
    fn the_quota_counts_what_lives_and_names_the_oldest() {
        let mut books = Books::default();
        let (first, second) = (SandboxId::random(), SandboxId::random());
        books.insert(second.clone(), running("a"));
        let mut older = running("a");
        older.about.created_at -= TimeDelta::minutes(5);
        books.insert(first.clone(), older);
        books.insert(SandboxId::random(), running("b"));
        books.check_quota("a", 3).unwrap();
        match books.check_quota("a", 2) {
            Err(SandboxError::QuotaReached { sandbox, quota: 2 }) => {
                assert_eq!(sandbox, Some(first.clone()));
            }
            other => panic!("{other:?}"),
        }
        books.note_end(&first, EndReason::Stopped, Utc::now());
        books.check_quota("a", 2).unwrap();
    }

    #[test]
    fn what_ended_is_told_for_a_while() {
        let mut books = Books::default();
        let id = SandboxId::random();
        books.insert(id.clone(), running("a"));
        let now = Utc::now();
        books.note_end(&id, EndReason::Idle, now);
        // A second end changes nothing.
        books.note_end(&id, EndReason::Stopped, now);
        let view = books.get(&id).unwrap().view(&id);
        assert_eq!((view.state, view.end), (SandboxState::Ended, Some(EndReason::Idle)));
        books.forget(now + REMEMBERED - TimeDelta::seconds(1));
        assert!(books.get(&id).is_some());
        books.forget(now + REMEMBERED);
        assert!(books.get(&id).is_none());
        assert!(books.views().is_empty());
    }

    #[test]
    fn a_flood_of_ends_is_bounded() {
        let mut books = Books::default();
        for _ in 0..REMEMBERED_COUNT + 5 {
            let id = SandboxId::random();
            books.insert(id.clone(), running("a"));
            books.note_end(&id, EndReason::Idle, Utc::now());
        }
        assert_eq!(books.views().len(), REMEMBERED_COUNT);
    }

    #[test]
    fn an_endless_lifetime_does_not_overflow() {
        let limits = Limits { lifetime_seconds: u64::MAX, ..Limits::default() };
        let wish = CreateSandbox {
            project: "p".to_owned(),
            title: "t".to_owned(),
            owner: "o".to_owned(),
            owner_quota: 1,
            image: container_api::ImageRef { repository: String::new(), digest: String::new() },
            limits,
            size: TerminalSize { columns: 0, rows: 9_999 },
            behind_walls: false,
        };
        let about = About::new(&wish, Utc::now());
        assert_eq!(about.expires_at, about.created_at + policy::LONGEST);
        assert_eq!(about.size, TerminalSize { columns: 2, rows: 500 });
    }
}
