//! How is a sandbox steered while it lives: frozen, thawed, given more time, started afresh, named?

use super::{extension, open};
use crate::{
    error::Error,
    i18n::{fill, t},
    input::text,
    models::{
        audit::{self, Event},
        tries::{self, TAG_LIMIT},
    },
    policy::{Action, Asker},
    service::{Services, to_the_end},
};
use actix_web::web::Data;
use container_api::{ClientError, SandboxId, SandboxView};

/// What to do with a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Let it stand still.
    Freeze,
    /// Let it go on.
    Thaw,
    /// Give it more time.
    Extend,
    /// Start its program afresh, with nothing of what was written.
    Restart,
}

impl Turn {
    /// The word in the audit log.
    const fn action(self) -> &'static str {
        match self {
            Self::Freeze => "try.freeze",
            Self::Thaw => "try.thaw",
            Self::Extend => "try.extend",
            Self::Restart => "try.restart",
        }
    }
}

/// Steers a sandbox; shows how it stands then.
///
/// # Errors
/// [`Error::NoSuchSandbox`], or why the container server refuses.
pub async fn steer(
    services: &Data<Services>,
    asker: &Asker,
    id: &str,
    turn: Turn,
) -> Result<SandboxView, Error> {
    let (row, _) = open(services, id, asker, |own| Action::SteerSandbox { own }).await?;
    let event = Event::by(asker, turn.action(), format!("sandbox:{}", row.id));
    let services = services.clone();
    to_the_end(async move {
        let view = ask(&services, &row.id, turn).await?;
        services.db.write(move |conn| audit::add(conn, &event)).await?;
        Ok(view)
    })
    .await
}

async fn ask(services: &Services, id: &SandboxId, turn: Turn) -> Result<SandboxView, ClientError> {
    let containers = &services.containers;
    match turn {
        Turn::Freeze => containers.freeze_sandbox(id).await,
        Turn::Thaw => containers.thaw_sandbox(id).await,
        Turn::Extend => containers.extend_sandbox(id, extension::wish(&services.tries)).await,
        Turn::Restart => containers.restart_sandbox(id).await,
    }
}

/// Why a sandbox could not be steered, in words for a page that goes on; nothing where it is an
/// error of another kind.
#[must_use]
pub fn refusal(error: &Error) -> Option<&'static str> {
    let Error::Containers(ClientError::Refused(problem)) = error else { return None };
    match problem.kind.as_str() {
        "no-such-sandbox" | "sandbox-ended" => Some(t("It has ended in the meantime.")),
        "not-running" => Some(t("It is not running yet. Try again in a moment.")),
        "cannot-freeze" => Some(t("Sandboxes cannot be frozen on this server.")),
        "cannot-extend" => Some(t("It has all the time that it may have.")),
        "cannot-restart" => Some(t("Sandboxes cannot be started afresh on this server.")),
        _ => None,
    }
}

/// Names a try, living or ended; an empty tag takes the name away.
///
/// # Errors
/// [`Error::NoSuchSandbox`], or that the tag is no line of fair length.
pub async fn name(services: &Services, asker: &Asker, id: &str, tag: &str) -> Result<(), Error> {
    let (row, _) = open(services, id, asker, |own| Action::SteerSandbox { own }).await?;
    let tag = text::one_line(tag);
    text::check_line(&tag).map_err(Error::BadForm)?;
    if tag.chars().count() > TAG_LIMIT {
        let words = t("A tag is one line of up to {n} characters.");
        return Err(Error::BadForm(fill(words, &[("n", &TAG_LIMIT)])));
    }
    let event = Event::by(asker, "try.name", format!("sandbox:{}", row.id));
    let named = services.db.write(move |conn| {
        tries::name(conn, &row.id, &tag)?;
        audit::add(conn, &event)
    });
    Ok(named.await?)
}
