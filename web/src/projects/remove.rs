//! Removing a project, with everything of it: what runs is ended, what is kept is forgotten.

use crate::{
    builds,
    db::AnyConnection,
    error::Error,
    models::{
        audit::{self, Event},
        builds::{self as build_rows, Build},
        projects::{self, Project},
        reports::{self, New},
        tries::{self as try_rows, Try},
    },
    policy::{self, Action, Asker},
    service::{Services, to_the_end},
    tries,
};
use diesel::QueryResult;
use std::sync::Arc;

/// Removes a project.
///
/// # Errors
/// When the policy refuses, or what runs of it cannot be ended: then it stays.
pub async fn remove(
    services: &Arc<Services>,
    asker: &Asker,
    project: Project,
) -> Result<(), Error> {
    let action = Action::DeleteProject { owner: project.owner_id };
    policy::check(asker.actor, action, "/projects", Error::NoSuchProject)?;
    let (services, asker) = (services.clone(), asker.clone());
    to_the_end(async move { remove_now(&services, &asker, &project).await }).await
}

async fn remove_now(services: &Services, asker: &Asker, project: &Project) -> Result<(), Error> {
    let id = project.id;
    let read = move |conn: &mut _| {
        Ok((build_rows::under_way_of(conn, id)?, try_rows::live_of_project(conn, id)?))
    };
    let (building, living) = services.db.read(read).await?;
    end_what_runs(services, asker, building, living).await?;
    let event = Event::by(asker, "project.delete", format!("project:{}", project.slug));
    let gone = services.db.write(move |conn| {
        note_open_reports(conn, id)?;
        projects::delete(conn, id)?;
        audit::add(conn, &event)
    });
    gone.await?;
    services.badges.forget(&project.slug);
    Ok(())
}

/// Writes into the audit log what was reported of a project that is about to go, as far as nobody
/// has dealt with it: whoever is reported does not get rid of that by deleting the project. It is in
/// nobody's name, so that no export of an account shows who reported what.
pub fn note_open_reports(conn: &mut AnyConnection, project: i64) -> QueryResult<()> {
    for report in reports::open_of_project(conn, project)? {
        let subject = format!("project:{}", report.slug);
        let New { comment_id, reason, detail, .. } = report.new;
        let what = comment_id.map_or_else(String::new, |id| format!(" (comment:{id})"));
        let words =
            format!("Gone with its project, undealt with: {}{what}. {detail}", reason.as_str());
        audit::add(conn, &Event::by(&Asker::system(), "report.gone", subject).saying(words))?;
    }
    Ok(())
}

/// Cancels these builds and stops these sandboxes, before everything of them is forgotten.
///
/// # Errors
/// At the first that cannot be ended.
pub async fn end_what_runs(
    services: &Services,
    asker: &Asker,
    building: Vec<Build>,
    living: Vec<Try>,
) -> Result<(), Error> {
    for build in building {
        builds::cancel(services, asker, build).await?;
    }
    for row in living {
        tries::stop_untold(services, &row.id).await?;
    }
    Ok(())
}
