//! Choosing which sites may embed a project.

use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        embeds,
        projects::Project,
    },
    policy::{self, Action, Asker},
    service::Services,
};

/// Lets these parents embed the project, and no others.
///
/// # Errors
/// When the policy refuses, or the database cannot be written.
pub async fn allow(
    services: &Services,
    asker: &Asker,
    project: &Project,
    parents: &[String],
) -> Result<(), Error> {
    let action = Action::EditProject { owner: project.owner_id };
    policy::check(asker.actor, action, "/projects", Error::NoSuchProject)?;
    let list = parents.join("\n");
    let said = match parents {
        [] => "By nobody.".to_owned(),
        parents => format!("By {}.", parents.join(", ")),
    };
    let event = Event::by(asker, "project.embed", format!("project:{}", project.slug)).saying(said);
    let id = project.id;
    let changed = services.db.write(move |conn| {
        embeds::allow(conn, id, &list)?;
        audit::add(conn, &event)
    });
    Ok(changed.await?)
}
