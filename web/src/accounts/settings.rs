//! Changing one's account: e-mail, password, sessions.

use super::{SignUpError, confirm};
use crate::{
    error::Error,
    i18n::t,
    input::{
        FieldErrors,
        account::{check_email, check_password},
    },
    models::{
        audit::{self, Event},
        sessions::Session,
        users::{self, User},
    },
    policy::{self, Action, Asker},
    service::{Services, to_the_end},
};
use actix_web::web::Data;

fn check(asker: &Asker, user: &User) -> Result<(), Error> {
    policy::check(asker.actor, Action::ChangeAccount { id: user.id }, "/account", Error::NoSuchUser)
}

/// Changes the address for e-mail; an empty one removes it.
///
/// # Errors
/// When it will not do, or the database fails.
pub async fn change_email(
    services: &Services,
    asker: &Asker,
    user: &User,
    email: &str,
) -> Result<(), SignUpError> {
    check(asker, user)?;
    if let Err(why) = check_email(email) {
        return Err(SignUpError::Fields(FieldErrors::of("email", why)));
    }
    let (id, email) = (user.id, email.to_owned());
    let event = Event::by(asker, "account.email", format!("user:{}", user.name));
    let changed = services.db.write(move |conn| {
        users::set_email(conn, id, Some(email.as_str()).filter(|email| !email.is_empty()))?;
        audit::add(conn, &event)
    });
    Ok(changed.await.map_err(Error::from)?)
}

/// Changes the password, or sets one where there is none, and ends every session but `keep`.
///
/// # Errors
/// When the old one is wrong or the new one will not do; [`Error::TooOften`].
pub async fn change_password(
    services: &Data<Services>,
    asker: &Asker,
    user: &User,
    keep: Option<&Session>,
    (old, new): (&str, &str),
) -> Result<(), SignUpError> {
    check(asker, user)?;
    if let Err(why) = check_password(new, &user.name) {
        return Err(SignUpError::Fields(FieldErrors::of("new_password", why)));
    }
    let wrong =
        || SignUpError::Fields(FieldErrors::of("old_password", t("This is not your password.")));
    if user.password_hash.is_some() && !confirm(services, user, old).await? {
        return Err(wrong());
    }
    let hash = services.hasher.hash(new).await.map_err(Error::from)?;
    let (services, user, keep) = (services.clone(), user.clone(), keep.map(|one| one.id.clone()));
    let event = Event::by(asker, "account.password", format!("user:{}", user.name));
    let changed = to_the_end(async move {
        // First, so that nothing is changed where sessions cannot be ended; and then those that
        // began in between.
        services.sessions.revoke_others(user.id, keep.as_deref()).await?;
        let (id, old) = (user.id, user.password_hash);
        let changed = services.db.write(move |conn| {
            let changed = users::set_password(conn, id, old.as_deref(), &hash)?;
            if changed {
                audit::add(conn, &event)?;
            }
            Ok(changed)
        });
        let changed = changed.await?;
        services.sessions.revoke_others(id, keep.as_deref()).await?;
        Ok::<_, Error>(changed)
    });
    // Another window was quicker.
    if changed.await? { Ok(()) } else { Err(wrong()) }
}

/// Ends a session of the account; tells whether there was one.
///
/// # Errors
/// When sessions or the database fail.
pub async fn revoke(
    services: &Services,
    asker: &Asker,
    user: &User,
    id: &str,
) -> Result<bool, Error> {
    check(asker, user)?;
    let gone = services.sessions.revoke(user.id, id).await?;
    if gone {
        note(services, asker, user, "One session.").await?;
    }
    Ok(gone)
}

/// Ends every session of the account but `keep`; tells how many.
///
/// # Errors
/// When sessions or the database fail.
pub async fn revoke_others(
    services: &Services,
    asker: &Asker,
    user: &User,
    keep: Option<&Session>,
) -> Result<usize, Error> {
    check(asker, user)?;
    let keep = keep.map(|one| one.id.as_str());
    let gone = services.sessions.revoke_others(user.id, keep).await?;
    if gone > 0 {
        note(services, asker, user, &format!("All others: {gone}.")).await?;
    }
    Ok(gone)
}

async fn note(services: &Services, asker: &Asker, user: &User, detail: &str) -> Result<(), Error> {
    let event = Event::by(asker, "session.revoke", format!("user:{}", user.name)).saying(detail);
    Ok(services.db.write(move |conn| audit::add(conn, &event)).await?)
}
