//! How does a project become an image?

pub mod events;
pub mod waiting;
pub mod words;

use crate::{
    db::AnyConnection,
    error::Error,
    models::{
        audit::{self, Event},
        builds::{self, Build, News},
        now, pace,
        projects::{self, Project},
    },
    policy::{
        self, Action, Actor, Asker,
        quota::{Quota, Refusal},
    },
    quotas,
    service::Services,
};
use container_api::{BuildId, BuildSource, BuildState, ClientError, CreateBuild, FailureCause};
use diesel::QueryResult;
use waiting::Waiting;

/// A build that is wished for.
pub struct Wanted {
    /// The project's place.
    pub slug: String,
    /// Whose project it is.
    pub owner: i64,
    /// The project, unless it comes into being together with its build.
    pub project: Option<i64>,
    /// What it is built from.
    pub source: BuildSource,
}

impl Wanted {
    /// A build of a project as it is.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        Self {
            slug: project.slug.clone(),
            owner: project.owner_id,
            project: Some(project.id),
            source: project.source.clone(),
        }
    }
}

/// Starts a build. One of the same project that is still under way gives way: its source is out of
/// date. `change` is what changes together with it, in one transaction, and answers the project's
/// number: either both are written down and the build goes on, or nothing is.
///
/// # Errors
/// When a quota, the container server or `change` refuses, or one of them cannot be reached.
pub async fn start(
    services: &Services,
    asker: &Asker,
    wanted: Wanted,
    change: impl Fn(&mut AnyConnection) -> QueryResult<Result<i64, Refusal>> + Send + 'static,
) -> Result<BuildId, Error> {
    let Wanted { slug, owner, project, source } = wanted;
    let (quota, older) = room(services, asker, owner, project).await?;
    let wish = CreateBuild { repository: format!("projects/{slug}"), source };
    let view = services.containers.create_build(&wish).await?;
    let id = view.id.clone();
    let event = Event::by(asker, "build.start", format!("build:{id}"))
        .saying(format!("Of project:{slug}."));
    let noted = services.db.write(move |conn| {
        let project = match change(conn)? {
            Ok(project) => project,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // Others may have started one in the meantime.
        let others = builds::under_way_beside(conn, owner, project)?;
        if let Err(refusal) = quota.one_more_build(others) {
            return Ok(Err(refusal));
        }
        builds::create(conn, &id, project)?;
        audit::add(conn, &event).map(Ok)
    });
    let noted = noted.await.map_err(Error::from).and_then(|done| Ok(done?));
    if let Err(error) = noted {
        // Nobody could see it. That it goes on unseen would cost time and nothing else.
        if let Err(error) = services.containers.cancel_build(&view.id).await {
            tracing::warn!(%error, build = %view.id, "a build goes on that belongs to nobody");
        }
        return Err(error);
    }
    for build in older {
        // The new build is on its way: that an old one goes on costs time and nothing else.
        let id = build.id.clone();
        if let Err(error) = cancel(services, asker, build).await {
            tracing::warn!(%error, build = %id, "an outdated build goes on");
        }
    }
    Ok(view.id)
}

/// The quota of the project's owner, if it lets one more build start, and the builds of the project
/// that are under way.
async fn room(
    services: &Services,
    asker: &Asker,
    owner: i64,
    project: Option<i64>,
) -> Result<(Quota, Vec<Build>), Error> {
    let (asker, config) = (asker.clone(), services.tries);
    let found = services.db.read(move |conn| {
        let quota = quotas::of_owner(conn, &config, &asker, owner)?;
        // No project has the number 0.
        let others = builds::under_way_beside(conn, owner, project.unwrap_or(0))?;
        let own = project.map(|id| builds::under_way_of(conn, id)).transpose()?;
        Ok((quota, others, own.unwrap_or_default()))
    });
    let (quota, others, own) = found.await?;
    quota.one_more_build(others)?;
    Ok((quota, own))
}

/// Stops a build; gives what became of it.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn cancel(services: &Services, asker: &Asker, build: Build) -> Result<Build, Error> {
    match services.containers.cancel_build(&build.id).await {
        Ok(()) => {}
        // Over already, or forgotten: what became of it is asked next.
        Err(ClientError::Refused(problem)) if problem.status < 500 => {}
        Err(error) => return Err(error.into()),
    }
    let event = Event::by(asker, "build.cancel", format!("build:{}", build.id));
    follow(services, build, Some(event)).await
}

/// Asks what became of a build, and writes it down.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn refresh(services: &Services, build: Build) -> Result<Build, Error> {
    follow(services, build, None).await
}

/// How long a build that has not ended will still take, as far as it is known.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(services: &Services, build: &Build) -> Result<Waiting, Error> {
    let queued = build.state == BuildState::Queued;
    let ahead = if queued { ahead(services, build).await } else { None };
    let project = build.project_id;
    let usual = services.db.read(move |conn| pace::build_seconds(conn, project)).await?;
    Ok(Waiting { queued, ahead, passed: Waiting::since(build.created_at, now()), usual })
}

/// How many builds get their turn before this one, which waits; nothing where nobody knows.
async fn ahead(services: &Services, build: &Build) -> Option<u32> {
    let view = services.containers.build(&build.id).await;
    view.inspect_err(|error| tracing::debug!(%error, "a build's place is unknown")).ok()?.ahead
}

/// The same; what was done to the build is written down with what became of it.
async fn follow(services: &Services, build: Build, event: Option<Event>) -> Result<Build, Error> {
    if build.state.is_final() {
        return Ok(build);
    }
    let news = match services.containers.build(&build.id).await {
        Ok(view) => News::from(view),
        Err(ClientError::Refused(problem)) if problem.status == 404 => interrupted(),
        Err(error) => return Err(error.into()),
    };
    if news.state == build.state && event.is_none() {
        return Ok(build);
    }
    let (id, told) = (build.id.clone(), news.clone());
    let noted = services.db.write(move |conn| {
        builds::record(conn, &id, &told)?;
        event.as_ref().map_or(Ok(()), |event| audit::add(conn, event))
    });
    noted.await?;
    let News { state, failure, image, image_bytes, ended_at } = news;
    Ok(Build { state, failure, image, image_bytes, ended_at, ..build })
}

/// What became of a build that the container server does not know any more.
fn interrupted() -> News {
    News {
        state: BuildState::Failed,
        failure: Some(FailureCause::Interrupted),
        image: None,
        image_bytes: None,
        ended_at: Some(now()),
    }
}

/// The build of this id with its project, for somebody who wishes to do something with it.
/// `action` is given the project's maintainer.
///
/// # Errors
/// [`Error::NoSuchBuild`], or why the policy refuses.
pub async fn open(
    services: &Services,
    id: &str,
    actor: Actor,
    action: impl FnOnce(i64) -> Action,
) -> Result<(Build, Project), Error> {
    let id: BuildId = id.parse().map_err(|_| Error::NoSuchBuild)?;
    let here = format!("/builds/{id}");
    let found = services.db.read(move |conn| {
        let Some(build) = builds::by_id(conn, &id)? else { return Ok(None) };
        let project = projects::by_id(conn, build.project_id)?;
        Ok(project.map(|project| (build, project)))
    });
    let (build, project) = found.await?.ok_or(Error::NoSuchBuild)?;
    policy::check(actor, action(project.owner_id), &here, Error::NoSuchBuild)?;
    Ok((build, project))
}
