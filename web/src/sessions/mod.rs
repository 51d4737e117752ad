//! Who is logged in where?
//!
//! The encrypted cookie of a browser that is logged in carries a random secret. The server keeps a
//! record under the secret's SHA-256: whose it is, which browser, when and where it was last seen.
//! So a log-in can be listed and revoked, a copied cookie is worth nothing once it was, and a copy
//! of the records logs nobody in.
//!
//! The records are in the database, or in Redis where several web servers share it ([`Store`]).

pub mod agent;
#[cfg(test)]
mod contract;
mod database;
mod redis;
mod secret;
mod store;

pub use database::Database;
pub use redis::Redis;
pub use secret::Secret;
pub use store::{Store, StoreError};

use crate::models::{now, sessions::Session};
use chrono::{DateTime, TimeDelta, Utc};

/// A session that nobody used for so long is over.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);
/// When a session was last seen is written down at most this often.
const TOUCH_AFTER: TimeDelta = TimeDelta::minutes(5);
/// What is kept of a browser's name for itself, in characters.
const AGENT_LIMIT: usize = 256;

/// The sessions of everybody.
pub struct Sessions {
    store: Box<dyn Store>,
}

impl Sessions {
    /// The sessions that a store keeps.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self { store: Box::new(store) }
    }

    /// Begins a session of an account; the secret is for the browser's cookie.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn begin(
        &self,
        user_id: i64,
        agent: &str,
        address: String,
    ) -> Result<(Secret, Session), StoreError> {
        let (secret, now) = (Secret::random(), now());
        let session = Session {
            id: secret.id(),
            user_id,
            agent: agent.chars().filter(|c| !c.is_control()).take(AGENT_LIMIT).collect(),
            address,
            created_at: now,
            seen_at: now,
            expires_at: now + LIFETIME,
        };
        self.store.create(&session).await?;
        Ok((secret, session))
    }

    /// The session behind a cookie's secret, if it was neither revoked nor forgotten; notes that it
    /// was seen.
    ///
    /// # Errors
    /// When the store cannot be asked: then nobody knows whether the browser is logged in.
    pub async fn find(
        &self,
        secret: &Secret,
        address: &str,
    ) -> Result<Option<Session>, StoreError> {
        let now = now();
        let found = self.store.find(&secret.id()).await?;
        let Some(session) = found.filter(|session| session.expires_at > now) else {
            return Ok(None);
        };
        match seen(&session, address, now) {
            Some(session) => {
                self.store.touch(&session).await?;
                Ok(Some(session))
            }
            None => Ok(Some(session)),
        }
    }

    /// The sessions of an account, the last seen first.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn of_user(&self, user_id: i64) -> Result<Vec<Session>, StoreError> {
        let now = now();
        let mut sessions = self.store.of_user(user_id).await?;
        sessions.retain(|session| session.expires_at > now);
        Ok(sessions)
    }

    /// Ends a session of an account; tells whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn revoke(&self, user_id: i64, id: &str) -> Result<bool, StoreError> {
        self.store.revoke(user_id, id).await
    }

    /// Ends the sessions of an account, but for one where that is wished; tells how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn revoke_others(
        &self,
        user_id: i64,
        keep: Option<&str>,
    ) -> Result<usize, StoreError> {
        self.store.revoke_others(user_id, keep).await
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.store.find(&Secret::random().id()).await.map(drop)
    }

    /// Forgets the sessions whose time is up.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        self.store.sweep(now()).await
    }
}

/// What is to be written down of a session that is seen now: nothing mostly.
fn seen(session: &Session, address: &str, now: DateTime<Utc>) -> Option<Session> {
    let due = now - session.seen_at >= TOUCH_AFTER || session.address != address;
    due.then(|| Session {
        address: address.to_owned(),
        seen_at: now,
        expires_at: now + LIFETIME,
        ..session.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_seen_is_written_down_every_few_minutes() {
        let start = now();
        let session = Session {
            id: "x".to_owned(),
            user_id: 1,
            agent: String::new(),
            address: "192.0.2.0/24".to_owned(),
            created_at: start,
            seen_at: start,
            expires_at: start + LIFETIME,
        };
        let soon = start + TimeDelta::minutes(4);
        assert_eq!(seen(&session, "192.0.2.0/24", soon), None);
        assert_eq!(seen(&session, "192.0.3.0/24", soon).unwrap().address, "192.0.3.0/24");
        let later = start + TimeDelta::minutes(5);
        let touched = seen(&session, "192.0.2.0/24", later).unwrap();
        assert_eq!((touched.seen_at, touched.expires_at), (later, later + LIFETIME));
        assert_eq!(touched.created_at, start);
    }
}
