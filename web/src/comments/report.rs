//! Saying that something is wrong: those who look after the site deal with it.

use crate::{
    error::Error,
    i18n::t,
    input::{FieldErrors, comment},
    models::{
        audit::{self, Event},
        comments::Comment,
        projects::Project,
        reports::{self, New, Reason},
    },
    policy::{self, Action, Asker},
    service::Services,
    throttle::Rate,
};
use std::time::Duration;

/// How many reports may come from one network.
const REPORTING: Rate = Rate::new(20, Duration::from_secs(3_600));

/// Whether a report was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is looked at.
    Now,
    /// The same visitor reported the same before, and nobody has dealt with it yet.
    Before,
}

/// Reports a project, or a comment on it.
///
/// # Errors
/// When the form is not in order (the fields `reason` and `detail`), or there were many reports
/// from this network in a short time.
pub async fn report(
    services: &Services,
    asker: &Asker,
    reporter: String,
    (project, comment): (&Project, Option<&Comment>),
    (reason, detail): (&str, &str),
) -> Result<Noted, Error> {
    policy::check(asker.actor, Action::Report, "/", Error::NoSuchProject)?;
    let (reason, detail) = checked(reason, detail)?;
    let comment_id = comment.map(|comment| comment.id);
    let network = asker.prefix.map_or_else(|| reporter.clone(), |prefix| prefix.to_string());
    services.throttle.take(&format!("report:{network}"), REPORTING).await?;
    let subject = match comment_id {
        Some(id) => format!("comment:{id}"),
        None => format!("project:{}", project.slug),
    };
    let event =
        Event::by(asker, "report.create", subject).saying(format!("Reason: {}.", reason.as_str()));
    let new = New { project_id: project.id, comment_id, reporter, reason, detail };
    let noted = services.db.write(move |conn| {
        if !reports::add(conn, &new)? {
            return Ok(Noted::Before);
        }
        audit::add(conn, &event).map(|()| Noted::Now)
    });
    Ok(noted.await?)
}

fn checked(reason: &str, detail: &str) -> Result<(Reason, String), Error> {
    let mut errors = FieldErrors::default();
    let known = Reason::of(reason);
    if known.is_none() {
        errors.add("reason", t("Choose what is wrong."));
    }
    let detail = comment::detail(detail).unwrap_or_else(|message| {
        errors.add("detail", message);
        String::new()
    });
    if known == Some(Reason::Other) && detail.is_empty() && errors.is_empty() {
        errors.add("detail", t("Say in a few words what is wrong."));
    }
    match known {
        Some(reason) if errors.is_empty() => Ok((reason, detail)),
        _ => Err(Error::Fields(errors)),
    }
}
