//! Whether the processes of a sandbox that runs stand still, and who wanted it so.
//!
//! ```text
//!                 nobody there, or nothing typed and printed
//!          ┌────────────────────────────────────────────────> asleep
//!        going <──── somebody comes or types; Thaw ──────────────┤
//!          ▲  └───── Freeze ─────> held <──────── Freeze ────────┘
//!          └──────── Thaw ───────────┘
//! ```
//!
//! Asleep and held are the same to the engine. Looking wakes what sleeps, but does not undo what a
//! person wanted.

use super::books::Reply;
use container_api::SandboxView;

/// How a sandbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its processes run.
    Going,
    /// They stand still because nobody was there.
    Asleep,
    /// They stand still because somebody wanted it.
    Held,
}

impl Standing {
    pub(super) fn is_frozen(self) -> bool {
        self != Self::Going
    }
}

/// A wish for another standing.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) to: Standing,
    /// Who waits for it; nobody where it is the server's own.
    pub(super) reply: Option<Reply<SandboxView>>,
}

/// What the engine keeps of the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// It is at the present ones.
    Present,
    /// It is at older ones.
    Outdated,
}
