//! The database: a pool of connections, worked on threads that may block.
//!
//! Work is a closure over an [`AnyConnection`] that uses portable Diesel only (no `RETURNING`, no
//! `ON CONFLICT`), so that other databases join without rewriting.

mod connection;
mod url;

pub use connection::AnyConnection;
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

use connection::Manager;
use diesel::{Connection, QueryResult, connection::SimpleConnection, r2d2::Pool};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POOL_SIZE: u32 = 8;
const POOL_WAIT: Duration = Duration::from_secs(10);

/// Why the database did not do something. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection could be had.
    #[error("no database connection: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
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
        use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
        matches!(self, Self::Query(DatabaseError(UniqueViolation, _)))
    }
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    /// SQLite has one writer at a time. Waiting here is fair and costs no thread, and a transaction
    /// that reads before it writes cannot lose against another one.
    writer: Arc<Mutex<()>>,
}

impl Db {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(url: DatabaseUrl) -> Result<Self, DbError> {
        tokio::task::spawn_blocking(move || {
            let pool = Pool::builder()
                .max_size(POOL_SIZE)
                .min_idle(Some(1))
                .connection_timeout(POOL_WAIT)
                .build(Manager::new(url))?;
            migrate(&mut *pool.get()?)?;
            Ok(Self { pool, writer: Arc::default() })
        })
        .await?
    }

    /// Runs a read.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            let mut conn = pool.get()?;
            Ok(work(&mut conn)?)
        })
        .await?
    }

    /// Runs a change in one transaction: all of it, or nothing.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let pool = self.pool.clone();
        let turn = self.writer.clone().lock_owned().await;
        tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the request that asked for it is gone.
            let _turn = turn;
            let mut conn = pool.get()?;
            Ok(AnyConnection::transaction(&mut conn, work)?)
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

fn migrate(conn: &mut AnyConnection) -> Result<(), DbError> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            conn.run_pending_migrations(SQLITE_MIGRATIONS).map_err(DbError::Migration)?;
        }
    }
    Ok(())
}

#[cfg(test)]
pub mod testing {
    //! A database for one test.

    use super::{DatabaseUrl, Db};

    /// An empty database in a folder that goes with the guard.
    pub async fn database() -> (Db, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
        (Db::open(url).await.unwrap(), dir)
    }
}
