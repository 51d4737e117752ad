//! Who looks after the site, and the list of accounts from which they are chosen.

use super::utc;
use crate::{
    db::AnyConnection,
    policy::{self, Role},
    schema::{projects, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use std::collections::HashMap;

const ADMINISTRATOR: &str = Role::Administrator.as_str();

/// An account as the list of accounts shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Whether it looks after the site.
    pub is_administrator: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How many projects it has.
    pub projects: i64,
}

impl Account {
    /// Whether there is no person behind it.
    #[must_use]
    pub fn is_the_sites_own(&self) -> bool {
        policy::is_the_sites_own(&self.name)
    }
}

/// Gives an account a role; tells whether that changed anything. An unknown name changes nothing.
pub fn set(conn: &mut AnyConnection, name: &str, role: Role) -> QueryResult<bool> {
    let role = role.as_str();
    let other = users::table.filter(users::name.eq(name)).filter(users::role.ne(role));
    diesel::update(other).set(users::role.eq(role)).execute(conn).map(|rows| rows > 0)
}

/// The names of the administrators, in order.
pub fn administrators(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let names = users::table.filter(users::role.eq(ADMINISTRATOR)).select(users::name);
    names.order(users::name).load(conn)
}

/// Accounts whose name begins with `text`, in order, from behind the name `after`.
pub fn search(
    conn: &mut AnyConnection,
    text: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<Account>> {
    // Names have no other letters, and a pattern's own must not come in.
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, String, NaiveDateTime)> = users::table
        .filter(users::name.like(format!("{text}%")))
        .filter(users::name.gt(after))
        .order(users::name)
        .limit(limit)
        .select((users::id, users::name, users::role, users::created_at))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let counts: HashMap<i64, i64> = projects::table
        .filter(projects::owner_id.eq_any(ids))
        .group_by(projects::owner_id)
        .select((projects::owner_id, count_star()))
        .load(conn)?
        .into_iter()
        .collect();
    let account = |(id, name, role, created_at): (i64, String, String, NaiveDateTime)| Account {
        name,
        is_administrator: role == ADMINISTRATOR,
        created_at: utc(created_at),
        projects: counts.get(&id).copied().unwrap_or(0),
    };
    Ok(rows.into_iter().map(account).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{projects, users},
    };

    on_each_database!(roles_are_given_and_accounts_found);

    async fn roles_are_given_and_accounts_found(db: Db) {
        db.write(|c| projects::testing::project(c, "ada")).await.unwrap();
        for name in ["adam", "bob"] {
            db.write(move |c| users::create(c, name, None)).await.unwrap();
        }
        for (name, changed) in [("ada", true), ("ada", false), ("nobody", false)] {
            let done = db.write(move |c| set(c, name, Role::Administrator)).await.unwrap();
            assert_eq!(done, changed, "{name}");
        }
        assert_eq!(db.read(administrators).await.unwrap(), ["ada"]);
        let found = db.read(|c| search(c, "ad", "", 10)).await.unwrap();
        let shown: Vec<_> =
            found.iter().map(|a| (a.name.as_str(), a.is_administrator, a.projects)).collect();
        assert_eq!(shown, [("ada", true, 1), ("adam", false, 0)]);
        let rest = db.read(|c| search(c, "", "ada", 10)).await.unwrap();
        assert_eq!(rest.len(), 2);
        assert_eq!(db.read(|c| search(c, "%", "", 10)).await.unwrap(), []);
        assert!(db.write(|c| set(c, "ada", Role::User)).await.unwrap());
        assert!(db.read(administrators).await.unwrap().is_empty());
    }
}
