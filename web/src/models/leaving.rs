//! What hangs on an account, across the tables, for when it goes.

use super::{bans, projects as project_rows, quotas, users as user_rows};
use crate::{
    db::AnyConnection,
    policy::subject::Subject,
    schema::{projects, tries, users},
};
use container_api::SandboxId;
use diesel::prelude::*;

/// A project that its owner takes along.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = projects)]
pub struct Owned {
    /// The row's number.
    pub id: i64,
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
}

/// The projects of an account.
pub fn projects(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<Owned>> {
    projects::table
        .filter(projects::owner_id.eq(user_id))
        .order(projects::name_key)
        .select(Owned::as_select())
        .load(conn)
}

/// What went with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its projects.
    pub projects: Vec<Owned>,
    /// Sandboxes that still counted as living.
    pub living: Vec<SandboxId>,
}

/// Removes an account, and with it its projects, builds, tries, sessions, tokens and identities.
/// `key` is the word under which its tries are.
pub fn delete(conn: &mut AnyConnection, user_id: i64, name: &str, key: &str) -> QueryResult<Gone> {
    user_rows::lock(conn, user_id)?;
    let mut living = super::tries::live_of(conn, key)?;
    let owned = projects(conn, user_id)?;
    for project in &owned {
        living.extend(super::tries::live_of_project(conn, project.id)?);
        project_rows::delete(conn, project.id)?;
    }
    diesel::delete(tries::table.filter(tries::owner_key.eq(key))).execute(conn)?;
    // What was granted or forbidden to this account is not for whoever takes the name next.
    let subject = Subject::OneUser(name.to_owned());
    quotas::remove(conn, &subject)?;
    bans::remove(conn, &subject)?;
    // Sessions, tokens and identities go with it.
    diesel::delete(users::table.find(user_id)).execute(conn)?;
    Ok(Gone { projects: owned, living: living.into_iter().map(|row| row.id).collect() })
}
