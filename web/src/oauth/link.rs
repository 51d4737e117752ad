//! Several identities on one account.

use super::{Welcome, profile::Profile};
use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        identities,
        users::{self, User},
    },
    policy::{self, Action, Asker},
    service::Services,
};

/// What became of a wish to unlink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlinked {
    /// It is unlinked; the provider's name.
    Gone(String),
    /// It is the last way into the account.
    LastWayIn,
    /// There is no such identity on this account; perhaps it went a moment before.
    Nothing,
}

/// Links somebody at a provider to an account. Whoever has the identity already keeps it.
pub(super) async fn link(
    services: &Services,
    asker: &Asker,
    user: &User,
    provider: &str,
    profile: Profile,
) -> Result<Welcome, Error> {
    let action = Action::ChangeAccount { id: user.id };
    policy::check(asker.actor, action, "/account", Error::Forbidden)?;
    let (id, provider) = (user.id, provider.to_owned());
    let event = Event::by(asker, "identity.link", format!("user:{}", user.name))
        .saying(format!("{provider}: {}", profile.label));
    let linked = services.db.write(move |conn| {
        if let Some(other) = identities::find(conn, &provider, &profile.subject)? {
            let own = other.user_id == id;
            return Ok(if own { Welcome::Linked } else { Welcome::Elsewhere });
        }
        identities::add(conn, id, &provider, &profile.subject, &profile.label)?;
        audit::add(conn, &event)?;
        Ok(Welcome::Linked)
    });
    match linked.await {
        // Another server linked it at the same moment.
        Err(error) if error.is_duplicate() => Ok(Welcome::Elsewhere),
        linked => Ok(linked?),
    }
}

/// Takes an identity off an account, unless nothing would be left to log in with.
///
/// # Errors
/// When the policy or the database refuses.
pub async fn unlink(
    services: &Services,
    asker: &Asker,
    user: &User,
    identity: i64,
) -> Result<Unlinked, Error> {
    let action = Action::ChangeAccount { id: user.id };
    policy::check(asker.actor, action, "/account", Error::Forbidden)?;
    let (asker, id) = (asker.clone(), user.id);
    let unlinked = services.db.write(move |conn| {
        // Two who unlink at once wait for each other here, on any database.
        users::lock(conn, id)?;
        let Some(user) = users::by_id(conn, id)? else { return Ok(Unlinked::Nothing) };
        let all = identities::of_user(conn, id)?;
        let Some(gone) = all.iter().find(|own| own.id == identity) else {
            return Ok(Unlinked::Nothing);
        };
        if all.len() == 1 && user.password_hash.is_none() {
            return Ok(Unlinked::LastWayIn);
        }
        identities::remove(conn, gone.id)?;
        let event = Event::by(&asker, "identity.unlink", format!("user:{}", user.name))
            .saying(format!("{}: {}", gone.provider, gone.label));
        audit::add(conn, &event)?;
        Ok(Unlinked::Gone(gone.provider.clone()))
    });
    Ok(unlinked.await?)
}
