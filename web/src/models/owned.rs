//! An account's own projects, as their list shows them.

use super::{builds::read_latest, utc};
use crate::{
    db::AnyConnection,
    schema::{builds, project_days, projects},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState};
use diesel::prelude::*;
use std::collections::HashMap;

/// A project of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
    /// A line.
    pub short: String,
    /// Whether there is an image.
    pub ready: bool,
    /// Since when it is out of the catalogue, if it is.
    pub archived_at: Option<DateTime<Utc>>,
    /// The newest build and where it stands.
    pub build: Option<(BuildId, BuildState)>,
    /// How often it was tried.
    pub tries: i64,
    /// How often since the day that was asked for.
    pub lately: i64,
}

type Texts = (i64, String, String, String);
type State = (Option<String>, Option<NaiveDateTime>, i64);
type Row = (Texts, State, Option<String>, Option<String>);

/// The projects of an account, by name; those in the catalogue first.
pub fn of(conn: &mut AnyConnection, owner_id: i64, since: NaiveDate) -> QueryResult<Vec<Owned>> {
    let days: Vec<(i64, i64)> = project_days::table
        .inner_join(projects::table)
        .filter(projects::owner_id.eq(owner_id))
        .filter(project_days::day.ge(since))
        .select((project_days::project_id, project_days::tries))
        .load(conn)?;
    let mut lately: HashMap<i64, i64> = HashMap::new();
    for (project, tries) in days {
        *lately.entry(project).or_default() += tries;
    }
    let rows: Vec<Row> = projects::table
        .left_join(builds::table.on(projects::latest_build_id.eq(builds::id.nullable())))
        .filter(projects::owner_id.eq(owner_id))
        .order((projects::archived_at.is_not_null(), projects::name_key))
        .select((
            (projects::id, projects::slug, projects::name, projects::short_description),
            (projects::image_digest, projects::archived_at, projects::tries_count),
            projects::latest_build_id,
            builds::state.nullable(),
        ))
        .load(conn)?;
    let read = |((id, slug, name, short), (digest, archived, tries), build, state): Row| {
        Ok(Owned {
            slug,
            name,
            short,
            ready: digest.is_some(),
            archived_at: archived.map(utc),
            build: read_latest(build, state)?,
            tries,
            lately: lately.get(&id).copied().unwrap_or_default(),
        })
    };
    rows.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{
            builds as build_rows,
            projects::{self as rows, testing::project},
            upkeep,
        },
    };
    use chrono::Days;

    on_each_database!(ones_own_are_listed_with_what_was_lately_tried);

    async fn ones_own_are_listed_with_what_was_lately_tried(db: Db) {
        let jq = db.write(|c| project(c, "jq")).await.unwrap();
        let (owner, texts, source) = (jq.owner_id, jq.texts.clone(), jq.source.clone());
        let other = rows::Texts { name: "a".to_owned(), ..texts };
        let old = db.write(move |c| rows::create(c, owner, "a", &other, &source)).await.unwrap();
        db.write(move |c| upkeep::archive(c, old.id, true)).await.unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        for (ago, tries) in [(0, 2), (6, 3), (7, 100)] {
            let day = today - Days::new(ago);
            let row = (
                project_days::project_id.eq(jq.id),
                project_days::day.eq(day),
                project_days::tries.eq(tries),
            );
            db.write(move |c| diesel::insert_into(project_days::table).values(row).execute(c))
                .await
                .unwrap();
        }
        let build = BuildId::random();
        let id = build.clone();
        db.write(move |c| build_rows::create(c, &id, jq.id)).await.unwrap();
        let since = today - Days::new(6);
        let found = db.read(move |c| of(c, owner, since)).await.unwrap();
        let told: Vec<_> = found.iter().map(|p| (p.slug.as_str(), p.lately)).collect();
        assert_eq!(told, [("jq", 5), ("a", 0)]);
        assert_eq!(found[0].build, Some((build, BuildState::Queued)));
        assert!(found[0].archived_at.is_none() && found[1].archived_at.is_some());
        assert_eq!(db.read(move |c| of(c, owner + 1, since)).await.unwrap(), []);
    }
}
