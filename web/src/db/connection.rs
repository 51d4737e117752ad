//! One connection type over every database that trythis can keep its data in.

use super::DatabaseUrl;
use diesel::{Connection, ConnectionError, SqliteConnection, connection::SimpleConnection};
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

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or the server lets nobody in.
    #[error(transparent)]
    Refused(#[from] ConnectionError),
    /// It does so, but does not do what it is told first.
    #[error(transparent)]
    Settings(#[from] diesel::result::Error),
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

/// Opens a connection; blocks until it is there.
///
/// # Errors
/// See [`OpenError`]. A password is not among its words.
pub fn open(url: &DatabaseUrl) -> Result<AnyConnection, OpenError> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => open_postgres(url),
    }
}

fn open_sqlite(path: &Path) -> Result<AnyConnection, OpenError> {
    let text = path.to_str().ok_or_else(|| {
        ConnectionError::BadConnection("the database's path is not UTF-8".to_owned())
    });
    let mut conn = SqliteConnection::establish(text?)?;
    conn.batch_execute(SQLITE_SETTINGS)?;
    Ok(AnyConnection::Sqlite(conn))
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &super::url::PostgresUrl) -> Result<AnyConnection, OpenError> {
    let mut conn = diesel::PgConnection::establish(&url.to_libpq())
        .map_err(|error| ConnectionError::BadConnection(url.redact(error.to_string())))?;
    conn.batch_execute(POSTGRES_SETTINGS)?;
    Ok(AnyConnection::Postgres(conn))
}
