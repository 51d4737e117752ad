//! Accounts.

use super::{now, utc};
use crate::{db::AnyConnection, schema::users};
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
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("name", &self.name).finish()
    }
}

type Row = (i64, String, Option<String>, NaiveDateTime);

fn read((id, name, password_hash, created_at): Row) -> User {
    User { id, name, password_hash, created_at: utc(created_at) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::database;

    #[tokio::test]
    async fn a_name_belongs_to_one() {
        let (db, _dir) = database().await;
        let ada = db.write(|c| create(c, "ada", Some("$argon2id$…"))).await.unwrap();
        assert_eq!(db.read(|c| by_name(c, "ada")).await.unwrap(), Some(ada.clone()));
        assert_eq!(db.read(move |c| by_id(c, ada.id)).await.unwrap().unwrap().name, "ada");
        assert!(db.write(|c| create(c, "ada", None)).await.unwrap_err().is_duplicate());
        assert_eq!(db.read(|c| by_name(c, "bob")).await.unwrap(), None);
        assert!(!format!("{:?}", db.read(|c| by_name(c, "ada")).await).contains("argon2"));
    }
}
