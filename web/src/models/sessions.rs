//! Sessions: who is logged in where, as the database keeps it.

use super::utc;
use crate::{db::AnyConnection, schema::sessions};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// A browser that is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the secret in the browser's cookie, in hex. Nobody can log in with it.
    pub id: String,
    /// Whose it is.
    pub user_id: i64,
    /// The browser, as it calls itself.
    pub agent: String,
    /// The address prefix it was last seen at; empty where none is known.
    pub address: String,
    /// When its holder logged in.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to a few minutes.
    pub seen_at: DateTime<Utc>,
    /// When it ends, unless it is seen before.
    pub expires_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    user_id: i64,
    agent: String,
    address: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

fn read(row: Row) -> Session {
    Session {
        id: row.id,
        user_id: row.user_id,
        agent: row.agent,
        address: row.address,
        created_at: utc(row.created_at),
        seen_at: utc(row.seen_at),
        expires_at: utc(row.expires_at),
    }
}

/// Keeps a session.
pub fn create(conn: &mut AnyConnection, session: &Session) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&session.id),
            sessions::user_id.eq(session.user_id),
            sessions::agent.eq(&session.agent),
            sessions::address.eq(&session.address),
            sessions::created_at.eq(session.created_at.naive_utc()),
            sessions::seen_at.eq(session.seen_at.naive_utc()),
            sessions::expires_at.eq(session.expires_at.naive_utc()),
        ))
        .execute(conn)
        .map(drop)
}

/// The session of this id, be its time up or not.
pub fn by_id(conn: &mut AnyConnection, id: &str) -> QueryResult<Option<Session>> {
    let row = sessions::table.find(id).select(Row::as_select());
    Ok(row.first(conn).optional()?.map(read))
}

/// Writes down where and when a session was seen. One that was revoked meanwhile stays so.
pub fn touch(conn: &mut AnyConnection, session: &Session) -> QueryResult<()> {
    diesel::update(sessions::table.find(&session.id))
        .set((
            sessions::address.eq(&session.address),
            sessions::seen_at.eq(session.seen_at.naive_utc()),
            sessions::expires_at.eq(session.expires_at.naive_utc()),
        ))
        .execute(conn)
        .map(drop)
}

/// The sessions of an account, the last seen first.
pub fn of_user(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<Session>> {
    let rows = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .order((sessions::seen_at.desc(), sessions::id))
        .select(Row::as_select());
    Ok(rows.load(conn)?.into_iter().map(read).collect())
}

/// Removes a session of an account; tells whether there was one.
pub fn delete(conn: &mut AnyConnection, user_id: i64, id: &str) -> QueryResult<bool> {
    let row = sessions::table.find(id).filter(sessions::user_id.eq(user_id));
    Ok(diesel::delete(row).execute(conn)? > 0)
}

/// Removes the sessions of an account, but for one; tells how many.
pub fn delete_others(
    conn: &mut AnyConnection,
    user_id: i64,
    keep: Option<&str>,
) -> QueryResult<usize> {
    let of_user = sessions::table.filter(sessions::user_id.eq(user_id));
    match keep {
        Some(id) => diesel::delete(of_user.filter(sessions::id.ne(id))).execute(conn),
        None => diesel::delete(of_user).execute(conn),
    }
}

/// Whether there is a session whose time was up at `now`.
pub fn is_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> QueryResult<bool> {
    let first = sessions::table
        .filter(sessions::expires_at.le(now.naive_utc()))
        .select(sessions::id)
        .limit(1);
    Ok(first.first::<String>(conn).optional()?.is_some())
}

/// Removes the sessions whose time was up at `now`; tells how many.
pub fn sweep(conn: &mut AnyConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now.naive_utc()))).execute(conn)
}
