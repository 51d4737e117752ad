//! Who may log in, and what may they do with their account?

mod attempts;
pub mod export;
pub mod leave;
pub mod password;
pub mod settings;

use crate::{
    error::Error,
    i18n::{fill, t},
    input::{
        FieldErrors,
        account::{check_email, check_name, check_password},
    },
    models::{
        audit::{self, Event},
        now,
        users::{self, User},
    },
    policy::Asker,
    service::Services,
};
use attempts::Attempt;
use chrono::TimeDelta;

/// A form that was sent twice comes within so long.
const TWICE: TimeDelta = TimeDelta::minutes(1);

/// Why nobody was signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Something about the form.
    #[error("the form is not in order")]
    Fields(FieldErrors),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// What somebody who signs up typed.
#[derive(Clone)]
pub struct NewAccount {
    /// The name to log in with.
    pub name: String,
    /// An address for e-mail; empty where none was given. Nobody asks whether it is theirs, so
    /// nothing may hang on it, and several accounts may have the same.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Makes an account. A form that was sent twice at once makes one, and both get it.
///
/// # Errors
/// When the name, the address or the password will not do, or the name is taken; [`Error::TooOften`].
pub async fn sign_up(
    services: &Services,
    asker: &Asker,
    wish: &NewAccount,
) -> Result<User, SignUpError> {
    let mut errors = FieldErrors::default();
    errors.check("username", check_name(&wish.name));
    errors.check("email", check_email(&wish.email));
    errors.check("password", check_password(&wish.password, &wish.name));
    if !errors.is_empty() {
        return Err(SignUpError::Fields(errors));
    }
    let per_hour = services.accounts.sign_ups_per_hour;
    attempts::sign_up(&services.throttle, asker.prefix, per_hour).await?;
    let hash = services.hasher.hash(&wish.password).await.map_err(Error::from)?;
    let event = Event::by(asker, "account.create", format!("user:{}", wish.name));
    let (name, email) = (wish.name.clone(), wish.email.clone());
    let made = services.db.write(move |conn| {
        let user = users::create(conn, &name, Some(&hash))?;
        users::set_email(conn, user.id, Some(email.as_str()).filter(|email| !email.is_empty()))?;
        audit::add(conn, &event)?;
        Ok(user)
    });
    match made.await {
        Ok(user) => Ok(user),
        Err(error) if error.is_duplicate() => {
            Ok(same(services, asker, wish).await?.ok_or_else(|| {
                let taken = t("The name {name} is taken already. Choose another one.");
                let message = fill(taken, &[("name", &wish.name)]);
                SignUpError::Fields(FieldErrors::of("username", message))
            })?)
        }
        Err(error) => Err(SignUpError::Other(error.into())),
    }
}

/// The account that this very form made a moment ago, when it was sent twice.
async fn same(
    services: &Services,
    asker: &Asker,
    wish: &NewAccount,
) -> Result<Option<User>, Error> {
    let name = wish.name.clone();
    let user = services.db.read(move |conn| users::by_name(conn, &name)).await?;
    match user {
        Some(user) if now() - user.created_at < TWICE => {
            log_in(services, asker, &user.name, &wish.password).await
        }
        _ => Ok(None),
    }
}

/// The account of this name and password, if there is one. An unknown name costs as much work as
/// a wrong password, and is counted like one.
///
/// # Errors
/// [`Error::TooOften`]; when the database or the hashing fails.
pub async fn log_in(
    services: &Services,
    asker: &Asker,
    name: &str,
    password: &str,
) -> Result<Option<User>, Error> {
    let name = name.to_ascii_lowercase();
    let attempt = match Attempt::to_log_in(&services.throttle, &name, asker.prefix).await {
        Err(error @ Error::TooOften { .. }) => {
            note_refusal(services, asker, &name).await?;
            return Err(error);
        }
        attempt => attempt?,
    };
    let user = services.db.read(move |conn| users::by_name(conn, &name)).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = services.hasher.verify(password, hash).await?;
    if right {
        attempt.give_back().await?;
    }
    Ok(user.filter(|_| right))
}

/// Writes down that somebody guesses at passwords: once in a while, not each time.
async fn note_refusal(services: &Services, asker: &Asker, name: &str) -> Result<(), Error> {
    if !attempts::is_news(&services.throttle, asker.prefix).await? {
        return Ok(());
    }
    // What is no name goes into no row.
    let subject = if check_name(name).is_ok() { format!("user:{name}") } else { "user".to_owned() };
    let event = Event::by(asker, "session.refuse", subject)
        .saying("Too many wrong passwords; told at most once in a quarter of an hour.");
    Ok(services.db.write(move |conn| audit::add(conn, &event)).await?)
}

/// Whether this is the password of an account's holder, who is logged in already.
///
/// # Errors
/// [`Error::TooOften`]; when the hashing fails.
async fn confirm(services: &Services, user: &User, password: &str) -> Result<bool, Error> {
    let attempt = Attempt::to_confirm(&services.throttle, user.id).await?;
    let right = services.hasher.verify(password, user.password_hash.clone()).await?;
    if right {
        attempt.give_back().await?;
    }
    Ok(right)
}
