//! How does a project come to another account? Its maintainer offers it, and the other one accepts
//! or declines: nobody gets a project, or loses room in a quota, without wishing to.

use super::SaveError;
use crate::{
    error::Error,
    i18n::{fill, t},
    input::FieldErrors,
    models::{
        audit::{self, Event},
        projects::{self, Project},
        upkeep::{self, Offer},
        users,
    },
    policy::{self, Action, Asker},
    quotas,
    service::Services,
};

/// Offers a project to the account named `to`. `confirmed` is its slug, typed again.
///
/// # Errors
/// What is wrong with what was typed, or why the policy refuses.
pub async fn offer(
    services: &Services,
    asker: &Asker,
    project: &Project,
    to: &str,
    confirmed: &str,
) -> Result<(), SaveError> {
    check(asker, project)?;
    let name = to.trim().to_lowercase();
    let mut errors = confirmation(project, confirmed).err().unwrap_or_default();
    let wanted = name.clone();
    let found = services.db.read(move |conn| users::by_name(conn, &wanted));
    let found = match name.contains('\0') {
        true => None,
        false => found.await.map_err(Error::from)?,
    };
    match &found {
        None => errors.add("to", t("Nobody here has that name. Type it exactly.")),
        Some(user) if policy::owns(user.id, project.owner_id) => {
            errors.add("to", t("It is this account's already."));
        }
        Some(_) => {}
    }
    let Some(user) = found.filter(|_| errors.is_empty()) else {
        return Err(SaveError::Fields(errors));
    };
    let id = project.id;
    let event = Event::by(asker, "project.offer", format!("project:{}", project.slug))
        .saying(format!("To user:{name}."));
    let done = services.db.write(move |conn| {
        upkeep::offer(conn, id, user.id)?;
        audit::add(conn, &event)
    });
    Ok(done.await.map_err(Error::from)?)
}

/// Checks that a project's slug was typed again, so that nothing happens by mistake.
///
/// # Errors
/// What is wrong, at the field `confirm`.
pub fn confirmation(project: &Project, typed: &str) -> Result<(), FieldErrors> {
    if typed.trim() == project.slug {
        return Ok(());
    }
    let words = fill(
        t("Type {slug} here, so that this does not happen by mistake."),
        &[("slug", &project.slug)],
    );
    Err(FieldErrors::of("confirm", words))
}

/// Takes an offer back.
///
/// # Errors
/// When the policy refuses.
pub async fn withdraw(services: &Services, asker: &Asker, project: &Project) -> Result<(), Error> {
    check(asker, project)?;
    let id = project.id;
    let event = Event::by(asker, "project.withdraw", format!("project:{}", project.slug));
    let done = services.db.write(move |conn| match upkeep::withdraw(conn, id)? {
        true => audit::add(conn, &event),
        false => Ok(()),
    });
    Ok(done.await?)
}

fn check(asker: &Asker, project: &Project) -> Result<(), Error> {
    let action = Action::TransferProject { owner: project.owner_id };
    policy::check(asker.actor, action, "/projects", Error::NoSuchProject)
}

/// Accepts the project at this place for the account `user`, whose quota counts.
///
/// # Errors
/// [`Error::NoSuchProject`] where it is not offered to this account, or what the quota refuses.
pub async fn accept(
    services: &Services,
    asker: &Asker,
    user: i64,
    slug: &str,
) -> Result<(), Error> {
    policy::check(asker.actor, Action::PublishProject, "/projects", Error::NoSuchProject)?;
    let (slug, asker, config) = (slug.to_owned(), asker.clone(), services.tries);
    let done = services.db.write(move |conn| {
        let Some(offer) = offer_at(conn, &slug, user)? else {
            return Ok(Err(Error::NoSuchProject));
        };
        let quota = quotas::of_owner(conn, &config, &asker, user)?;
        if let Err(refusal) = quota.one_more_project(projects::count_of(conn, user)?) {
            return Ok(Err(refusal.into()));
        }
        upkeep::give(conn, offer.project_id, user)?;
        let event = Event::by(&asker, "project.transfer", format!("project:{slug}"));
        audit::add(conn, &event.saying(format!("From user:{}.", offer.from))).map(Ok)
    });
    done.await?
}

/// Declines the project at this place.
///
/// # Errors
/// [`Error::NoSuchProject`] where it is not offered to this account.
pub async fn decline(
    services: &Services,
    asker: &Asker,
    user: i64,
    slug: &str,
) -> Result<(), Error> {
    policy::check(asker.actor, Action::PublishProject, "/projects", Error::NoSuchProject)?;
    let (slug, asker) = (slug.to_owned(), asker.clone());
    let done = services.db.write(move |conn| {
        let Some(offer) = offer_at(conn, &slug, user)? else { return Ok(false) };
        upkeep::withdraw(conn, offer.project_id)?;
        let event = Event::by(&asker, "project.decline", format!("project:{slug}"));
        audit::add(conn, &event).map(|()| true)
    });
    if done.await? { Ok(()) } else { Err(Error::NoSuchProject) }
}

/// The offer of the project at this place to this account.
fn offer_at(
    conn: &mut crate::db::AnyConnection,
    slug: &str,
    user: i64,
) -> diesel::QueryResult<Option<Offer>> {
    let Some(project) = projects::by_slug(conn, slug)? else { return Ok(None) };
    Ok(upkeep::offer_of(conn, project.id)?.filter(|offer| offer.to_id == user))
}
