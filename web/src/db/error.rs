//! Why the database did not do something.

use super::connection::OpenError;
use diesel::result::{DatabaseErrorKind as Kind, Error::DatabaseError};

/// Why the database did not do something. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The server cannot be reached, or takes nobody in.
    #[error("no database connection: {0}")]
    Unreachable(OpenError),
    /// It does not say whether it takes anybody in.
    #[error("no database connection: the server does not answer in time")]
    Silent,
    /// The first connection failed.
    #[error("the database cannot be opened: {0}")]
    Open(OpenError),
    /// All connections were in use for too long.
    #[error("no database connection became free in time")]
    Exhausted,
    /// The connection was lost in the middle of the work.
    #[error("the database went away: {0}")]
    Lost(diesel::result::Error),
    /// The work took too long, or lost against others again and again.
    #[error("the database is overloaded: {0}")]
    Overloaded(diesel::result::Error),
    /// A text holds the character NUL, which PostgreSQL cannot keep or look for.
    #[error("a text holds NUL")]
    Nul,
    /// A query failed.
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// The work panicked, or the server is ending.
    #[error("database work was cut short")]
    Cut(#[from] tokio::task::JoinError),
}

impl DbError {
    /// Whether a row with the same unique value exists already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Query(DatabaseError(Kind::UniqueViolation, _)))
    }

    /// Whether the same may well work a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use DbError::{Exhausted, Lost, Overloaded, Silent, Unreachable};
        matches!(self, Unreachable(_) | Silent | Exhausted | Lost(_) | Overloaded(_))
    }
}
