//! How does a visitor come to a sandbox, and how does it end?

pub mod throttle;
pub mod words;

use crate::{
    error::Error,
    http::address::Prefix,
    models::{
        now,
        projects::{self, Project},
        tries::{self, Try},
    },
    service::{Services, to_the_end},
};
use actix_web::web::Data;
use container_api::{
    ClientError, CreateSandbox, EndReason, SandboxId, SandboxState, SandboxView, TerminalSize,
};

/// A wish to try a project.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The project's slug.
    pub slug: String,
    /// Who wishes.
    pub owner: String,
    /// From where.
    pub prefix: Option<Prefix>,
    /// The terminal's size.
    pub size: TerminalSize,
    /// Whether the visitor's running sandbox gives way.
    pub replace: bool,
}

/// Starts a sandbox.
///
/// # Errors
/// [`Error::Busy`] when the visitor has one already; else why it could not be started.
pub async fn start(services: &Data<Services>, wish: Wish) -> Result<SandboxView, Error> {
    let services = services.clone();
    to_the_end(async move { begin(&services, wish).await }).await
}

async fn begin(services: &Services, wish: Wish) -> Result<SandboxView, Error> {
    let slug = wish.slug.clone();
    let project = services.db.read(move |conn| projects::by_slug(conn, &slug)).await?;
    let project = project.ok_or(Error::NoSuchProject)?;
    let Some(image) = project.image.clone() else { return Err(Error::NotReady) };
    make_room(services, &wish.owner, wish.replace).await?;
    if let Some(prefix) = wish.prefix {
        let turn = services.throttle.take(prefix, std::time::Instant::now());
        turn.map_err(|wait| Error::TooMany { retry_after: wait.as_secs() + 1 })?;
    }
    let request = CreateSandbox {
        project: project.slug,
        title: project.texts.name,
        owner: wish.owner.clone(),
        owner_quota: services.tries.per_owner,
        image,
        limits: services.tries.limits,
        size: wish.size.clamped(),
    };
    let view = create(services, &request, wish.replace).await?;
    let (id, owner) = (view.id.clone(), wish.owner);
    let noted = services.db.write(move |conn| tries::create(conn, &id, project.id, &owner)).await;
    if let Err(error) = noted {
        // Nobody could open it.
        services.containers.stop_sandbox(&view.id).await?;
        return Err(error.into());
    }
    Ok(view)
}

/// Asks for the sandbox. Where one is in the way that this side does not know of, because the
/// server ended before it was written down, it gives way as well, if that is wished.
async fn create(
    services: &Services,
    request: &CreateSandbox,
    replace: bool,
) -> Result<SandboxView, Error> {
    let in_the_way = match services.containers.create_sandbox(request).await {
        Err(ClientError::Refused(problem)) if problem.kind == "quota-reached" => problem,
        other => return Ok(other?),
    };
    match in_the_way.sandbox.clone() {
        Some(other) if replace => {
            stop(services, &other).await?;
            Ok(services.containers.create_sandbox(request).await?)
        }
        Some(other) => Err(Error::Busy(other)),
        None => Err(ClientError::Refused(in_the_way).into()),
    }
}

/// The container server counts too, and has the last word. But it knows only the word under which
/// a sandbox was started, and a guest who logged in has another one since.
async fn make_room(services: &Services, owner: &str, replace: bool) -> Result<(), Error> {
    let key = owner.to_owned();
    let rows = services.db.read(move |conn| tries::live_of(conn, &key)).await?;
    let mut running = Vec::new();
    for row in rows {
        match look(services, &row).await? {
            Some(view) if view.state != SandboxState::Ended => running.push(row.id),
            _ => {}
        }
    }
    let quota = services.tries.per_owner as usize;
    if running.len() < quota {
        return Ok(());
    }
    if !replace {
        return Err(running.pop().map_or(Error::NotReady, Error::Busy));
    }
    // The oldest give way, until there is room for one more.
    for id in running.iter().take(running.len() + 1 - quota) {
        stop(services, id).await?;
    }
    Ok(())
}

/// The try of this id, with its project, if it is this visitor's.
///
/// # Errors
/// [`Error::NoSuchSandbox`] also for another visitor's.
pub async fn of_owner(
    services: &Services,
    id: &str,
    owner: Option<String>,
) -> Result<(Try, Project), Error> {
    let id: SandboxId = id.parse().map_err(|_| Error::NoSuchSandbox)?;
    let owner = owner.ok_or(Error::NoSuchSandbox)?;
    let found = services.db.read(move |conn| {
        let Some(row) = tries::by_id(conn, &id)?.filter(|row| row.owner_key == owner) else {
            return Ok(None);
        };
        let project = projects::by_id(conn, row.project_id)?;
        Ok(project.map(|project| (row, project)))
    });
    found.await?.ok_or(Error::NoSuchSandbox)
}

/// What the container server says of a try; nothing when it does not know it any more.
///
/// # Errors
/// When it cannot be asked.
pub async fn look(services: &Services, row: &Try) -> Result<Option<SandboxView>, Error> {
    match services.containers.sandbox(&row.id).await {
        Ok(view) => Ok(Some(view)),
        Err(ClientError::Refused(problem)) if problem.status == 404 => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How a try stands, put together from both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its terminal can be opened.
    Live(SandboxView),
    /// Over.
    Ended(EndReason),
}

/// How a try stands. The container server knows best; what it has forgotten has ended.
#[must_use]
pub fn standing(row: &Try, view: Option<SandboxView>) -> Standing {
    match view {
        Some(view) if view.state != SandboxState::Ended => Standing::Live(view),
        Some(SandboxView { end: Some(reason), .. }) => Standing::Ended(reason),
        _ => Standing::Ended(row.end.clone().unwrap_or_else(lost)),
    }
}

/// The end of a sandbox that nobody knows any more.
#[must_use]
pub fn lost() -> EndReason {
    EndReason::Failed { message: "The server lost track of this sandbox.".to_owned() }
}

/// Ends a sandbox and writes it down.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn stop(services: &Services, id: &SandboxId) -> Result<(), Error> {
    match services.containers.stop_sandbox(id).await {
        Ok(()) => {}
        // Gone already, and that is what was wanted.
        Err(ClientError::Refused(problem)) if matches!(problem.status, 404 | 410) => {}
        Err(error) => return Err(error.into()),
    }
    // It may have ended by itself a moment before.
    let reason = match services.containers.sandbox(id).await {
        Ok(SandboxView { end: Some(reason), .. }) => reason,
        _ => EndReason::Stopped,
    };
    let id = id.clone();
    services.db.write(move |conn| tries::end(conn, &id, now(), &reason)).await?;
    Ok(())
}
