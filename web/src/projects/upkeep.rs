//! Giving visitors an earlier image again, and taking a project out of the catalogue.

use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        builds,
        projects::Project,
        upkeep,
    },
    policy::{self, Action, Asker},
    service::Services,
};
use container_api::{BuildId, BuildState};

/// Gives visitors the image of an earlier build again, until a later one is pushed.
///
/// # Errors
/// [`Error::NoSuchBuild`] where it is no build of the project, or none that was pushed;
/// [`Error::ImageGone`] where the registry holds its image no more; or that it cannot be asked.
pub async fn rollback(
    services: &Services,
    asker: &Asker,
    project: &Project,
    build: &str,
) -> Result<(), Error> {
    let action = Action::EditProject { owner: project.owner_id };
    policy::check(asker.actor, action, "/projects", Error::NoSuchProject)?;
    let build: BuildId = build.parse().map_err(|_| Error::NoSuchBuild)?;
    let id = project.id;
    let event = Event::by(asker, "project.rollback", format!("project:{}", project.slug))
        .saying(format!("To build:{build}."));
    let found = services.db.read(move |conn| builds::by_id(conn, &build)).await?;
    let pushed = found.filter(|b| b.project_id == id && b.state == BuildState::Pushed);
    let (image, bytes) =
        pushed.and_then(|b| Some((b.image?, b.image_bytes))).ok_or(Error::NoSuchBuild)?;
    // Visitors would get nothing, and the one that they get now is good.
    if !services.containers.has_image(&image).await? {
        return Err(Error::ImageGone);
    }
    let done = services.db.write(move |conn| {
        upkeep::set_image(conn, id, &image, bytes)?;
        audit::add(conn, &event)
    });
    Ok(done.await?)
}

/// Takes a project out of the catalogue, or puts it back. What runs of it goes on.
///
/// # Errors
/// When the policy refuses.
pub async fn archive(
    services: &Services,
    asker: &Asker,
    project: &Project,
    archived: bool,
) -> Result<(), Error> {
    let action = Action::ArchiveProject { owner: project.owner_id };
    policy::check(asker.actor, action, "/projects", Error::NoSuchProject)?;
    let id = project.id;
    let word = if archived { "project.archive" } else { "project.unarchive" };
    let event = Event::by(asker, word, format!("project:{}", project.slug));
    let done = services.db.write(move |conn| match upkeep::archive(conn, id, archived)? {
        true => audit::add(conn, &event),
        false => Ok(()),
    });
    Ok(done.await?)
}
