//! What keeps sessions.

use crate::{db::DbError, models::sessions::Session, redis_link::LinkError};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

/// Why the store did not do something. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Redis.
    #[error(transparent)]
    Redis(#[from] LinkError),
}

/// What a store answers.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Keeps sessions. What is revoked or swept stays so, whatever happens at the same time.
pub trait Store: Send + Sync {
    /// Keeps a new session.
    fn create<'a>(&'a self, session: &'a Session) -> Answer<'a, ()>;

    /// The session of this id.
    fn find<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Session>>;

    /// Writes down where and when a session was seen; one that is gone does not come back by it.
    fn touch<'a>(&'a self, session: &'a Session) -> Answer<'a, ()>;

    /// The sessions of an account, the last seen first.
    fn of_user(&self, user_id: i64) -> Answer<'_, Vec<Session>>;

    /// Removes a session of an account; tells whether there was one. Another account's stays.
    fn revoke<'a>(&'a self, user_id: i64, id: &'a str) -> Answer<'a, bool>;

    /// Removes the sessions of an account, but for one where that is wished; tells how many.
    fn revoke_others<'a>(&'a self, user_id: i64, keep: Option<&'a str>) -> Answer<'a, usize>;

    /// Removes the sessions whose time was up at `now`.
    fn sweep(&self, now: DateTime<Utc>) -> Answer<'_, ()>;
}
