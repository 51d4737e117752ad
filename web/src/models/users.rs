//! Accounts.

use super::{now, utc};
use crate::{
    db::AnyConnection,
    policy::{Actor, Role, Scope},
    schema::users,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use std::fmt;

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The row's number.
    pub id: i64,
    /// The name to log in with, in lower case.
    pub name: String,
    /// A PHC string; accounts without one cannot log in with a password.
    pub password_hash: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Where its holder can be written to, if that was told.
    pub email: Option<String>,
    /// What it may do beyond its own.
    pub role: Role,
}

impl User {
    /// The account as the policy sees it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User { id: self.id, role: self.role, scope: Scope::Write }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("name", &self.name).finish()
    }
}

type Row = (i64, String, Option<String>, NaiveDateTime, Option<String>, String);

fn read((id, name, password_hash, created_at, email, role): Row) -> User {
    let role = if role == "administrator" { Role::Administrator } else { Role::User };
    User { id, name, password_hash, created_at: utc(created_at), email, role }
}

/// Adds an account. A name that is taken is a unique violation.
pub fn create(
    conn: &mut AnyConnection,
    name: &str,
    password_hash: Option<&str>,
) -> QueryResult<User> {
    diesel::insert_into(users::table)
        .values((
            users::name.eq(name),
            users::password_hash.eq(password_hash),
            users::created_at.eq(now().naive_utc()),
        ))
        .execute(conn)?;
    by_name(conn, name)?.ok_or(diesel::result::Error::NotFound)
}

/// The account of this name.
pub fn by_name(conn: &mut AnyConnection, name: &str) -> QueryResult<Option<User>> {
    let row = users::table.filter(users::name.eq(name)).first::<Row>(conn).optional()?;
    Ok(row.map(read))
}

/// The account of this number.
pub fn by_id(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<User>> {
    Ok(users::table.find(id).first::<Row>(conn).optional()?.map(read))
}

/// Which of these names are taken.
pub fn taken(conn: &mut AnyConnection, names: &[String]) -> QueryResult<Vec<String>> {
    users::table.filter(users::name.eq_any(names)).select(users::name).load(conn)
}

/// Holds an account's row until the transaction is over: whoever wants to change what hangs on it
/// waits. An update that changes nothing does this on every database.
pub fn lock(conn: &mut AnyConnection, id: i64) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::id.eq(id)).execute(conn).map(drop)
}

/// Changes where an account's holder can be written to.
pub fn set_email(conn: &mut AnyConnection, id: i64, email: Option<&str>) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::email.eq(email)).execute(conn).map(drop)
}

/// Changes an account's password, unless it is another one than `old` by now; tells whether it did.
pub fn set_password(
    conn: &mut AnyConnection,
    id: i64,
    old: Option<&str>,
    new: &str,
) -> QueryResult<bool> {
    let user = users::table.find(id);
    let set = users::password_hash.eq(new);
    let changed = match old {
        Some(old) => {
            diesel::update(user.filter(users::password_hash.eq(old))).set(set).execute(conn)?
        }
        None => {
            diesel::update(user.filter(users::password_hash.is_null())).set(set).execute(conn)?
        }
    };
    Ok(changed > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, testing::on_each_database};

    on_each_database!(a_name_belongs_to_one);

    async fn a_name_belongs_to_one(db: Db) {
        let ada = db.write(|c| create(c, "ada", Some("$argon2id$…"))).await.unwrap();
        assert_eq!(db.read(|c| by_name(c, "ada")).await.unwrap(), Some(ada.clone()));
        assert_eq!(db.read(move |c| by_id(c, ada.id)).await.unwrap().unwrap().name, "ada");
        assert!(db.write(|c| create(c, "ada", None)).await.unwrap_err().is_duplicate());
        assert_eq!(db.read(|c| by_name(c, "bob")).await.unwrap(), None);
        assert!(!format!("{:?}", db.read(|c| by_name(c, "ada")).await).contains("argon2"));
    }
}
