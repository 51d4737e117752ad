//! Who may do what? Pages and API ask here, and nowhere else is it decided.
//!
//! Pure: an [`Actor`], an [`Action`] with what the answer hangs on, and an [`Answer`].

mod asker;
pub mod ban;
pub mod quota;
pub mod subject;

pub use asker::Asker;

use crate::error::Error;
use serde::{Deserialize, Serialize};

/// What an account may do beyond its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Publishes projects and looks after them.
    User,
    /// Looks after the whole site.
    Administrator,
}

impl Role {
    /// The word in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Administrator => "administrator",
        }
    }
}

/// How far the key reaches by which somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Looking only.
    Read,
    /// Everything that the account may do.
    Write,
}

impl Scope {
    /// The word in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without an account.
    Guest,
    /// The holder of an account.
    User {
        /// The account's number.
        id: i64,
        /// What it may do beyond its own.
        role: Role,
        /// How far the key reaches: a session's is [`Scope::Write`].
        scope: Scope,
    },
    /// The program itself: the catalogue, the reconciler, the command line.
    System,
}

/// What somebody wishes to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See a project's page, badge and description.
    SeeProject,
    /// Start a sandbox of a project.
    TryProject,
    /// Make a project.
    PublishProject,
    /// See a project's script or Dockerfile, its builds and their logs.
    SeeSource {
        /// The account that the project belongs to: its maintainer.
        owner: i64,
    },
    /// Stop a build.
    CancelBuild {
        /// The maintainer.
        owner: i64,
    },
    /// Build a project again.
    BuildProject {
        /// The maintainer.
        owner: i64,
    },
    /// Change a project.
    EditProject {
        /// The maintainer.
        owner: i64,
    },
    /// Remove a project.
    DeleteProject {
        /// The maintainer.
        owner: i64,
    },
    /// See how often a project is tried, and how it goes.
    SeeStatistics {
        /// The maintainer.
        owner: i64,
    },
    /// Take a project out of the catalogue without removing it, or put it back.
    ArchiveProject {
        /// The maintainer.
        owner: i64,
    },
    /// Give a project to another account.
    TransferProject {
        /// The maintainer.
        owner: i64,
    },
    /// Write a comment on a project.
    WriteComment,
    /// Change a comment.
    EditComment {
        /// Who wrote it.
        author: i64,
    },
    /// Remove a comment.
    DeleteComment {
        /// Who wrote it.
        author: i64,
        /// The project's maintainer.
        owner: i64,
    },
    /// Tell those who look after the site that something is wrong with a project or a comment.
    Report,
    /// See how a sandbox stands.
    SeeSandbox {
        /// Whether the asker started it.
        own: bool,
    },
    /// Type into a sandbox.
    UseSandbox {
        /// Whether the asker started it.
        own: bool,
    },
    /// Freeze, thaw, extend, restart or name a sandbox.
    SteerSandbox {
        /// Whether the asker started it.
        own: bool,
    },
    /// End a sandbox.
    StopSandbox {
        /// Whether the asker started it.
        own: bool,
    },
    /// See an account's sessions, tokens, identities and export.
    SeeAccount {
        /// The account.
        id: i64,
    },
    /// Change an account's password, sessions, tokens and identities, or end it.
    ChangeAccount {
        /// The account.
        id: i64,
    },
    /// See the site's quotas, bans, reports, load and audit log.
    Oversee,
    /// Change the site's quotas, bans and roles, and deal with reports.
    Administer,
}

/// What comes of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may be done.
    Yes,
    /// Perhaps after a log-in.
    LogIn,
    /// Not by this asker, who may know that the thing exists.
    No,
    /// Not by this asker, for whom the thing does not exist.
    Hidden,
    /// Not by this token, which is for reading only.
    ReadOnly,
}

impl Action {
    /// Whether nothing changes by it.
    const fn is_reading(self) -> bool {
        matches!(
            self,
            Self::SeeProject
                | Self::SeeSource { .. }
                | Self::SeeStatistics { .. }
                | Self::SeeSandbox { .. }
                | Self::SeeAccount { .. }
                | Self::Oversee
        )
    }
}

/// Decides.
#[must_use]
pub fn decide(actor: Actor, action: Action) -> Answer {
    match actor {
        Actor::Guest => guest(action),
        // No program of ours types into a stranger's terminal.
        Actor::System if matches!(action, Action::UseSandbox { .. }) => Answer::Hidden,
        Actor::System => Answer::Yes,
        Actor::User { id, role, scope } => match user(id, role, action) {
            Answer::Yes if scope == Scope::Read && !action.is_reading() => Answer::ReadOnly,
            answer => answer,
        },
    }
}

fn guest(action: Action) -> Answer {
    match action {
        Action::SeeProject | Action::TryProject | Action::Report => Answer::Yes,
        Action::SeeSandbox { own }
        | Action::UseSandbox { own }
        | Action::SteerSandbox { own }
        | Action::StopSandbox { own } => {
            if own {
                Answer::Yes
            } else {
                Answer::Hidden
            }
        }
        Action::PublishProject
        | Action::SeeSource { .. }
        | Action::CancelBuild { .. }
        | Action::BuildProject { .. }
        | Action::EditProject { .. }
        | Action::DeleteProject { .. }
        | Action::SeeStatistics { .. }
        | Action::ArchiveProject { .. }
        | Action::TransferProject { .. }
        | Action::WriteComment
        | Action::EditComment { .. }
        | Action::DeleteComment { .. }
        | Action::SeeAccount { .. }
        | Action::ChangeAccount { .. }
        | Action::Oversee
        | Action::Administer => Answer::LogIn,
    }
}

fn user(id: i64, role: Role, action: Action) -> Answer {
    let administrator = role == Role::Administrator;
    let or = |holds: bool, otherwise| if holds { Answer::Yes } else { otherwise };
    match action {
        Action::SeeProject
        | Action::TryProject
        | Action::PublishProject
        | Action::WriteComment
        | Action::Report => Answer::Yes,
        // Builds are not public, so nobody else knows of them.
        Action::SeeSource { owner }
        | Action::SeeStatistics { owner }
        | Action::CancelBuild { owner } => or(owner == id || administrator, Answer::Hidden),
        Action::BuildProject { owner }
        | Action::ArchiveProject { owner }
        | Action::DeleteProject { owner } => or(owner == id || administrator, Answer::No),
        // Words are put into nobody's mouth, not even by an administrator.
        Action::EditProject { owner } | Action::TransferProject { owner } => {
            or(owner == id, Answer::No)
        }
        Action::EditComment { author } => or(author == id, Answer::No),
        Action::DeleteComment { author, owner } => {
            or(author == id || owner == id || administrator, Answer::No)
        }
        // What a stranger types is nobody else's to read.
        Action::UseSandbox { own } | Action::SteerSandbox { own } => or(own, Answer::Hidden),
        Action::SeeSandbox { own } | Action::StopSandbox { own } => {
            or(own || administrator, Answer::Hidden)
        }
        Action::SeeAccount { id: account } | Action::ChangeAccount { id: account } => {
            or(account == id, Answer::Hidden)
        }
        Action::Oversee | Action::Administer => or(administrator, Answer::Hidden),
    }
}

/// Whether somebody gets a sandbox only while the self-test of the walls passes. Who has an account
/// can be held to account.
#[must_use]
pub const fn only_behind_walls(actor: Actor) -> bool {
    matches!(actor, Actor::Guest)
}

/// Whether something of the account `owner` is this account's. Who asks what somebody may do, asks
/// [`decide`].
#[must_use]
pub const fn owns(account: i64, owner: i64) -> bool {
    account == owner
}

/// The account that owns the catalogue's projects. It has no password, so nobody can log in as it,
/// and nobody can sign up under its name.
pub const CATALOGUE: &str = "trythis";

/// Whether behind an account is the site and no person: it is neither banned nor given a role.
#[must_use]
pub fn is_the_sites_own(name: &str) -> bool {
    name == CATALOGUE
}

/// Whether an account may be given a role: the site's own stays what it is.
#[must_use]
pub fn can_be_given(name: &str, role: Role) -> bool {
    role == Role::User || !is_the_sites_own(name)
}

/// Decides, for handlers: what may not be done becomes an error.
///
/// # Errors
/// `hidden` where the thing does not exist for the asker; [`Error::NeedsLogin`] with the way back
/// to `here`; [`Error::Forbidden`] (of comments, [`Error::NotYourComment`] and
/// [`Error::NotYoursToRemove`]) and [`Error::ReadOnlyToken`] as they say.
pub fn check(actor: Actor, action: Action, here: &str, hidden: Error) -> Result<(), Error> {
    match decide(actor, action) {
        Answer::Yes => Ok(()),
        Answer::LogIn => Err(Error::NeedsLogin { next: here.to_owned() }),
        Answer::No => Err(match action {
            Action::EditComment { .. } => Error::NotYourComment,
            Action::DeleteComment { .. } => Error::NotYoursToRemove,
            _ => Error::Forbidden,
        }),
        Answer::Hidden => Err(hidden),
        Answer::ReadOnly => Err(Error::ReadOnlyToken),
    }
}

#[cfg(test)]
mod tests;
