//! Long lists, a page at a time, by what the page before ended with: as quick at the end as at the
//! beginning, and nothing is skipped when something new comes in between.

use super::{builds::read_latest, tries as try_rows, unreadable, utc};
use crate::{
    db::AnyConnection,
    schema::{builds, projects, tries, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState, EndReason, SandboxId};
use diesel::prelude::*;

/// A moment and an id: where a list by time goes on.
pub type Mark = (DateTime<Utc>, String);

/// A project as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
    /// One of the categories.
    pub category: String,
    /// A line.
    pub short: String,
    /// The number of its maintainer's account.
    pub owner_id: i64,
    /// The maintainer's name.
    pub owner: String,
    /// Whether it can be tried.
    pub ready: bool,
    /// The newest build and where it stands.
    pub build: Option<(BuildId, BuildState)>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which projects are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this category.
    pub category: Option<String>,
    /// Those of the account of this name.
    pub owner: Option<String>,
    /// The one at this place.
    pub slug: Option<String>,
    /// Whose projects are listed although they cannot be tried yet.
    pub asker: Option<i64>,
}

type Texts = (String, String, String, String);
type Owner = (i64, String);
type State = (Option<String>, Option<String>, i64);
type Times = (NaiveDateTime, NaiveDateTime);
type Row = (Texts, Owner, State, Times, Option<String>);

fn read(((slug, name, category, short), owner, state, times, build): Row) -> QueryResult<Listed> {
    let (digest, latest, tries) = state;
    let build = read_latest(latest, build)?;
    let (owner_id, owner) = owner;
    let (created_at, updated_at) = (utc(times.0), utc(times.1));
    let ready = digest.is_some();
    Ok(Listed {
        slug,
        name,
        category,
        short,
        owner_id,
        owner,
        ready,
        build,
        tries,
        created_at,
        updated_at,
    })
}

/// Everybody may find these.
#[diesel::dsl::auto_type]
fn in_catalogue() -> _ {
    projects::image_digest.is_not_null().and(projects::archived_at.is_null())
}

/// Projects by slug, behind the slug `after`: those that can be tried, and the asker's own.
pub fn projects(
    conn: &mut AnyConnection,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let latest = builds::table.on(projects::latest_build_id.eq(builds::id.nullable()));
    let mut query = projects::table
        .inner_join(users::table)
        .left_join(latest)
        .order(projects::slug)
        .limit(limit)
        .select((
            (projects::slug, projects::name, projects::category, projects::short_description),
            (users::id, users::name),
            (projects::image_digest, projects::latest_build_id, projects::tries_count),
            (projects::created_at, projects::updated_at),
            builds::state.nullable(),
        ))
        .into_boxed();
    match (&filter.slug, filter.asker) {
        // Whoever knows where it is may see it.
        (Some(slug), _) => query = query.filter(projects::slug.eq(slug)),
        (None, Some(asker)) => {
            let own = projects::owner_id.eq(asker);
            query = query.filter(in_catalogue().or(own));
        }
        (None, None) => query = query.filter(in_catalogue()),
    }
    if let Some(category) = &filter.category {
        query = query.filter(projects::category.eq(category));
    }
    if let Some(owner) = &filter.owner {
        query = query.filter(users::name.eq(owner));
    }
    if let Some(after) = after {
        query = query.filter(projects::slug.gt(after));
    }
    query.load::<Row>(conn)?.into_iter().map(read).collect()
}

/// A try, with the project that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The sandbox's id.
    pub id: SandboxId,
    /// The project's slug.
    pub slug: String,
    /// The project's name.
    pub name: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, as far as is known.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: Option<EndReason>,
}

type TriedRow = (String, NaiveDateTime, Option<NaiveDateTime>, Option<String>, String, String);

/// A visitor's tries, the newest first, behind `after`.
pub fn tries_of(
    conn: &mut AnyConnection,
    owner_key: &str,
    after: Option<&Mark>,
    limit: i64,
) -> QueryResult<Vec<Tried>> {
    let mut query = tries::table
        .inner_join(projects::table)
        .filter(tries::owner_key.eq(owner_key))
        .order((tries::started_at.desc(), tries::id.desc()))
        .limit(limit)
        .select((
            tries::id,
            tries::started_at,
            tries::ended_at,
            tries::end_reason,
            projects::slug,
            projects::name,
        ))
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.naive_utc();
        let older = tries::started_at.lt(at);
        // Says nothing new, but lets PostgreSQL walk the index from there.
        query = query
            .filter(tries::started_at.le(at))
            .filter(older.or(tries::started_at.eq(at).and(tries::id.lt(id))));
    }
    let read = |(id, started, ended, end, slug, name): TriedRow| {
        Ok(Tried {
            id: id.try_into().map_err(unreadable)?,
            slug,
            name,
            started_at: utc(started),
            ended_at: ended.map(utc),
            end: try_rows::read_end(end)?,
        })
    };
    query.load::<TriedRow>(conn)?.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{builds as build_rows, projects::testing::project},
    };

    on_each_database!(
        projects_come_by_slug_and_only_to_those_who_may_know,
        lists_by_time_go_on_where_they_stopped
    );

    async fn projects_come_by_slug_and_only_to_those_who_may_know(db: Db) {
        let mut ids = Vec::new();
        for slug in ["b", "a", "c"] {
            ids.push(db.write(|c| project(c, slug)).await.unwrap().owner_id);
        }
        let guest = Filter::default();
        assert_eq!(db.read(move |c| projects(c, &guest, None, 9)).await.unwrap(), []);
        let ada = Filter { asker: Some(ids[1]), ..Filter::default() };
        let own = db.read(move |c| projects(c, &ada, None, 9)).await.unwrap();
        assert_eq!((own.len(), own[0].owner.as_str(), own[0].ready), (1, "a", false));

        for id in ids.clone() {
            let digest = projects::image_digest.eq("sha256:1");
            let all = projects::table.filter(projects::owner_id.eq(id));
            db.write(move |c| diesel::update(all).set(digest).execute(c)).await.unwrap();
        }
        let page = |after: Option<&'static str>, filter: Filter| {
            db.read(move |c| projects(c, &filter, after, 2))
        };
        let slugs = |page: Vec<Listed>| page.into_iter().map(|p| p.slug).collect::<Vec<_>>();
        assert_eq!(slugs(page(None, Filter::default()).await.unwrap()), ["a", "b"]);
        assert_eq!(slugs(page(Some("b"), Filter::default()).await.unwrap()), ["c"]);
        let of_c = Filter { owner: Some("c".to_owned()), ..Filter::default() };
        assert_eq!(slugs(page(None, of_c).await.unwrap()), ["c"]);
        let games = Filter { category: Some("Games".to_owned()), ..Filter::default() };
        assert_eq!(slugs(page(None, games).await.unwrap()), [""; 0]);
    }

    async fn lists_by_time_go_on_where_they_stopped(db: Db) {
        let made = db.write(|c| project(c, "jq")).await.unwrap().id;
        for _ in 0..5 {
            let (build, sandbox) = (BuildId::random(), SandboxId::random());
            db.write(move |c| build_rows::create(c, &build, made)).await.unwrap();
            db.write(move |c| {
                diesel::insert_into(tries::table)
                    .values((
                        tries::id.eq(sandbox.as_str()),
                        tries::project_id.eq(made),
                        tries::owner_key.eq("u:1"),
                        tries::started_at.eq(DateTime::UNIX_EPOCH.naive_utc()),
                        tries::address.eq(""),
                    ))
                    .execute(c)
            })
            .await
            .unwrap();
        }
        let (mut builds, mut tried) = (Vec::new(), Vec::new());
        let mut marks: (Option<Mark>, Option<Mark>) = (None, None);
        for _ in 0..3 {
            let (a, b) = marks.clone();
            let page =
                db.read(move |c| build_rows::of_project(c, made, a.as_ref(), 2)).await.unwrap();
            marks.0 = page.last().map(|b| (b.created_at, b.id.to_string()));
            builds.extend(page.into_iter().map(|build| build.id));
            let page = db.read(move |c| tries_of(c, "u:1", b.as_ref(), 2)).await.unwrap();
            marks.1 = page.last().map(|t| (t.started_at, t.id.to_string()));
            tried.extend(page.into_iter().map(|row| row.id));
        }
        assert_eq!((builds.len(), tried.len()), (5, 5));
        builds.sort();
        builds.dedup();
        assert_eq!(builds.len(), 5);
        assert!(tried.is_sorted_by(|a, b| a > b), "at one moment, the ids decide");
        let none = db.read(|c| tries_of(c, "u:2", None, 9)).await.unwrap();
        assert_eq!(none, []);
    }
}
