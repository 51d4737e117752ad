//! Sandboxes: one visitor's running copy of an image.

use crate::{ImageRef, SandboxId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A terminal's size in character cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    /// Width in columns.
    pub columns: u16,
    /// Height in rows.
    pub rows: u16,
}

impl Default for TerminalSize {
    fn default() -> Self {
        Self { columns: 80, rows: 24 }
    }
}

impl TerminalSize {
    /// The nearest size that programs and the screen model can work with: 2–1,000 columns and
    /// 1–500 rows.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self { columns: self.columns.clamp(2, 1_000), rows: self.rows.clamp(1, 500) }
    }
}

/// What one sandbox may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory and swap together, in bytes.
    pub memory_bytes: u64,
    /// Thousandths of one processor core.
    pub cpu_millis: u32,
    /// Processes and threads.
    pub processes: u32,
    /// What may be written to the file system, in bytes.
    pub disk_bytes: u64,
    /// Seconds from creation until the sandbox ends.
    pub lifetime_seconds: u64,
    /// Seconds without an open terminal page until the sandbox ends.
    pub idle_seconds: u64,
    /// Seconds without an open terminal page until its processes are made to stand still; they go
    /// on as soon as somebody opens it. Zero is never.
    #[serde(default)]
    pub freeze_seconds: u64,
    /// Seconds in which nothing is typed at an open terminal page and nothing printed, until its
    /// processes are made to stand still; they go on at the next key. Zero is never.
    #[serde(default)]
    pub quiet_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            cpu_millis: 1_000,
            processes: 256,
            disk_bytes: 256 << 20,
            lifetime_seconds: 30 * 60,
            idle_seconds: 120,
            freeze_seconds: 60,
            quiet_seconds: 0,
        }
    }
}

/// A request for a sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateSandbox {
    /// The slug of the project that is tried.
    pub project: String,
    /// What the terminal shows as its title.
    pub title: String,
    /// The visitor, as an opaque word. Quotas count by it.
    pub owner: String,
    /// How many sandboxes this owner may have at once, this one included.
    pub owner_quota: u32,
    /// The image to start.
    pub image: ImageRef,
    /// What it may use.
    pub limits: Limits,
    /// The terminal's size at the program's first look.
    pub size: TerminalSize,
    /// Whether it is refused (`walls-down`) while the self-test of the walls has not passed.
    #[serde(default)]
    pub behind_walls: bool,
}

/// Where a sandbox stands: `starting → running ⇄ frozen → ended`. A restart leads back to
/// `starting`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxState {
    /// The image is being made ready, or the program started.
    Starting,
    /// The program runs and its terminal can be attached to.
    Running,
    /// Its processes stand still and keep their memory; its terminal can be attached to, and what
    /// is typed waits. Its time goes on.
    Frozen,
    /// Over, and everything of it released.
    Ended,
}

impl SandboxState {
    /// Whether it holds a place: everything but the end.
    #[must_use]
    pub fn lives(self) -> bool {
        self != Self::Ended
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Frozen => "frozen",
            Self::Ended => "ended",
        }
    }
}

/// Why a sandbox ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum EndReason {
    /// The visitor pressed Stop.
    Stopped,
    /// The program ended by itself.
    Exited {
        /// Its exit code, or 128 plus the signal's number.
        code: i32,
    },
    /// It went over its memory limit.
    OutOfMemory,
    /// Nobody had its terminal open for too long.
    Idle,
    /// Its time was up.
    Lifetime,
    /// The operator, or the server's own end.
    Operator,
    /// It could not be started, or was lost.
    Failed {
        /// What to tell the visitor.
        message: String,
    },
}

/// A limit that a sandbox met, and lived on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitMet {
    /// A process was killed because it asked for more memory than there may be.
    Memory,
    /// No further process was made.
    Processes,
    /// Nothing more can be written.
    Disk,
    /// No further file can be made.
    Files,
}

/// A sandbox as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxView {
    /// Its id.
    pub id: SandboxId,
    /// Where it stands.
    pub state: SandboxState,
    /// The slug of its project.
    pub project: String,
    /// The title of its terminal.
    pub title: String,
    /// Its owner, as given at creation.
    pub owner: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its time is up.
    pub expires_at: DateTime<Utc>,
    /// When its program ran and its terminal could be attached to for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<DateTime<Utc>>,
    /// When somebody first pressed Enter in its terminal. Not known of what a restarted server
    /// took over, until it happens again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_command_at: Option<DateTime<Utc>>,
    /// When it ended, if it has.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<EndReason>,
}

/// A wish for more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendSandbox {
    /// By how many seconds its end moves away.
    pub seconds: u64,
    /// How many seconds after its creation it ends at the latest: the caller's limit. Where less
    /// than `seconds` is left of it, what is left is given.
    pub at_most_seconds: u64,
}

/// What a sandbox uses, all of its processes together. `None` is what the engine cannot tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SandboxStatistics {
    /// When this was read.
    pub at: DateTime<Utc>,
    /// Processor time since its start, in seconds.
    pub cpu_seconds: f64,
    /// How many processor cores it kept busy since it was looked at before, 1 or more seconds ago;
    /// `None` at the first look.
    pub cpu_cores: Option<f64>,
    /// Memory now, what it wrote included, in bytes.
    pub memory_bytes: u64,
    /// The most memory so far, in bytes, with what was only read from files.
    pub memory_peak_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: u64,
    /// What it has written and not removed, in bytes.
    pub disk_bytes: Option<u64>,
    /// What it was sent by the network, in bytes.
    pub received_bytes: Option<u64>,
    /// What it sent, in bytes.
    pub sent_bytes: Option<u64>,
    /// What it may use.
    pub limits: Limits,
}

/// A ticket that opens one sandbox's terminal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketView {
    /// The path and query of the terminal's WebSocket, such as `/terminals/<id>?ticket=…`.
    pub path: String,
}
