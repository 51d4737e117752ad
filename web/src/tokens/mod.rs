//! Which tokens may programs log in with?

mod secret;

pub use secret::{InvalidToken, TokenSecret};

use crate::{
    error::Error,
    i18n::{fill, t},
    input::{
        FieldErrors,
        text::{check_line, one_line},
    },
    models::{
        audit, now,
        tokens::{self, New, Token},
        users::{self, User},
    },
    policy::{Asker, Scope},
    service::Services,
};
use chrono::TimeDelta;

/// How many tokens an account may have.
const MOST: usize = 50;
/// The longest name, in characters.
pub const NAME_LIMIT: usize = 64;
/// The lifetimes to choose from, in days; without one, a token does not end by itself.
pub const LIFETIMES: [u32; 3] = [30, 90, 365];

/// A wish for a token.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What to call it.
    pub name: String,
    /// How far it is to reach.
    pub scope: Scope,
    /// In how many days it ends, if ever.
    pub days: Option<u32>,
}

/// Makes a token. What is given out here can be had at no other time.
///
/// One that is made by another (`maker`) ends with it at the latest: what leaked does not outlive
/// its end.
///
/// # Errors
/// [`Error::Fields`] when the wish is not in order.
pub async fn make(
    services: &Services,
    asker: &Asker,
    user: &User,
    wish: Wish,
    maker: Option<&Token>,
) -> Result<(Token, TokenSecret), Error> {
    let user_id = user.id;
    let name = one_line(&wish.name);
    let errors = check(&name, wish.days);
    if !errors.is_empty() {
        return Err(Error::Fields(errors));
    }
    let wished = wish.days.map(|days| now() + TimeDelta::days(days.into()));
    let makers = maker.and_then(|maker| maker.expires_at);
    let expires_at = wished.into_iter().chain(makers).min();
    let secret = TokenSecret::random();
    let new = New { user_id, name, hash: secret.hash(), scope: wish.scope, expires_at };
    let asker = asker.clone();
    let made = services.db.write(move |conn| {
        if tokens::of_user(conn, user_id)?.len() >= MOST {
            return Ok(None);
        }
        let token = tokens::create(conn, &new)?;
        audit::add(conn, &event(&asker, "token.create", &token))?;
        Ok(Some(token))
    });
    let full = t("An account has up to {n} tokens. Revoke one that is not needed.");
    let message = fill(full, &[("n", &MOST)]);
    let made = made.await?.ok_or(Error::Fields(FieldErrors::of("name", message)))?;
    Ok((made, secret))
}

fn check(name: &str, days: Option<u32>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.check("name", check_line(name));
    if name.is_empty() {
        errors.add("name", t("Give the token a name, such as where it will be used."));
    }
    if name.chars().count() > NAME_LIMIT {
        errors.add("name", fill(t("A name has at most {n} characters."), &[("n", &NAME_LIMIT)]));
    }
    if days.is_some_and(|days| !LIFETIMES.contains(&days)) {
        errors.add("expires_in_days", t("Choose 30, 90 or 365 days, or no end."));
    }
    errors
}

/// Ends a token of an account.
///
/// # Errors
/// [`Error::NoSuchToken`] where the account has none of this number.
pub async fn revoke(
    services: &Services,
    asker: &Asker,
    user: &User,
    id: i64,
) -> Result<Token, Error> {
    let (user_id, asker) = (user.id, asker.clone());
    let removed = services.db.write(move |conn| {
        let removed = tokens::delete(conn, user_id, id)?;
        if let Some(token) = &removed {
            audit::add(conn, &event(&asker, "token.revoke", token))?;
        }
        Ok(removed)
    });
    removed.await?.ok_or(Error::NoSuchToken)
}

fn event(asker: &Asker, action: &'static str, token: &Token) -> audit::Event {
    let scope = token.scope.as_str();
    audit::Event::by(asker, action, format!("token:{}", token.id))
        .saying(format!("{}: may {scope}.", token.name))
}

/// Whose token this is.
///
/// # Errors
/// [`Error::BadToken`] when it was never given out, was revoked or has ended.
pub async fn holder(services: &Services, text: &str) -> Result<(User, Token), Error> {
    let hash = TokenSecret::parse(text).map_err(|_| Error::BadToken)?.hash();
    let found = services.db.read(move |conn| {
        let Some(token) = tokens::by_hash(conn, &hash)? else { return Ok(None) };
        Ok(users::by_id(conn, token.user_id)?.map(|user| (user, token)))
    });
    let (user, token) = found.await?.ok_or(Error::BadToken)?;
    let now = now();
    if token.has_expired(now) {
        return Err(Error::BadToken);
    }
    if token.is_due(now) {
        let id = token.id;
        services.db.write(move |conn| tokens::note_use(conn, id, now)).await?;
    }
    Ok((user, token))
}
