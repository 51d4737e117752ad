//! Leaving: the account goes, with everything that it owns.

use super::{SignUpError, confirm};
use crate::{
    error::Error,
    http::visitor::user_key,
    i18n::{fill, t},
    input::FieldErrors,
    models::{
        audit::{self, Event},
        builds as build_rows,
        leaving::{self, Gone},
        roles, tries as try_rows,
        users::User,
    },
    policy::{self, Action, Asker},
    projects::remove::{end_what_runs, note_open_reports},
    service::{Services, to_the_end},
    tries,
};
use actix_web::web::Data;

/// What goes, for somebody who thinks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The names of their projects.
    pub projects: Vec<String>,
    /// How many sandboxes of theirs run.
    pub running: usize,
    /// Whether nobody else looks after the site.
    pub last_administrator: bool,
}

/// What would go.
///
/// # Errors
/// When the database fails.
pub async fn outlook(services: &Services, user: &User) -> Result<Outlook, Error> {
    let user = user.clone();
    let read = services.db.read(move |conn| {
        let administrators = roles::administrators(conn)?;
        Ok(Outlook {
            projects: leaving::projects(conn, user.id)?
                .into_iter()
                .map(|owned| owned.name)
                .collect(),
            running: try_rows::live_of(conn, &user_key(&user))?.len(),
            last_administrator: administrators == [user.name.as_str()],
        })
    });
    Ok(read.await?)
}

/// Deletes an account once its holder has shown that they mean it: by the password where there is
/// one, and by typing the name.
///
/// # Errors
/// When either is wrong, or what runs cannot be ended: then everything stays.
pub async fn leave(
    services: &Data<Services>,
    asker: &Asker,
    user: &User,
    (name, password): (&str, &str),
) -> Result<(), SignUpError> {
    let action = Action::ChangeAccount { id: user.id };
    policy::check(asker.actor, action, "/account/leave", Error::NoSuchUser)?;
    if name.trim() != user.name {
        let message = fill(t("Type {name} to show that you mean it."), &[("name", &user.name)]);
        return Err(SignUpError::Fields(FieldErrors::of("name", message)));
    }
    if user.password_hash.is_some() && !confirm(services, user, password).await? {
        let errors = FieldErrors::of("password", t("This is not your password."));
        return Err(SignUpError::Fields(errors));
    }
    let (services, asker, user) = (services.clone(), asker.clone(), user.clone());
    Ok(to_the_end(async move { leave_now(&services, &asker, &user).await }).await?)
}

async fn leave_now(services: &Services, asker: &Asker, user: &User) -> Result<(), Error> {
    let (id, key) = (user.id, user_key(user));
    let of_owner = key.clone();
    let read = services.db.read(move |conn| {
        let mut building = Vec::new();
        let mut living = try_rows::live_of(conn, &of_owner)?;
        for project in leaving::projects(conn, id)? {
            building.extend(build_rows::under_way_of(conn, project.id)?);
            living.extend(try_rows::live_of_project(conn, project.id)?);
        }
        Ok((building, living))
    });
    let (building, living) = read.await?;
    end_what_runs(services, asker, building, living).await?;
    let (asker, name) = (asker.clone(), user.name.clone());
    let stragglers = services.db.write(move |conn| {
        for project in leaving::projects(conn, id)? {
            note_open_reports(conn, project.id)?;
        }
        let gone = leaving::delete(conn, id, &name, &key)?;
        let account = format!("user:{name}");
        for project in &gone.projects {
            let event = Event::by(&asker, "project.delete", format!("project:{}", project.slug));
            audit::add(conn, &event.saying(format!("With {account}.")))?;
        }
        audit::add(conn, &Event::by(&asker, "account.delete", account))?;
        Ok(gone)
    });
    let Gone { projects, living: stragglers } = stragglers.await?;
    for project in projects {
        services.badges.forget(&project.slug);
    }
    // A ban went along, and is not for whoever takes the name next.
    services.bans.forget().await;
    // Started while the others were ended. Nobody can open them, and they end by themselves; and
    // sessions of nobody log nobody in.
    for sandbox in stragglers {
        if let Err(error) = tries::stop_untold(services, &sandbox).await {
            tracing::warn!(%error, %sandbox, "a sandbox outlives its account");
        }
    }
    if let Err(error) = services.sessions.revoke_others(id, None).await {
        tracing::warn!(%error, "sessions outlive their account");
    }
    Ok(())
}
