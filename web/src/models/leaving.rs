//! What hangs on an account, across the tables, for when it goes.

use super::{projects as project_rows, quotas, users as user_rows};
use crate::{
    db::AnyConnection,
    policy::subject::Subject,
    schema::{projects, tries, users},
};
use container_api::SandboxId;
use diesel::prelude::*;

/// The projects of an account: number and name.
pub fn projects(conn: &mut AnyConnection, user_id: i64) -> QueryResult<Vec<(i64, String)>> {
    projects::table
        .filter(projects::owner_id.eq(user_id))
        .order(projects::name_key)
        .select((projects::id, projects::name))
        .load(conn)
}

/// Removes an account, and with it its projects, builds, tries, sessions, tokens and identities.
/// Tells which sandboxes still counted as living. `key` is the word under which its tries are.
pub fn delete(
    conn: &mut AnyConnection,
    user_id: i64,
    name: &str,
    key: &str,
) -> QueryResult<Vec<SandboxId>> {
    user_rows::lock(conn, user_id)?;
    let mut living = super::tries::live_of(conn, key)?;
    for (project, _) in projects(conn, user_id)? {
        living.extend(super::tries::live_of_project(conn, project)?);
        project_rows::delete(conn, project)?;
    }
    diesel::delete(tries::table.filter(tries::owner_key.eq(key))).execute(conn)?;
    // What was granted to this account is not for whoever takes the name next.
    quotas::remove(conn, &Subject::OneUser(name.to_owned()))?;
    // Sessions, tokens and identities go with it.
    diesel::delete(users::table.find(user_id)).execute(conn)?;
    Ok(living.into_iter().map(|row| row.id).collect())
}
