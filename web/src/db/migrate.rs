//! Bringing a database's schema up to date.

use super::{AnyConnection, DbError};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Runs what is missing. Of several servers that start at once, one does it and the others wait.
///
/// # Errors
/// When a migration fails; nothing of it is kept then.
pub fn run(conn: &mut AnyConnection) -> Result<(), DbError> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            conn.run_pending_migrations(SQLITE).map_err(DbError::Migration)?;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(conn) => on_postgres(conn)?,
    }
    Ok(())
}

/// A number of our own among the server's advisory locks: "trythis" in ASCII.
#[cfg(feature = "postgres")]
const LOCK: i64 = 0x74_72_79_74_68_69_73;

/// The lock goes with the connection, if not before. Changing a large table takes its time.
#[cfg(feature = "postgres")]
fn on_postgres(conn: &mut diesel::PgConnection) -> Result<(), DbError> {
    use diesel::connection::SimpleConnection;
    conn.batch_execute(&format!(
        "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"
    ))?;
    let done = conn.run_pending_migrations(POSTGRES).map(drop).map_err(DbError::Migration);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    done
}
