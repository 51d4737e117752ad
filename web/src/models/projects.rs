//! Projects: what can be tried.

use super::{cannot_be_stored, image, now, unreadable, utc};
use crate::{
    db::AnyConnection,
    input::looks,
    schema::{builds, projects, tries, users},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildSource, ImageRef};
use diesel::prelude::*;

/// What a maintainer says of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// As people read it.
    pub name: String,
    /// One of the categories.
    pub category: String,
    /// A line for the card.
    pub short: String,
    /// Markdown for the page.
    pub description: String,
    /// An SPDX expression; empty where it is not told.
    pub licence: String,
    /// Where its source is, an https address; empty where it is not told.
    pub repository: String,
    /// The programming language it is written in; empty where it is not told.
    pub language: String,
    /// Words to find it by, in lower case, with a space between.
    pub topics: String,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The row's number.
    pub id: i64,
    /// Its place in URLs; never changes.
    pub slug: String,
    /// Whose it is.
    pub owner_id: i64,
    /// What is said of it.
    pub texts: Texts,
    /// What it is built from.
    pub source: BuildSource,
    /// What visitors get: the last good image.
    pub image: Option<ImageRef>,
    /// The newest build, whatever came of it.
    pub latest_build: Option<BuildId>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was taken out of the catalogue; then it cannot be tried.
    pub archived_at: Option<DateTime<Utc>>,
    /// How much of the image is transferred, in bytes, as far as it is known.
    pub image_bytes: Option<i64>,
    /// The guided demo's source; empty without one.
    pub demo: String,
    /// The origins that may embed it, one a line; empty for none.
    pub embed_parents: String,
}

impl Texts {
    /// The topics, one by one.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.topics.split_ascii_whitespace()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects)]
struct Row {
    id: i64,
    slug: String,
    owner_id: i64,
    name: String,
    category: String,
    short_description: String,
    description: String,
    source_kind: String,
    base_image: String,
    script: String,
    command: String,
    dockerfile: String,
    context_id: Option<String>,
    image_repository: Option<String>,
    image_digest: Option<String>,
    latest_build_id: Option<String>,
    tries_count: i64,
    created_at: NaiveDateTime,
    licence: String,
    repository: String,
    language: String,
    topics: String,
    archived_at: Option<NaiveDateTime>,
    image_bytes: Option<i64>,
    demo: String,
    embed_parents: String,
}

/// What [`create`] and [`update`] write alike.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = projects, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Content<'a> {
    name: &'a str,
    name_key: String,
    category: &'a str,
    short_description: &'a str,
    description: &'a str,
    licence: &'a str,
    repository: &'a str,
    language: &'a str,
    topics: &'a str,
    source_kind: &'a str,
    base_image: &'a str,
    script: &'a str,
    command: &'a str,
    dockerfile: &'a str,
    context_id: Option<&'a str>,
    updated_at: NaiveDateTime,
}

impl<'a> Content<'a> {
    fn new(texts: &'a Texts, source: &'a BuildSource) -> Self {
        let (source_kind, base_image, script, command, dockerfile, context_id) = match source {
            BuildSource::Script { base, script, command } => {
                ("script", base.as_str(), script.as_str(), command.as_str(), "", None)
            }
            BuildSource::Dockerfile { dockerfile, context } => {
                let context = context.as_ref().map(|id| id.as_str());
                ("dockerfile", "", "", "", dockerfile.as_str(), context)
            }
        };
        Self {
            name: &texts.name,
            name_key: looks::key(&texts.name),
            category: &texts.category,
            short_description: &texts.short,
            description: &texts.description,
            licence: &texts.licence,
            repository: &texts.repository,
            language: &texts.language,
            topics: &texts.topics,
            source_kind,
            base_image,
            script,
            command,
            dockerfile,
            context_id,
            updated_at: now().naive_utc(),
        }
    }
}

fn read(row: Row) -> QueryResult<Project> {
    let source = if row.source_kind == "script" {
        BuildSource::Script { base: row.base_image, script: row.script, command: row.command }
    } else {
        let context = row.context_id.map(TryInto::try_into).transpose().map_err(unreadable)?;
        BuildSource::Dockerfile { dockerfile: row.dockerfile, context }
    };
    Ok(Project {
        id: row.id,
        slug: row.slug,
        owner_id: row.owner_id,
        texts: Texts {
            name: row.name,
            category: row.category,
            short: row.short_description,
            description: row.description,
            licence: row.licence,
            repository: row.repository,
            language: row.language,
            topics: row.topics,
        },
        source,
        image: image(row.image_repository, row.image_digest),
        latest_build: row.latest_build_id.map(TryInto::try_into).transpose().map_err(unreadable)?,
        tries: row.tries_count,
        created_at: utc(row.created_at),
        archived_at: row.archived_at.map(utc),
        image_bytes: row.image_bytes,
        demo: row.demo,
        embed_parents: row.embed_parents,
    })
}

/// Adds a project. A slug or name that is taken is a unique violation.
pub fn create(
    conn: &mut AnyConnection,
    owner_id: i64,
    slug: &str,
    texts: &Texts,
    source: &BuildSource,
) -> QueryResult<Project> {
    let content = Content::new(texts, source);
    let created_at = content.updated_at;
    diesel::insert_into(projects::table)
        .values((
            projects::slug.eq(slug),
            projects::owner_id.eq(owner_id),
            projects::created_at.eq(created_at),
            content,
        ))
        .execute(conn)?;
    by_slug(conn, slug)?.ok_or(diesel::result::Error::NotFound)
}

/// Changes what is said of a project and what it is built from; the image stays.
pub fn update(
    conn: &mut AnyConnection,
    id: i64,
    texts: &Texts,
    source: &BuildSource,
) -> QueryResult<()> {
    let content = Content::new(texts, source);
    diesel::update(projects::table.find(id)).set(content).execute(conn).map(drop)
}

/// Brings the keys of names up to date that an older version wrote. Where two projects turn out to
/// look alike, the later one keeps its old key.
pub fn renew_name_keys(conn: &mut AnyConnection) -> QueryResult<()> {
    let rows: Vec<(i64, String, String)> = projects::table
        .order(projects::id)
        .select((projects::id, projects::name, projects::name_key))
        .load(conn)?;
    let stale = rows.into_iter().filter_map(|(id, name, old)| {
        let key = looks::key(&name);
        (key != old).then_some((id, name, key))
    });
    for (id, name, key) in stale {
        let alike = projects::table.filter(projects::name_key.eq(&key)).select(projects::slug);
        if let Some(slug) = alike.first::<String>(conn).optional()? {
            tracing::warn!(name, slug, "two projects have names that look alike");
            continue;
        }
        diesel::update(projects::table.find(id)).set(projects::name_key.eq(key)).execute(conn)?;
    }
    Ok(())
}

/// Removes a project with its builds and tries.
pub fn delete(conn: &mut AnyConnection, id: i64) -> QueryResult<()> {
    diesel::delete(tries::table.filter(tries::project_id.eq(id))).execute(conn)?;
    diesel::delete(builds::table.filter(builds::project_id.eq(id))).execute(conn)?;
    diesel::delete(projects::table.find(id)).execute(conn).map(drop)
}

/// The project at this place.
pub fn by_slug(conn: &mut AnyConnection, slug: &str) -> QueryResult<Option<Project>> {
    if cannot_be_stored(slug) {
        return Ok(None);
    }
    let row = projects::table.filter(projects::slug.eq(slug)).select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// Whether there is a project at this place, or one whose name looks like this one.
pub fn is_taken(conn: &mut AnyConnection, slug: &str, name: &str) -> QueryResult<bool> {
    let same = projects::slug.eq(slug).or(projects::name_key.eq(looks::key(name)));
    let found = projects::table.filter(same).select(projects::id);
    Ok(found.first::<i64>(conn).optional()?.is_some())
}

/// Whether there is a project at this place.
pub fn exists(conn: &mut AnyConnection, slug: &str) -> QueryResult<bool> {
    if cannot_be_stored(slug) {
        return Ok(false);
    }
    let found = projects::table.filter(projects::slug.eq(slug)).select(projects::id);
    Ok(found.first::<i64>(conn).optional()?.is_some())
}

/// The project of this number.
pub fn by_id(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<Project>> {
    let row = projects::table.find(id).select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// The name of a project's owner.
pub fn owner_name(conn: &mut AnyConnection, owner_id: i64) -> QueryResult<String> {
    users::table.find(owner_id).select(users::name).first(conn)
}

/// How many projects an account has.
pub fn count_of(conn: &mut AnyConnection, owner_id: i64) -> QueryResult<i64> {
    projects::table.filter(projects::owner_id.eq(owner_id)).count().get_result(conn)
}

#[cfg(test)]
pub mod testing {
    //! A project to test with.

    use super::*;
    use crate::models::users;

    /// A project named and placed `slug`, of an account of the same name.
    pub fn project(conn: &mut AnyConnection, slug: &str) -> QueryResult<Project> {
        let owner = users::create(conn, slug, None)?;
        let texts = Texts {
            name: slug.to_owned(),
            category: "Tools".to_owned(),
            short: "A line".to_owned(),
            description: "# Much".to_owned(),
            ..Texts::default()
        };
        let source = BuildSource::Script {
            base: "debian:12".to_owned(),
            script: "true\n".to_owned(),
            command: String::new(),
        };
        create(conn, owner.id, slug, &texts, &source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, testing::on_each_database};
    use container_api::ContextId;

    on_each_database!(
        what_is_written_is_read,
        keys_of_older_versions_are_renewed,
        names_differ_by_more_than_case
    );

    async fn what_is_written_is_read(db: Db) {
        let made = db.write(|c| testing::project(c, "jq")).await.unwrap();
        assert_eq!(made.image, None);
        let texts = Texts {
            name: "JQ".to_owned(),
            licence: "MIT".to_owned(),
            repository: "https://github.com/jqlang/jq".to_owned(),
            language: "C".to_owned(),
            topics: "json cli".to_owned(),
            ..made.texts.clone()
        };
        let source = BuildSource::Dockerfile {
            dockerfile: "FROM debian:12\n".to_owned(),
            context: Some(ContextId::random()),
        };
        let (id, wanted) = (made.id, (texts.clone(), source.clone()));
        db.write(move |c| update(c, id, &texts, &source)).await.unwrap();
        let read = db.read(|c| by_slug(c, "jq")).await.unwrap().unwrap();
        assert_eq!((read.texts, read.source), wanted);
        assert_eq!(db.read(move |c| owner_name(c, made.owner_id)).await.unwrap(), "jq");
        db.write(move |c| delete(c, id)).await.unwrap();
        assert_eq!(db.read(move |c| by_id(c, id)).await.unwrap(), None);
    }

    async fn keys_of_older_versions_are_renewed(db: Db) {
        for (slug, name, old) in [("vim", "ＶＩＭ", "ｖｉｍ"), ("vim-2", "Vim", "VIM")] {
            let id = db.write(move |c| testing::project(c, slug)).await.unwrap().id;
            let texts = (projects::name.eq(name), projects::name_key.eq(old));
            let row = projects::table.find(id);
            db.write(move |c| diesel::update(row).set(texts).execute(c)).await.unwrap();
        }
        db.write(renew_name_keys).await.unwrap();
        let keys = projects::table.order(projects::id).select(projects::name_key);
        let keys: Vec<String> = db.read(move |c| keys.load(c)).await.unwrap();
        assert_eq!(keys, ["vim", "VIM"]);
    }

    async fn names_differ_by_more_than_case(db: Db) {
        let first = db.write(|c| testing::project(c, "jq")).await.unwrap();
        for alike in ["Jq", "\u{458}q", "ｊｑ"] {
            let texts = Texts { name: alike.to_owned(), ..first.texts.clone() };
            let (owner, source) = (first.owner_id, first.source.clone());
            let again = db.write(move |c| create(c, owner, "jq-2", &texts, &source));
            assert!(again.await.unwrap_err().is_duplicate(), "{alike}");
        }
    }
}
