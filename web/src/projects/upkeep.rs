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
/// [`Error::NoSuchBuild`] where it is no build of the project, or none that was pushed.
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
    let done = services.db.write(move |conn| {
        let found = builds::by_id(conn, &build)?;
        let pushed = found.filter(|b| b.project_id == id && b.state == BuildState::Pushed);
        let Some((image, bytes)) = pushed.and_then(|b| Some((b.image?, b.image_bytes))) else {
            return Ok(false);
        };
        upkeep::set_image(conn, id, &image, bytes)?;
        audit::add(conn, &event).map(|()| true)
    });
    if done.await? { Ok(()) } else { Err(Error::NoSuchBuild) }
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
