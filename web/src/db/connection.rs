//! One connection type over every database that trythis can keep its data in.

use super::DatabaseUrl;
use diesel::{
    Connection, ConnectionError, SqliteConnection,
    connection::SimpleConnection,
    r2d2::{Error, ManageConnection, R2D2Connection},
};
use std::path::Path;

/// A connection to whichever database is configured. MySQL joins as a variant.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded default.
    Sqlite(SqliteConnection),
    /// A server, for those who outgrow one machine.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

/// Opens connections for the pool. Diesel's own manager would try one database after another.
#[derive(Debug)]
pub struct Manager {
    url: DatabaseUrl,
}

impl Manager {
    pub fn new(url: DatabaseUrl) -> Self {
        Self { url }
    }
}

/// Readers do not wait for the writer, links between rows are checked, and a lock that another
/// process holds is waited for. The cache (4 MiB a connection) and the mapped part of the file
/// keep the indexes of a million tries at hand; sorting happens in memory.
const SQLITE_SETTINGS: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -4096;
    PRAGMA mmap_size = 268435456;
    PRAGMA temp_store = MEMORY;
";

/// Nothing waits for ever: not for a slow query, not for another's lock, and the server does not
/// wait for a client that vanished within a transaction.
#[cfg(feature = "postgres")]
const POSTGRES_SETTINGS: &str = "
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
";

fn open_sqlite(path: &Path) -> Result<AnyConnection, Error> {
    let text = path.to_str().ok_or_else(|| {
        ConnectionError::BadConnection("the database's path is not UTF-8".to_owned())
    });
    let mut conn = text.and_then(SqliteConnection::establish).map_err(Error::ConnectionError)?;
    conn.batch_execute(SQLITE_SETTINGS).map_err(Error::QueryError)?;
    Ok(AnyConnection::Sqlite(conn))
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &super::url::PostgresUrl) -> Result<AnyConnection, Error> {
    let mut conn = diesel::PgConnection::establish(&url.to_libpq()).map_err(|error| {
        Error::ConnectionError(ConnectionError::BadConnection(url.redact(error.to_string())))
    })?;
    conn.batch_execute(POSTGRES_SETTINGS).map_err(Error::QueryError)?;
    Ok(AnyConnection::Postgres(conn))
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection, Error> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path),
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => open_postgres(url),
        }
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), Error> {
        conn.ping().map_err(Error::QueryError)
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
