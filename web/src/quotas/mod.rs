//! How much may whoever asks have? Read from the database at every start, so that a change holds at
//! once, on every server.

use crate::{
    config::TryConfig,
    db::AnyConnection,
    error::Error,
    models::{
        audit::{self, Event},
        quotas, users,
    },
    policy::{
        self, Action, Asker,
        quota::{Numbers, Override, Quota, Who, effective},
        subject::Subject,
    },
    service::Services,
};
use diesel::QueryResult;

/// The quota of whoever asks.
pub fn of(conn: &mut AnyConnection, config: &TryConfig, asker: &Asker) -> QueryResult<Quota> {
    let rows = quotas::all(conn)?;
    Ok(effective(Quota::from(config), &rows, Who::of(asker), asker.prefix))
}

/// The quota of the account of this number, whoever asks for it: what it owns counts for it. The
/// program itself has none.
pub fn of_owner(
    conn: &mut AnyConnection,
    config: &TryConfig,
    asker: &Asker,
    owner: i64,
) -> QueryResult<Quota> {
    let rows = quotas::all(conn)?;
    let owner = users::by_id(conn, owner)?.map(|user| user.name).unwrap_or_default();
    let who = match Who::of(asker) {
        Who::System => Who::System,
        Who::Guest | Who::User(_) => Who::User(&owner),
    };
    Ok(effective(Quota::from(config), &rows, who, asker.prefix))
}

/// Every override.
///
/// # Errors
/// Where the asker may not see them, or the database fails.
pub async fn list(services: &Services, asker: &Asker, here: &str) -> Result<Vec<Override>, Error> {
    policy::check(asker.actor, Action::Oversee, here, Error::NoSuchPage)?;
    Ok(services.db.read(quotas::all).await?)
}

/// Sets an override, in the place of what was there.
///
/// # Errors
/// Where the asker may not, there is no such account, or the database fails.
pub async fn set(services: &Services, asker: &Asker, row: Override) -> Result<(), Error> {
    policy::check(asker.actor, Action::Administer, "/admin/quotas", Error::NoSuchPage)?;
    let event =
        Event::by(asker, "quota.set", format!("quota:{}", row.subject)).saying(words(&row.numbers));
    let known = services.db.write(move |conn| {
        if let Subject::OneUser(name) = &row.subject
            && users::by_name(conn, name)?.is_none()
        {
            return Ok(false);
        }
        quotas::set(conn, &row)?;
        audit::add(conn, &event)?;
        Ok(true)
    });
    if known.await? { Ok(()) } else { Err(Error::NoSuchUser) }
}

/// Removes an override; tells whether there was one.
///
/// # Errors
/// Where the asker may not, or the database fails.
pub async fn remove(services: &Services, asker: &Asker, subject: Subject) -> Result<bool, Error> {
    policy::check(asker.actor, Action::Administer, "/admin/quotas", Error::NoSuchPage)?;
    let event = Event::by(asker, "quota.reset", format!("quota:{subject}"));
    let removed = services.db.write(move |conn| {
        let removed = quotas::remove(conn, &subject)?;
        if removed {
            audit::add(conn, &event)?;
        }
        Ok(removed)
    });
    Ok(removed.await?)
}

/// What a row says, for the audit log.
fn words(numbers: &Numbers) -> String {
    let told = [
        ("sandboxes", numbers.sandboxes),
        ("starts per minute", numbers.starts_per_minute),
        ("projects", numbers.projects),
        ("builds", numbers.builds),
    ];
    let told = told.into_iter().filter_map(|(what, number)| Some(format!("{what} {}", number?)));
    let told: Vec<String> = told.collect();
    if told.is_empty() { "Nothing of its own.".to_owned() } else { told.join(", ") + "." }
}
