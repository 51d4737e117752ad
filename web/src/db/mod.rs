//! The database: a pool of connections, worked on threads that may block.
//!
//! Work is a closure over an [`AnyConnection`] that uses portable Diesel only (no `RETURNING`, no
//! `ON CONFLICT`), so that other databases join without rewriting. `work` says what a transaction
//! promises on each.

mod connection;
mod error;
mod migrate;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod url;
mod work;

pub use connection::AnyConnection;
pub use error::DbError;
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

use connection::Manager;
use diesel::{
    QueryResult,
    connection::SimpleConnection,
    r2d2::{ManageConnection, NopErrorHandler, Pool},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

const POOL_SIZE: u32 = 8;
/// How long a request waits until its work begins. Those who wait hold no thread.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// How long a connection is awaited that has to be opened first. The pool tries again and again, at
/// most half of this apart, so that is how soon a server that came back is found.
const CONNECTION_WAIT: Duration = Duration::from_secs(4);

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    /// One for each connection.
    turns: Arc<Semaphore>,
    /// SQLite has one writer at a time. Waiting here is fair and costs no thread, and a transaction
    /// that reads before it writes cannot lose against another one. Servers see to that themselves.
    writer: Option<Arc<Mutex<()>>>,
}

impl Db {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(url: DatabaseUrl) -> Result<Self, DbError> {
        let writer = matches!(url, DatabaseUrl::Sqlite(_)).then(Arc::default);
        let opened = tokio::task::spawn_blocking(move || {
            let manager = Manager::new(url);
            // On a connection of its own, which says at once what is wrong.
            migrate::run(&mut manager.connect().map_err(DbError::Open)?)?;
            let pool = Pool::builder()
                .max_size(POOL_SIZE)
                // Opened when they are needed: none is under way when the process ends.
                .min_idle(Some(0))
                .connection_timeout(CONNECTION_WAIT)
                // Requests tell of it.
                .error_handler(Box::new(NopErrorHandler))
                .build(manager)?;
            Ok::<_, DbError>(pool)
        });
        let turns = Arc::new(Semaphore::new(POOL_SIZE as usize));
        Ok(Self { pool: opened.await??, turns, writer })
    }

    /// Runs a read.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let turn = self.turn().await?;
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work::read(&mut *pool.get()?, work)
        })
        .await?
    }

    /// Runs a change in one transaction: all of it, or nothing. The work is done again from its
    /// start when the database undid it in favour of another one's.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let writer = match self.writer.clone() {
            Some(writer) => {
                let turn = timeout(TURN_WAIT, writer.lock_owned()).await;
                Some(turn.map_err(|_| DbError::Exhausted)?)
            }
            None => None,
        };
        let turn = self.turn().await?;
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the request that asked for it is gone.
            let _turns = (writer, turn);
            work::write(&mut *pool.get()?, work)
        })
        .await?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, DbError> {
        let turn = timeout(TURN_WAIT, self.turns.clone().acquire_owned()).await;
        // It is never closed.
        turn.ok().and_then(Result::ok).ok_or(DbError::Exhausted)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|conn| conn.batch_execute("SELECT 1")).await
    }
}
