//! One piece of work on one connection: transactions, and what becomes of failures.
//!
//! On SQLite there is one writer at a time (see [`super::Db`]). On PostgreSQL writers run side by
//! side in SERIALIZABLE transactions: work that reads and then writes is right without a lock of its
//! own, because the server undoes one of two transactions that could not have followed one another.
//! What was undone is done again from the start, so work may run more than once.

use super::{AnyConnection, DbError};
use diesel::{
    Connection, QueryResult,
    connection::SimpleConnection,
    result::{DatabaseErrorKind as Kind, Error, Error::DatabaseError},
};
use std::time::{Duration, Instant};

/// How often work is done again that lost against other transactions.
const ATTEMPTS: u32 = 12;
/// Work that took this long is not begun again.
const BUDGET: Duration = Duration::from_secs(5);

/// Runs a read.
pub fn read<T>(
    conn: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> QueryResult<T>,
) -> Result<T, DbError> {
    let start = Instant::now();
    work(conn).map_err(|error| judge(conn, error, start))
}

/// Runs a change in a transaction, again if it must.
pub fn write<T>(
    conn: &mut AnyConnection,
    work: impl Fn(&mut AnyConnection) -> QueryResult<T>,
) -> Result<T, DbError> {
    let start = Instant::now();
    let mut attempt = 1;
    loop {
        let error = match transaction(conn, &work) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if attempt == ATTEMPTS || start.elapsed() > BUDGET || !lost_a_race(&error, attempt) {
            return Err(judge(conn, error, start));
        }
        // Not all at the same moment again.
        let most = Duration::from_millis(2 << attempt.min(6));
        std::thread::sleep(most.mul_f32(rand::random()));
        attempt += 1;
    }
}

fn transaction<T>(
    conn: &mut AnyConnection,
    work: impl Fn(&mut AnyConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    AnyConnection::transaction(conn, |conn| {
        #[cfg(feature = "postgres")]
        if let AnyConnection::Postgres(conn) = conn {
            conn.batch_execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
        }
        work(conn)
    })
}

/// Whether a transaction was undone in favour of another one. Diesel names no kind for a deadlock
/// or a locked file, so what it does not know is tried once more: all of it was undone.
fn lost_a_race(error: &Error, attempt: u32) -> bool {
    match error {
        DatabaseError(Kind::SerializationFailure, _) => true,
        DatabaseError(Kind::Unknown, _) => attempt == 1,
        _ => false,
    }
}

/// What an error means. The kind alone does not tell that the server is gone: its last words come
/// as an error like any other, in the server's language.
fn judge(conn: &mut AnyConnection, error: Error, start: Instant) -> DbError {
    match error {
        DatabaseError(Kind::SerializationFailure, _) => DbError::Overloaded(error),
        DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _)
        | Error::BrokenTransactionManager => DbError::Lost(error),
        // The digits are the same in every language.
        DatabaseError(Kind::Unknown, info) if info.message().ends_with(": 0x00") => DbError::Nul,
        DatabaseError(Kind::Unknown, _) | Error::RollbackErrorOnCommit { .. } => {
            if conn.batch_execute("SELECT 1").is_err() {
                DbError::Lost(error)
            } else if start.elapsed() >= BUDGET {
                DbError::Overloaded(error)
            } else {
                DbError::Query(error)
            }
        }
        _ => DbError::Query(error),
    }
}
