//! Projects: what can be tried.

use super::{image, now, unreadable};
use crate::{
    db::AnyConnection,
    schema::{builds, projects, users},
};
use chrono::NaiveDateTime;
use container_api::{BuildId, BuildSource, BuildState, ImageRef};
use diesel::prelude::*;

/// What a maintainer says of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// As people read it.
    pub name: String,
    /// One of the categories.
    pub category: String,
    /// A line for the card.
    pub short: String,
    /// Markdown for the page.
    pub description: String,
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
}

/// A project as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its place in URLs.
    pub slug: String,
    /// As people read it.
    pub name: String,
    /// One of the categories.
    pub category: String,
    /// A line.
    pub short: String,
    /// Whether it can be tried.
    pub ready: bool,
    /// The newest build and where it stands.
    pub build: Option<(BuildId, BuildState)>,
    /// How often it was tried.
    pub tries: i64,
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
            name_key: texts.name.to_lowercase(),
            category: &texts.category,
            short_description: &texts.short,
            description: &texts.description,
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
        },
        source,
        image: image(row.image_repository, row.image_digest),
        latest_build: row.latest_build_id.map(TryInto::try_into).transpose().map_err(unreadable)?,
        tries: row.tries_count,
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

/// Removes a project that has neither builds nor tries.
pub fn delete(conn: &mut AnyConnection, id: i64) -> QueryResult<()> {
    diesel::delete(projects::table.find(id)).execute(conn).map(drop)
}

/// The project at this place.
pub fn by_slug(conn: &mut AnyConnection, slug: &str) -> QueryResult<Option<Project>> {
    let row = projects::table.filter(projects::slug.eq(slug)).select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// Whether there is a project at this place.
pub fn exists(conn: &mut AnyConnection, slug: &str) -> QueryResult<bool> {
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

type CardRow =
    ((String, String, String, String), (Option<String>, Option<String>, i64), Option<String>);

fn read_card((texts, (digest, build, tries), state): CardRow) -> QueryResult<Card> {
    let (slug, name, category, short) = texts;
    let build = match (build, state) {
        (Some(id), Some(state)) => {
            Some((id.try_into().map_err(unreadable)?, super::builds::read_state(&state)?))
        }
        _ => None,
    };
    Ok(Card { slug, name, category, short, ready: digest.is_some(), build, tries })
}

/// The catalogue: what can be tried, and what is being built for the first time; by category and
/// name.
pub fn catalogue(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<Card>> {
    let latest = builds::table.on(projects::latest_build_id.eq(builds::id.nullable()));
    let under_way = builds::state.eq("queued").or(builds::state.eq("running"));
    projects::table
        .left_join(latest)
        .filter(projects::image_digest.is_not_null().nullable().or(under_way.nullable()))
        .order((projects::category, projects::name_key))
        .limit(limit)
        .select((
            (projects::slug, projects::name, projects::category, projects::short_description),
            (projects::image_digest, projects::latest_build_id, projects::tries_count),
            builds::state.nullable(),
        ))
        .load::<CardRow>(conn)?
        .into_iter()
        .map(read_card)
        .collect()
}

/// The projects of an account, by name.
pub fn of_owner(conn: &mut AnyConnection, owner_id: i64) -> QueryResult<Vec<Card>> {
    let latest = builds::table.on(projects::latest_build_id.eq(builds::id.nullable()));
    projects::table
        .left_join(latest)
        .filter(projects::owner_id.eq(owner_id))
        .order(projects::name_key)
        .select((
            (projects::slug, projects::name, projects::category, projects::short_description),
            (projects::image_digest, projects::latest_build_id, projects::tries_count),
            builds::state.nullable(),
        ))
        .load::<CardRow>(conn)?
        .into_iter()
        .map(read_card)
        .collect()
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
    use crate::db::testing::database;
    use container_api::ContextId;

    #[tokio::test]
    async fn what_is_written_is_read() {
        let (db, _dir) = database().await;
        let made = db.write(|c| testing::project(c, "jq")).await.unwrap();
        assert_eq!(made.image, None);
        let texts = Texts { name: "JQ".to_owned(), ..made.texts.clone() };
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

    #[tokio::test]
    async fn names_differ_by_more_than_case() {
        let (db, _dir) = database().await;
        let first = db.write(|c| testing::project(c, "jq")).await.unwrap();
        let texts = Texts { name: "Jq".to_owned(), ..first.texts };
        let again = db.write(move |c| create(c, first.owner_id, "jq-2", &texts, &first.source));
        assert!(again.await.unwrap_err().is_duplicate());
    }

    #[tokio::test]
    async fn the_catalogue_holds_what_is_ready_or_on_its_way() {
        let (db, _dir) = database().await;
        let idle = db.write(|c| testing::project(c, "idle")).await.unwrap();
        let busy = db.write(|c| testing::project(c, "busy")).await.unwrap();
        let build = BuildId::random();
        let id = build.clone();
        db.write(move |c| crate::models::builds::create(c, &id, busy.id)).await.unwrap();
        let cards = db.read(|c| catalogue(c, 10)).await.unwrap();
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].slug, "busy");
        assert_eq!(cards[0].build, Some((build, BuildState::Queued)));
        assert!(!cards[0].ready);
        let mine = db.read(move |c| of_owner(c, idle.owner_id)).await.unwrap();
        assert_eq!((mine.len(), &mine[0].build), (1, &None));
    }
}
