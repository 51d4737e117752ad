//! Which terminals there are, and which ended lately.

use crate::{
    ended::Ended,
    origin::Origins,
    session::{Attachment, Handle},
    status::{State, Status},
};
use chrono::{DateTime, Utc};
use container_api::{EndReason, LimitMet, SandboxId, TerminalSize, TicketKey};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    io,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::oneshot;

/// How many may have one terminal open at once.
pub const MAX_VIEWERS: usize = 64;

/// What terminals are run with.
#[derive(Debug, Clone)]
pub struct TerminalsConfig {
    /// The key that tickets are signed with.
    pub key: TicketKey,
    /// The pages that may open terminals.
    pub allowed_origins: Origins,
    /// How many rows above the screen are kept for those who come back. A row costs what it holds,
    /// at most 32 bytes a column.
    pub scrollback_rows: usize,
}

impl TerminalsConfig {
    /// The usual: pages of the own host, a thousand rows of scrollback.
    #[must_use]
    pub fn new(key: TicketKey) -> Self {
        Self { key, allowed_origins: Origins::own_host(), scrollback_rows: 1_000 }
    }
}

/// Who is at a terminal, for quota and reaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// How many have it open.
    pub viewers: usize,
    /// Since when nobody has; `None` while somebody does.
    pub unwatched_since: Option<Instant>,
    /// When something was typed last.
    pub last_input: Option<Instant>,
    /// When the program printed something last.
    pub last_output: Option<Instant>,
    /// When somebody last came, went, typed or chose a size.
    pub last_touch: Instant,
    /// When somebody first pressed Enter.
    pub first_command_at: Option<DateTime<Utc>>,
}

/// Every terminal of this server. Cheap to clone: all clones are the same.
///
/// When the last clone is dropped the terminals are let go: connections close with 1001, the PTYs'
/// masters are closed.
#[derive(Debug, Clone)]
pub struct Terminals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: TerminalsConfig,
    state: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    live: HashMap<SandboxId, Handle>,
    /// Those without a session until their sandbox has started afresh.
    restarting: HashSet<SandboxId>,
    ended: Ended,
}

/// What there is under an id.
#[derive(Debug)]
pub(crate) enum Found {
    Live(Attachment),
    Full,
    Restarting,
    Ended(Status),
    Unknown,
}

impl Terminals {
    /// No terminals yet.
    #[must_use]
    pub fn new(config: TerminalsConfig) -> Self {
        Self(Arc::new(Inner { config, state: Mutex::default() }))
    }

    /// Takes over the master of a sandbox's PTY, whose size is `size`. To be called within a Tokio
    /// runtime with I/O and time, which the terminal then lives on.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where this sandbox's terminal is open; otherwise the
    /// descriptor cannot be watched: it is no PTY's master, or the runtime has no I/O.
    pub fn open(
        &self,
        id: SandboxId,
        master: OwnedFd,
        size: TerminalSize,
        expires_at: DateTime<Utc>,
    ) -> io::Result<()> {
        let scrollback_rows = self.0.config.scrollback_rows;
        let mut sessions = self.sessions();
        sessions.restarting.remove(&id);
        match sessions.live.entry(id) {
            Entry::Occupied(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Entry::Vacant(place) => {
                let handle = Handle::spawn(place.key(), master, size, scrollback_rows, expires_at)?;
                place.insert(handle);
                Ok(())
            }
        }
    }

    /// Ends a terminal: its viewers get what is left to read and a status frame with the reason,
    /// and are closed with 4410; so are those who come within the next minutes. A sandbox that had
    /// no terminal is remembered all the same.
    pub fn end(&self, id: &SandboxId, reason: &EndReason) {
        let mut sessions = self.sessions();
        sessions.restarting.remove(id);
        let handle = sessions.live.remove(id);
        let expires_at = match &handle {
            Some(handle) => handle.status().expires_at,
            None if sessions.ended.get(id, Instant::now()).is_some() => return,
            None => Utc::now(),
        };
        let reason = reason.clone();
        let status = Status::new(State::Ended, expires_at, Some(reason.clone()));
        sessions.ended.remember(id.clone(), status, Instant::now());
        if let Some(handle) = handle {
            handle.end(reason);
        }
    }

    /// Who is at a terminal; `None` where there is none.
    #[must_use]
    pub fn activity(&self, id: &SandboxId) -> Option<Activity> {
        let sessions = self.sessions();
        let handle = sessions.live.get(id)?;
        let times = handle.times();
        Some(Activity {
            viewers: handle.status().viewers,
            unwatched_since: times.unwatched_since,
            last_input: times.last_input,
            last_output: times.last_output,
            last_touch: times.last_touch,
            first_command_at: times.first_command_at,
        })
    }

    /// Tells a terminal's viewers when its time is up from now on.
    pub fn set_expiry(&self, id: &SandboxId, expires_at: DateTime<Utc>) {
        if let Some(handle) = self.sessions().live.get(id) {
            handle.set_expiry(expires_at);
        }
    }

    /// Keeps what is typed at a terminal from now on, because its program is about to stand still
    /// for want of a visitor. Viewers are not told: the receiver hears when somebody comes, types or
    /// chooses a size, and [`Terminals::set_frozen`] ends it. `None` where there is no terminal, or
    /// somebody has been there since `seen` was looked at.
    #[must_use]
    pub fn sleep(&self, id: &SandboxId, seen: &Activity) -> Option<oneshot::Receiver<()>> {
        self.sessions().live.get(id)?.sleep(seen.last_touch)
    }

    /// Tells a terminal's viewers which of its limits it meets just now.
    pub fn set_limits_met(&self, id: &SandboxId, limits: Vec<LimitMet>) {
        if let Some(handle) = self.sessions().live.get(id) {
            handle.set_limits_met(limits);
        }
    }

    /// Tells a terminal's viewers that its program stands still, or goes on. While it stands, what
    /// they type waits.
    pub fn set_frozen(&self, id: &SandboxId, frozen: bool) {
        if let Some(handle) = self.sessions().live.get(id) {
            handle.set_frozen(frozen);
        }
    }

    /// Makes room for a fresh start under the same id: viewers are told to come back (4411), and
    /// so are those who come before [`Terminals::open`] or [`Terminals::end`].
    pub fn restart(&self, id: &SandboxId) {
        let mut sessions = self.sessions();
        sessions.restarting.insert(id.clone());
        if let Some(handle) = sessions.live.remove(id) {
            handle.replace();
        }
    }

    pub(crate) fn find(&self, id: &SandboxId) -> Found {
        let mut sessions = self.sessions();
        if let Some(handle) = sessions.live.get(id) {
            if handle.status().viewers >= MAX_VIEWERS {
                return Found::Full;
            }
            return Found::Live(handle.attach());
        }
        if sessions.restarting.contains(id) {
            return Found::Restarting;
        }
        sessions.ended.get(id, Instant::now()).map_or(Found::Unknown, Found::Ended)
    }

    pub(crate) fn key(&self) -> &TicketKey {
        &self.0.config.key
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.0.config.allowed_origins
    }

    /// No panic can leave the maps half changed, so one elsewhere is no reason to refuse them.
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
