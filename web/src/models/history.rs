//! What a visitor has tried, a page at a time, the newest first.

use super::{listing::Mark, tries::read_end, unreadable, utc};
use crate::{
    db::AnyConnection,
    schema::{projects, tries},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{EndReason, SandboxId};
use diesel::prelude::*;

/// A try, with the project that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The sandbox's id.
    pub id: SandboxId,
    /// The project's slug.
    pub slug: String,
    /// The project's name.
    pub name: String,
    /// What the visitor calls it; may be empty.
    pub tag: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, as far as is known.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: Option<EndReason>,
}

/// Which tries are wanted; what is nothing leaves it open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that are over.
    pub ended: bool,
    /// Those of the project at this place.
    pub project: Option<String>,
    /// Those of this tag.
    pub tag: Option<String>,
}

type Times = (NaiveDateTime, Option<NaiveDateTime>);
type Row = (String, Times, Option<String>, String, (String, String));

/// A visitor's tries, the newest first, behind `after`.
pub fn page(
    conn: &mut AnyConnection,
    owner_key: &str,
    filter: &Filter,
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
            (tries::started_at, tries::ended_at),
            tries::end_reason,
            tries::tag,
            (projects::slug, projects::name),
        ))
        .into_boxed();
    if filter.ended {
        query = query.filter(tries::ended_at.is_not_null());
    }
    if let Some(slug) = &filter.project {
        query = query.filter(projects::slug.eq(slug));
    }
    if let Some(tag) = &filter.tag {
        query = query.filter(tries::tag.eq(tag));
    }
    if let Some((at, id)) = after {
        let at = at.naive_utc();
        let older = tries::started_at.lt(at);
        // Says nothing new, but lets PostgreSQL walk the index from there.
        query = query
            .filter(tries::started_at.le(at))
            .filter(older.or(tries::started_at.eq(at).and(tries::id.lt(id))));
    }
    let read = |(id, (started, ended), end, tag, (slug, name)): Row| {
        Ok(Tried {
            id: id.try_into().map_err(unreadable)?,
            slug,
            name,
            tag,
            started_at: utc(started),
            ended_at: ended.map(utc),
            end: read_end(end)?,
        })
    };
    query.load::<Row>(conn)?.into_iter().map(read).collect()
}

/// What a visitor's tries can be told apart by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The projects: slug and name, by name.
    pub projects: Vec<(String, String)>,
    /// The tags, by their letters.
    pub tags: Vec<String>,
}

/// The projects and tags of a visitor's tries.
pub fn choices(conn: &mut AnyConnection, owner_key: &str) -> QueryResult<Choices> {
    let own = tries::owner_key.eq(owner_key);
    let mut projects: Vec<(String, String)> = tries::table
        .inner_join(projects::table)
        .filter(own)
        .select((projects::slug, projects::name))
        .distinct()
        .load(conn)?;
    projects.sort_by(|a, b| a.1.cmp(&b.1));
    let tagged = tries::table.filter(own).filter(tries::tag.ne(""));
    let mut tags: Vec<String> = tagged.select(tries::tag).distinct().load(conn)?;
    tags.sort();
    Ok(Choices { projects, tags })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::{builds, now, projects::testing::project, tries as try_rows},
    };
    use container_api::BuildId;

    on_each_database!(lists_by_time_go_on_where_they_stopped, history_is_found_by_project_and_tag);

    async fn lists_by_time_go_on_where_they_stopped(db: Db) {
        let made = db.write(|c| project(c, "jq")).await.unwrap().id;
        for _ in 0..5 {
            let (build, sandbox) = (BuildId::random(), SandboxId::random());
            db.write(move |c| builds::create(c, &build, made)).await.unwrap();
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
        let (mut built, mut tried) = (Vec::new(), Vec::new());
        let mut marks: (Option<Mark>, Option<Mark>) = (None, None);
        let all = Filter::default;
        for _ in 0..3 {
            let (a, b) = marks.clone();
            let rows = db.read(move |c| builds::of_project(c, made, a.as_ref(), 2)).await.unwrap();
            marks.0 = rows.last().map(|b| (b.created_at, b.id.to_string()));
            built.extend(rows.into_iter().map(|build| build.id));
            let rows = db.read(move |c| page(c, "u:1", &all(), b.as_ref(), 2)).await.unwrap();
            marks.1 = rows.last().map(|t| (t.started_at, t.id.to_string()));
            tried.extend(rows.into_iter().map(|row| row.id));
        }
        assert_eq!((built.len(), tried.len()), (5, 5));
        built.sort();
        built.dedup();
        assert_eq!(built.len(), 5);
        assert!(tried.is_sorted_by(|a, b| a > b), "at one moment, the ids decide");
        let none = db.read(move |c| page(c, "u:2", &all(), None, 9)).await.unwrap();
        assert_eq!(none, []);
    }

    async fn history_is_found_by_project_and_tag(db: Db) {
        for (slug, tag, ended) in
            [("jq", "work", true), ("jq", "", true), ("htop", "work", true), ("jq", "", false)]
        {
            let id = SandboxId::random();
            db.write(move |c| {
                let known = crate::models::projects::by_slug(c, slug)?;
                let project = known.map_or_else(|| project(c, slug), Ok)?.id;
                try_rows::create(c, &id, project, "g:1", "")?;
                try_rows::name(c, &id, tag)?;
                match ended {
                    true => try_rows::end(c, &id, now(), &EndReason::Idle).map(drop),
                    false => Ok(()),
                }
            })
            .await
            .unwrap();
        }
        for (ended, project, tag, found) in [
            (false, None, None, 4),
            (true, None, None, 3),
            (true, Some("jq"), None, 2),
            (true, Some("jq"), Some("work"), 1),
            (false, None, Some("work"), 2),
            (false, Some("%"), None, 0),
            (false, None, Some("' OR 1=1 --"), 0),
        ] {
            let filter =
                Filter { ended, project: project.map(Into::into), tag: tag.map(Into::into) };
            let rows = db.read(move |c| page(c, "g:1", &filter, None, 9)).await.unwrap();
            assert_eq!(rows.len(), found, "{project:?} {tag:?}");
        }
        let found = db.read(|c| choices(c, "g:1")).await.unwrap();
        let slugs: Vec<_> = found.projects.iter().map(|(slug, _)| slug.as_str()).collect();
        assert_eq!((slugs, found.tags), (vec!["htop", "jq"], vec!["work".to_owned()]));
        assert_eq!(db.read(|c| choices(c, "g:2")).await.unwrap(), Choices::default());
    }
}
