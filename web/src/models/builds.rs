//! Builds of projects.

use super::{image, listing::Mark, now, unreadable, upkeep, utc};
use crate::{
    db::AnyConnection,
    schema::{builds, projects},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use container_api::{BuildId, BuildState, BuildView, FailureCause, ImageRef};
use diesel::prelude::*;

/// A build, as last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Its id, given by the container server.
    pub id: BuildId,
    /// What it builds.
    pub project_id: i64,
    /// Where it stands.
    pub state: BuildState,
    /// Why it failed.
    pub failure: Option<FailureCause>,
    /// What came of it.
    pub image: Option<ImageRef>,
    /// How much of it is transferred, in bytes, as far as is known.
    pub image_bytes: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// News of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Where it stands.
    pub state: BuildState,
    /// Why it failed.
    pub failure: Option<FailureCause>,
    /// What came of it.
    pub image: Option<ImageRef>,
    /// How much of it is transferred, in bytes, as far as is known.
    pub image_bytes: Option<i64>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<BuildView> for News {
    fn from(view: BuildView) -> Self {
        Self {
            state: view.state,
            failure: view.failure,
            image: view.image,
            image_bytes: view.image_bytes.and_then(|bytes| bytes.try_into().ok()),
            ended_at: view.ended_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = builds)]
struct Row {
    id: String,
    project_id: i64,
    state: String,
    failure: Option<String>,
    image_repository: Option<String>,
    image_digest: Option<String>,
    created_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    image_bytes: Option<i64>,
}

/// A state that no version of the container server knows.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a build's state")]
struct UnknownState(String);

pub(super) fn read_state(text: &str) -> QueryResult<BuildState> {
    use BuildState::{Cancelled, Failed, Pushed, Queued, Running};
    let known = [Queued, Running, Pushed, Failed, Cancelled];
    let found = known.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| unreadable(UnknownState(text.to_owned())))
}

/// A project's newest build and where it stands, from a join that finds none of some projects.
pub(super) fn read_latest(
    id: Option<String>,
    state: Option<String>,
) -> QueryResult<Option<(BuildId, BuildState)>> {
    let Some((id, state)) = id.zip(state) else { return Ok(None) };
    Ok(Some((id.try_into().map_err(unreadable)?, read_state(&state)?)))
}

fn read(row: Row) -> QueryResult<Build> {
    let failure = row.failure.map(|json| serde_json::from_str(&json)).transpose();
    Ok(Build {
        id: row.id.try_into().map_err(unreadable)?,
        project_id: row.project_id,
        state: read_state(&row.state)?,
        failure: failure.map_err(unreadable)?,
        image: image(row.image_repository, row.image_digest),
        image_bytes: row.image_bytes,
        created_at: utc(row.created_at),
        ended_at: row.ended_at.map(utc),
    })
}

/// Adds a queued build and makes it its project's newest.
pub fn create(conn: &mut AnyConnection, id: &BuildId, project_id: i64) -> QueryResult<()> {
    diesel::insert_into(builds::table)
        .values((
            builds::id.eq(id.as_str()),
            builds::project_id.eq(project_id),
            builds::state.eq(BuildState::Queued.as_str()),
            builds::created_at.eq(now().naive_utc()),
        ))
        .execute(conn)?;
    diesel::update(projects::table.find(project_id))
        .set(projects::latest_build_id.eq(id.as_str()))
        .execute(conn)
        .map(drop)
}

/// That a build has not ended, as far as is known.
#[diesel::dsl::auto_type]
pub(super) fn unfinished() -> _ {
    builds::state.eq("queued").or(builds::state.eq("running"))
}

/// The build of this id.
pub fn by_id(conn: &mut AnyConnection, id: &BuildId) -> QueryResult<Option<Build>> {
    let row = builds::table.find(id.as_str()).select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// The newest build of the project at this place.
pub fn newest(conn: &mut AnyConnection, slug: &str) -> QueryResult<Option<Build>> {
    let row = builds::table
        .inner_join(projects::table.on(projects::latest_build_id.eq(builds::id.nullable())))
        .filter(projects::slug.eq(slug))
        .select(Row::as_select());
    row.first(conn).optional()?.map(read).transpose()
}

/// The builds that have not ended, as far as is known; the oldest first.
pub fn under_way(conn: &mut AnyConnection) -> QueryResult<Vec<Build>> {
    builds::table
        .filter(unfinished())
        .order(builds::created_at)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// The builds of one project, the newest first, behind `after`.
pub fn of_project(
    conn: &mut AnyConnection,
    project_id: i64,
    after: Option<&Mark>,
    limit: i64,
) -> QueryResult<Vec<Build>> {
    let mut query = builds::table
        .filter(builds::project_id.eq(project_id))
        .order((builds::created_at.desc(), builds::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.naive_utc();
        let older = builds::created_at.lt(at);
        // Says nothing new, but lets PostgreSQL walk the index from there.
        query = query
            .filter(builds::created_at.le(at))
            .filter(older.or(builds::created_at.eq(at).and(builds::id.lt(id))));
    }
    query.load(conn)?.into_iter().map(read).collect()
}

/// The newest builds of one project that were pushed, the newest first.
pub fn pushed_of(conn: &mut AnyConnection, project_id: i64, limit: i64) -> QueryResult<Vec<Build>> {
    builds::table
        .filter(builds::project_id.eq(project_id))
        .filter(builds::state.eq(BuildState::Pushed.as_str()))
        .order((builds::created_at.desc(), builds::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// How many builds a project has.
pub fn count_of(conn: &mut AnyConnection, project_id: i64) -> QueryResult<i64> {
    builds::table.filter(builds::project_id.eq(project_id)).count().get_result(conn)
}

/// The builds of one project that have not ended.
pub fn under_way_of(conn: &mut AnyConnection, project_id: i64) -> QueryResult<Vec<Build>> {
    builds::table
        .filter(builds::project_id.eq(project_id))
        .filter(unfinished())
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// How many builds of an account's other projects have not ended.
pub fn under_way_beside(
    conn: &mut AnyConnection,
    owner_id: i64,
    project_id: i64,
) -> QueryResult<i64> {
    builds::table
        .inner_join(projects::table.on(projects::id.eq(builds::project_id)))
        .filter(unfinished())
        .filter(projects::owner_id.eq(owner_id))
        .filter(projects::id.ne(project_id))
        .count()
        .get_result(conn)
}

/// Writes down what became of a build. What has ended stays as it is. A pushed image becomes its
/// project's, unless a later build was pushed before.
pub fn record(conn: &mut AnyConnection, id: &BuildId, news: &News) -> QueryResult<()> {
    let Some(build) = by_id(conn, id)? else { return Ok(()) };
    if build.state.is_final() {
        return Ok(());
    }
    let failure = news.failure.as_ref().map(serde_json::to_string).transpose();
    let failure = failure.map_err(|e| diesel::result::Error::SerializationError(Box::new(e)))?;
    diesel::update(builds::table.find(id.as_str()))
        .set((
            builds::state.eq(news.state.as_str()),
            builds::failure.eq(failure),
            builds::image_repository.eq(news.image.as_ref().map(|i| i.repository.as_str())),
            builds::image_digest.eq(news.image.as_ref().map(|i| i.digest.as_str())),
            builds::image_bytes.eq(news.image_bytes),
            builds::ended_at.eq(news.ended_at.map(|t| t.naive_utc())),
        ))
        .execute(conn)?;
    match &news.image {
        Some(image) if news.state == BuildState::Pushed => {
            publish(conn, &build, image, news.image_bytes)
        }
        _ => Ok(()),
    }
}

fn publish(
    conn: &mut AnyConnection,
    build: &Build,
    image: &ImageRef,
    bytes: Option<i64>,
) -> QueryResult<()> {
    let later: i64 = builds::table
        .filter(builds::project_id.eq(build.project_id))
        .filter(builds::state.eq(BuildState::Pushed.as_str()))
        .filter(builds::created_at.gt(build.created_at.naive_utc()))
        .count()
        .get_result(conn)?;
    if later > 0 {
        return Ok(());
    }
    upkeep::set_image(conn, build.project_id, image, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{Db, testing::on_each_database},
        models::projects,
    };

    on_each_database!(
        visitors_keep_the_last_good_image,
        an_older_build_does_not_replace_a_newer_image
    );

    fn pushed(digest: &str) -> News {
        let image = ImageRef { repository: "projects/jq".into(), digest: digest.into() };
        let ended_at = Some(now());
        News {
            state: BuildState::Pushed,
            failure: None,
            image: Some(image),
            image_bytes: Some(7),
            ended_at,
        }
    }

    fn failed() -> News {
        let failure = Some(FailureCause::TimeLimit { seconds: 5 });
        News {
            state: BuildState::Failed,
            failure,
            image: None,
            image_bytes: None,
            ended_at: Some(now()),
        }
    }

    async fn new_build(db: &Db, project: i64) -> BuildId {
        let id = BuildId::random();
        let wanted = id.clone();
        db.write(move |c| create(c, &wanted, project)).await.unwrap();
        id
    }

    async fn tell(db: &Db, id: &BuildId, news: News) {
        let id = id.clone();
        db.write(move |c| record(c, &id, &news)).await.unwrap();
    }

    async fn digest(db: &Db) -> Option<String> {
        let project = db.read(|c| projects::by_slug(c, "jq")).await.unwrap().unwrap();
        project.image.map(|image| image.digest)
    }

    async fn visitors_keep_the_last_good_image(db: Db) {
        let project = db.write(|c| projects::testing::project(c, "jq")).await.unwrap().id;
        let first = new_build(&db, project).await;
        assert_eq!(db.read(under_way).await.unwrap().len(), 1);
        tell(&db, &first, pushed("sha256:1")).await;
        assert_eq!(digest(&db).await.as_deref(), Some("sha256:1"));
        let images = db.read(move |c| pushed_of(c, project, 9)).await.unwrap();
        assert_eq!((images.len(), images[0].image_bytes), (1, Some(7)));

        let second = new_build(&db, project).await;
        tell(&db, &second, failed()).await;
        assert_eq!(digest(&db).await.as_deref(), Some("sha256:1"));
        let read = db.read(move |c| by_id(c, &second)).await.unwrap().unwrap();
        assert_eq!(read.failure, Some(FailureCause::TimeLimit { seconds: 5 }));
        assert!(db.read(under_way).await.unwrap().is_empty());
    }

    async fn an_older_build_does_not_replace_a_newer_image(db: Db) {
        let project = db.write(|c| projects::testing::project(c, "jq")).await.unwrap().id;
        let (old, new) = (new_build(&db, project).await, new_build(&db, project).await);
        tell(&db, &new, pushed("sha256:new")).await;
        tell(&db, &old, pushed("sha256:old")).await;
        assert_eq!(digest(&db).await.as_deref(), Some("sha256:new"));
        // What has ended stays as it is.
        tell(&db, &new, failed()).await;
        let read = db.read(move |c| by_id(c, &new)).await.unwrap().unwrap();
        assert_eq!(read.state, BuildState::Pushed);
        let latest = db.read(|c| projects::by_slug(c, "jq")).await.unwrap().unwrap().latest_build;
        assert_ne!(latest, Some(old));
    }
}
