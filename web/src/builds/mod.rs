//! How does a project become an image?

pub mod events;
pub mod words;

use crate::{
    error::Error,
    models::{
        builds::{self, Build, News},
        now,
        projects::{self, Project},
        users::User,
    },
    service::Services,
};
use container_api::{BuildId, BuildState, ClientError, CreateBuild, FailureCause};

/// Starts a build of a project. One that is still under way gives way: its source is out of date.
///
/// # Errors
/// When the container server refuses, or cannot be reached.
pub async fn start(services: &Services, project: &Project) -> Result<BuildId, Error> {
    let wish = CreateBuild {
        repository: format!("projects/{}", project.slug),
        source: project.source.clone(),
    };
    let view = services.containers.create_build(&wish).await?;
    let project_id = project.id;
    let older = services.db.read(move |conn| builds::under_way_of(conn, project_id)).await?;
    let id = view.id.clone();
    services.db.write(move |conn| builds::create(conn, &id, project_id)).await?;
    for build in older {
        // The new build is on its way: that an old one goes on costs time and nothing else.
        if let Err(error) = cancel(services, &build).await {
            tracing::warn!(%error, build = %build.id, "an outdated build goes on");
        }
    }
    Ok(view.id)
}

/// Stops a build.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn cancel(services: &Services, build: &Build) -> Result<(), Error> {
    match services.containers.cancel_build(&build.id).await {
        Ok(()) => {}
        // Over already, or forgotten: what became of it is asked next.
        Err(ClientError::Refused(problem)) if problem.status < 500 => {}
        Err(error) => return Err(error.into()),
    }
    refresh(services, build.clone()).await.map(drop)
}

/// Asks what became of a build, and writes it down.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn refresh(services: &Services, build: Build) -> Result<Build, Error> {
    if build.state.is_final() {
        return Ok(build);
    }
    let news = match services.containers.build(&build.id).await {
        Ok(view) => News::from(view),
        Err(ClientError::Refused(problem)) if problem.status == 404 => interrupted(),
        Err(error) => return Err(error.into()),
    };
    if news.state == build.state {
        return Ok(build);
    }
    let (id, told) = (build.id.clone(), news.clone());
    services.db.write(move |conn| builds::record(conn, &id, &told)).await?;
    let News { state, failure, image, ended_at } = news;
    Ok(Build { state, failure, image, ended_at, ..build })
}

/// What became of a build that the container server does not know any more.
fn interrupted() -> News {
    News {
        state: BuildState::Failed,
        failure: Some(FailureCause::Interrupted),
        image: None,
        ended_at: Some(now()),
    }
}

/// The build of this id with its project, if it is this maintainer's.
///
/// # Errors
/// [`Error::NoSuchBuild`] also for another maintainer's.
pub async fn of_maintainer(
    services: &Services,
    id: &str,
    user: Option<&User>,
) -> Result<(Build, Project), Error> {
    let id: BuildId = id.parse().map_err(|_| Error::NoSuchBuild)?;
    let owner = user.ok_or(Error::NoSuchBuild)?.id;
    let found = services.db.read(move |conn| {
        let Some(build) = builds::by_id(conn, &id)? else { return Ok(None) };
        let project = projects::by_id(conn, build.project_id)?;
        Ok(project.filter(|project| project.owner_id == owner).map(|project| (build, project)))
    });
    found.await?.ok_or(Error::NoSuchBuild)
}
