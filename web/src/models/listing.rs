//! Long lists, a page at a time, by what the page before ended with: as quick at the end as at the
//! beginning, and nothing is skipped when something new comes in between.

use super::{builds::read_latest, utc};
use crate::{
    db::AnyConnection,
    schema::{builds, projects, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState};
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
    /// Those at these places, in their order; all where there are none.
    pub slugs: Vec<String>,
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
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn in_catalogue() -> _ {
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
    if !filter.slugs.is_empty() {
        query = query.filter(projects::slug.eq_any(&filter.slugs));
    }
    let mut rows: Vec<Listed> =
        query.load::<Row>(conn)?.into_iter().map(read).collect::<QueryResult<_>>()?;
    rows.sort_by_key(|row| filter.slugs.iter().position(|slug| *slug == row.slug));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects::testing::project,
    };

    on_each_database!(projects_come_by_slug_and_only_to_those_who_may_know);

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
}
