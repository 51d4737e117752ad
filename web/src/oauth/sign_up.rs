//! An account for somebody whom a provider vouches for.

use super::{Arrival, names};
use crate::{
    accounts::SignUpError,
    error::Error,
    i18n::{fill, t},
    input::{FieldErrors, account::check_name},
    models::{
        audit::{self, Event},
        identities, now,
        users::{self, User},
    },
    policy::Asker,
    service::Services,
};
use chrono::TimeDelta;

/// What came of choosing a name.
pub enum Finished {
    /// The account was made.
    Made(User),
    /// There is one of this identity already: the form was sent twice.
    Known(User),
}

/// A free user name for somebody, as close as can be to what they are called elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn suggest(services: &Services, arrival: &Arrival) -> Result<String, Error> {
    let candidates = names::candidates(&arrival.name);
    let names = candidates.clone();
    let taken = services.db.read(move |conn| users::taken(conn, &names)).await?;
    let free = candidates.into_iter().find(|name| !taken.contains(name));
    Ok(free.unwrap_or_default())
}

/// Makes the account, without a password, and links the identity to it.
///
/// # Errors
/// When the name will not do, or is taken.
pub async fn finish(
    services: &Services,
    asker: &Asker,
    arrival: &Arrival,
    name: &str,
) -> Result<Finished, SignUpError> {
    if let Err(why) = check_name(name) {
        return Err(SignUpError::Fields(FieldErrors::of("username", why)));
    }
    let subject = format!("user:{name}");
    let event = Event::by(asker, "account.create", subject)
        .saying(format!("by {}: {}", arrival.provider, arrival.label));
    let (arrival, wish) = (arrival.clone(), name.to_owned());
    let made = services.db.write(move |conn| {
        if let Some(known) = identities::find(conn, &arrival.provider, &arrival.subject)? {
            return Ok(users::by_id(conn, known.user_id)?.map(Finished::Known));
        }
        if users::by_name(conn, &wish)?.is_some() {
            return Ok(None);
        }
        let user = users::create(conn, &wish, None)?;
        identities::add(conn, user.id, &arrival.provider, &arrival.subject, &arrival.label)?;
        audit::add(conn, &event)?;
        Ok(Some(Finished::Made(user)))
    });
    let taken = || {
        let words = t("The name {name} is taken already. Choose another one.");
        let message = fill(words, &[("name", &name)]);
        SignUpError::Fields(FieldErrors::of("username", message))
    };
    match made.await {
        // A second press is harmless; an old arrival that is brought again is no way in.
        Ok(Some(Finished::Known(user))) if now() - user.created_at > TimeDelta::minutes(1) => {
            let message = t("This log-in was used already. Start again from the log-in page.");
            Err(SignUpError::Fields(FieldErrors::of("", message)))
        }
        Ok(made) => made.ok_or_else(taken),
        // Another server was quicker, with the name or with the identity: the next attempt tells.
        Err(error) if error.is_duplicate() => Err(taken()),
        Err(error) => Err(SignUpError::Other(error.into())),
    }
}
