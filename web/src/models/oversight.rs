//! What administrators look at: everything that lives, whoever it belongs to.

use super::{
    builds::{Build, read_state, unfinished},
    unreadable, utc,
};
use crate::{
    db::AnyConnection,
    schema::{builds, projects, tries, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState, FailureCause, SandboxId};
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

/// A build, whoever's it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBuild {
    /// Its id.
    pub id: BuildId,
    /// Its project's place in URLs.
    pub slug: String,
    /// Its project's name.
    pub project: String,
    /// The project's maintainer.
    pub owner: String,
    /// Where it stands.
    pub state: BuildState,
    /// Why it failed.
    pub failure: Option<FailureCause>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// A project, whoever's it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProject {
    /// Its place in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The word by which lists of it go on.
    pub key: String,
    /// The maintainer.
    pub owner: String,
    /// Whether it can be tried.
    pub ready: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// How often it was tried.
    pub tries: i64,
    /// When it was made.
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
    /// Reports that nobody has dealt with.
    pub reports: i64,
}

/// Counts everything.
pub fn counts(conn: &mut AnyConnection) -> QueryResult<Counts> {
    Ok(Counts {
        users: users::table.count().get_result(conn)?,
        projects: projects::table.count().get_result(conn)?,
        sandboxes: tries::table.filter(tries::ended_at.is_null()).count().get_result(conn)?,
        builds: builds::table.filter(unfinished()).count().get_result(conn)?,
        reports: super::reports::count_open(conn)?,
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

type BuildRow = ((String, String, NaiveDateTime, Option<String>), (String, String), String);

/// Every build with its project and its maintainer.
#[diesel::dsl::auto_type]
fn all_builds() -> _ {
    builds::table
        .inner_join(
            projects::table.inner_join(users::table).on(projects::id.eq(builds::project_id)),
        )
        .select((
            (builds::id, builds::state, builds::created_at, builds::failure),
            (projects::slug, projects::name),
            users::name,
        ))
}

fn read_build((build, (slug, project), owner): BuildRow) -> QueryResult<SeenBuild> {
    let (id, state, created_at, failure) = build;
    let failure = failure.map(|json| serde_json::from_str(&json)).transpose();
    Ok(SeenBuild {
        id: id.try_into().map_err(unreadable)?,
        slug,
        project,
        owner,
        state: read_state(&state)?,
        failure: failure.map_err(unreadable)?,
        created_at: utc(created_at),
    })
}

/// The builds under way, the oldest first.
pub fn under_way(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<SeenBuild>> {
    let rows = all_builds().filter(unfinished()).order((builds::created_at, builds::id));
    rows.limit(limit).load::<BuildRow>(conn)?.into_iter().map(read_build).collect()
}

/// The builds under way with their projects' maintainers, for whoever ends them.
pub fn under_way_of_owners(conn: &mut AnyConnection) -> QueryResult<Vec<(Build, String)>> {
    let owners = projects::table.inner_join(users::table).select((projects::id, users::name));
    let building = super::builds::under_way(conn)?;
    let ids: Vec<i64> = building.iter().map(|build| build.project_id).collect();
    let owners: HashMap<i64, String> =
        owners.filter(projects::id.eq_any(ids)).load(conn)?.into_iter().collect();
    let with_owner =
        |build: Build| owners.get(&build.project_id).cloned().map(|name| (build, name));
    Ok(building.into_iter().filter_map(with_owner).collect())
}

/// The builds that failed, the newest first.
pub fn failed(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<SeenBuild>> {
    let failed = BuildState::Failed.as_str();
    let rows = all_builds().filter(builds::state.eq(failed));
    let rows = rows.order((builds::created_at.desc(), builds::id));
    rows.limit(limit).load::<BuildRow>(conn)?.into_iter().map(read_build).collect()
}

/// Projects whose name or maintainer begins with, or whose name holds `text`; in order of their
/// keys, from behind `after`.
pub fn projects_like(
    conn: &mut AnyConnection,
    text: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<SeenProject>> {
    type Row = (
        (String, String, String),
        String,
        (Option<String>, Option<NaiveDateTime>),
        i64,
        NaiveDateTime,
    );
    let plain: String = text.chars().flat_map(escaped).collect();
    let name = projects::name_key.like(format!("%{plain}%")).escape('\\');
    let slug = projects::slug.like(format!("%{plain}%")).escape('\\');
    let owner = users::name.like(format!("{plain}%")).escape('\\');
    let rows: Vec<Row> = projects::table
        .inner_join(users::table)
        .filter(name.or(slug).or(owner))
        .filter(projects::name_key.gt(after))
        .order(projects::name_key)
        .limit(limit)
        .select((
            (projects::slug, projects::name, projects::name_key),
            users::name,
            (projects::image_digest, projects::archived_at),
            projects::tries_count,
            projects::created_at,
        ))
        .load(conn)?;
    let read =
        |((slug, name, key), owner, (digest, archived_at), tries, created_at): Row| SeenProject {
            slug,
            name,
            key,
            owner,
            ready: digest.is_some(),
            archived: archived_at.is_some(),
            tries,
            created_at: utc(created_at),
        };
    Ok(rows.into_iter().map(read).collect())
}

/// A letter in a pattern stands for itself.
fn escaped(letter: char) -> impl Iterator<Item = char> {
    matches!(letter, '%' | '_' | '\\').then_some('\\').into_iter().chain([letter])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{
            builds::{self, News},
            now,
            projects::testing::project,
            tries,
        },
    };
    use container_api::EndReason;

    on_each_database!(what_lives_is_listed_with_whose_it_is, projects_and_failures_are_found);

    async fn projects_and_failures_are_found(db: Db) {
        for name in ["jq", "100%", "a_b", "ripgrep"] {
            db.write(move |c| project(c, name)).await.unwrap();
        }
        // Each belongs to an account of the same name.
        for (text, after, found) in [
            ("", "", vec!["100%", "a_b", "jq", "ripgrep"]),
            ("", "a_b", vec!["jq", "ripgrep"]),
            ("grep", "", vec!["ripgrep"]),
            ("%", "", vec!["100%"]),
            ("_", "", vec!["a_b"]),
            ("\\", "", vec![]),
            ("jq' OR 1=1 --", "", vec![]),
        ] {
            let rows = db.read(move |c| projects_like(c, text, after, 10)).await.unwrap();
            let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
            assert_eq!(names, found, "{text:?} {after:?}");
        }
        let jq = db.read(|c| projects_like(c, "jq", "", 10)).await.unwrap().remove(0);
        assert_eq!((jq.owner.as_str(), jq.ready, jq.archived), ("jq", false, false));

        let build = BuildId::random();
        let id = build.clone();
        let news = News {
            state: BuildState::Failed,
            failure: Some(FailureCause::Interrupted),
            image: None,
            image_bytes: None,
            ended_at: Some(now()),
        };
        db.write(move |c| {
            let jq = crate::models::projects::by_slug(c, "jq")?.expect("it is there");
            builds::create(c, &id, jq.id)?;
            builds::record(c, &id, &news).map(drop)
        })
        .await
        .unwrap();
        let found = db.read(|c| failed(c, 10)).await.unwrap();
        assert_eq!((found.len(), &found[0].id, found[0].owner.as_str()), (1, &build, "jq"));
        assert_eq!(found[0].failure, Some(FailureCause::Interrupted));
        assert!(db.read(|c| under_way(c, 10)).await.unwrap().is_empty());
    }

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
        let expected = Counts { users: 1, projects: 1, sandboxes: 2, builds: 1, reports: 0 };
        assert_eq!(db.read(counts).await.unwrap(), expected);
    }
}
