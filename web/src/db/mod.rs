//! The database: a pool of connections, worked on threads that may block.
//!
//! Work is a closure over an [`AnyConnection`] that uses portable Diesel only (no `RETURNING`, no
//! `ON CONFLICT`), so that other databases join without rewriting. `work` says what a transaction
//! promises on each.

mod connection;
mod error;
mod migrate;
mod pool;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod url;
mod work;

pub use connection::AnyConnection;
pub use error::DbError;
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

use diesel::{QueryResult, connection::SimpleConnection};
use pool::Pool;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::timeout};

/// How long a change waits for those before it, where there is one writer at a time.
const WRITER_WAIT: Duration = Duration::from_secs(10);

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
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
        let url = Arc::new(url);
        let first = url.clone();
        let migrated = tokio::task::spawn_blocking(move || {
            migrate::run(&mut connection::open(&first).map_err(DbError::Open)?)
        });
        migrated.await??;
        Ok(Self { pool: pool::new(url), writer })
    }

    /// Runs a read.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let mut kept = self.pool.get().await?;
        tokio::task::spawn_blocking(move || kept.work(|conn| work::read(conn, work))).await?
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
        let turn = match self.writer.clone() {
            Some(writer) => {
                let turn = timeout(WRITER_WAIT, writer.lock_owned()).await;
                Some(turn.map_err(|_| DbError::Exhausted)?)
            }
            None => None,
        };
        let mut kept = self.pool.get().await?;
        tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the request that asked for it is gone.
            let _turn = turn;
            kept.work(|conn| work::write(conn, work))
        })
        .await?
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|conn| conn.batch_execute("SELECT 1")).await
    }
}
