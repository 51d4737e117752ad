//! What administrators look at: everything that lives, whoever it belongs to.

use super::{
    builds::{read_state, unfinished},
    unreadable, utc,
};
use crate::{
    db::AnyConnection,
    schema::{builds, projects, tries, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState, SandboxId};
use diesel::prelude::*;
use std::collections::HashMap;

/// A sandbox that lives, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSandbox {
    /// Its id.
    pub id: SandboxId,
    /// Its project's place in URLs.
    pub slug: String,
    /// Its project's name.
    pub project: String,
    /// The account that started it; nothing for a guest.
    pub user: Option<String>,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// The network that it was started from; empty where none is known.
    pub address: String,
}

/// A build under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBuild {
    /// Its id.
    pub id: BuildId,
    /// Its project's place in URLs.
    pub slug: String,
    /// Its project's name.
    pub project: String,
    /// Where it stands.
    pub state: BuildState,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Accounts.
    pub users: i64,
    /// Projects.
    pub projects: i64,
    /// Sandboxes that live.
    pub sandboxes: i64,
    /// Builds that wait or run.
    pub builds: i64,
}

/// Counts everything.
pub fn counts(conn: &mut AnyConnection) -> QueryResult<Counts> {
    Ok(Counts {
        users: users::table.count().get_result(conn)?,
        projects: projects::table.count().get_result(conn)?,
        sandboxes: tries::table.filter(tries::ended_at.is_null()).count().get_result(conn)?,
        builds: builds::table.filter(unfinished()).count().get_result(conn)?,
    })
}

/// The sandboxes that live, the newest first.
pub fn sandboxes(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<LiveSandbox>> {
    type Row = (String, String, NaiveDateTime, String, String, String);
    let rows: Vec<Row> = tries::table
        .inner_join(projects::table)
        .filter(tries::ended_at.is_null())
        .order((tries::started_at.desc(), tries::id))
        .limit(limit)
        .select((
            tries::id,
            tries::owner_key,
            tries::started_at,
            tries::address,
            projects::slug,
            projects::name,
        ))
        .load(conn)?;
    let account = |key: &str| key.strip_prefix("u:").and_then(|id| id.parse::<i64>().ok());
    let ids: Vec<i64> = rows.iter().filter_map(|row| account(&row.1)).collect();
    let names = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name));
    let names: HashMap<i64, String> = names.load(conn)?.into_iter().collect();
    let read = |(id, key, started_at, address, slug, project): Row| {
        Ok(LiveSandbox {
            id: id.try_into().map_err(unreadable)?,
            slug,
            project,
            user: account(&key).and_then(|id| names.get(&id).cloned()),
            started_at: utc(started_at),
            address,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The builds under way, the oldest first.
pub fn under_way(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<LiveBuild>> {
    type Row = (String, String, NaiveDateTime, String, String);
    let rows: Vec<Row> = builds::table
        .inner_join(projects::table.on(projects::id.eq(builds::project_id)))
        .filter(unfinished())
        .order((builds::created_at, builds::id))
        .limit(limit)
        .select((builds::id, builds::state, builds::created_at, projects::slug, projects::name))
        .load(conn)?;
    let read = |(id, state, created_at, slug, project): Row| {
        Ok(LiveBuild {
            id: id.try_into().map_err(unreadable)?,
            slug,
            project,
            state: read_state(&state)?,
            created_at: utc(created_at),
        })
    };
    rows.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{builds, now, projects::testing::project, tries},
    };
    use container_api::EndReason;

    on_each_database!(what_lives_is_listed_with_whose_it_is);

    async fn what_lives_is_listed_with_whose_it_is(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let ids = [SandboxId::random(), SandboxId::random(), SandboxId::random()];
        let keys = ["g:1".to_owned(), format!("u:{}", jq.owner_id), "g:2".to_owned()];
        for (id, key) in ids.clone().into_iter().zip(keys) {
            db.write(move |c| tries::create(c, &id, jq.id, &key, "192.0.2.0/24")).await.unwrap();
        }
        let [_, _, ended] = ids;
        db.write(move |c| tries::end(c, &ended, now(), &EndReason::Idle)).await.unwrap();
        let build = BuildId::random();
        let id = build.clone();
        db.write(move |c| builds::create(c, &id, jq.id)).await.unwrap();

        let found = db.read(|c| sandboxes(c, 10)).await.unwrap();
        let shown: Vec<_> = found.iter().map(|s| (s.slug.as_str(), s.user.as_deref())).collect();
        assert_eq!(shown, [("jq", Some("jq")), ("jq", None)]);
        assert_eq!(found[0].address, "192.0.2.0/24");
        let found = db.read(|c| under_way(c, 10)).await.unwrap();
        assert_eq!((found.len(), &found[0].id, found[0].state), (1, &build, BuildState::Queued));
        let expected = Counts { users: 1, projects: 1, sandboxes: 2, builds: 1 };
        assert_eq!(db.read(counts).await.unwrap(), expected);
    }
}
