//! Dealing with what people report.

use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        reports as rows,
    },
    policy::{self, Action, Asker},
    service::Services,
};

/// Writes down that a report was dealt with. One that was already is as good.
///
/// # Errors
/// When the policy refuses, or the database fails.
pub async fn resolve(services: &Services, asker: &Asker, id: i64) -> Result<(), Error> {
    policy::check(asker.actor, Action::Administer, "/admin/reports", Error::NoSuchPage)?;
    let event = Event::by(asker, "report.resolve", format!("report:{id}"));
    let done = services.db.write(move |conn| match rows::resolve(conn, id)? {
        true => audit::add(conn, &event),
        false => Ok(()),
    });
    Ok(done.await?)
}
