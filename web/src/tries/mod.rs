//! How does a visitor come to a sandbox, and how does it end?

pub mod extension;
pub mod mine;
pub mod steer;
pub mod words;

use crate::{
    error::Error,
    models::{
        audit::{self, Event},
        now,
        projects::{self, Project},
        tries::{self, Timings, Try},
    },
    policy::{
        self, Action, Asker,
        quota::{Quota, Who},
    },
    quotas,
    service::{Services, to_the_end},
    throttle::Rate,
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
    pub asker: Asker,
    /// The word under which the sandbox is counted.
    pub owner: String,
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
    policy::check(wish.asker.actor, Action::TryProject, "/", Error::NoSuchProject)?;
    let (slug, asker, config) = (wish.slug.clone(), wish.asker.clone(), services.tries);
    let address = wish.asker.address();
    let here = address.clone();
    let found = services.db.read(move |conn| {
        let quota = quotas::of(conn, &config, &asker)?;
        Ok((projects::by_slug(conn, &slug)?, quota, tries::living_at(conn, &here)?))
    });
    let (project, quota, living) = found.await?;
    let project = project.ok_or(Error::NoSuchProject)?;
    if project.archived_at.is_some() {
        return Err(Error::Archived);
    }
    let Some(image) = project.image.clone() else { return Err(Error::NotReady) };
    check_quota(services, &wish, &quota, living).await?;
    let request = CreateSandbox {
        project: project.slug,
        title: project.texts.name,
        owner: wish.owner.clone(),
        owner_quota: quota.sandboxes,
        image,
        limits: services.tries.limits,
        size: wish.size.clamped(),
        behind_walls: policy::only_behind_walls(wish.asker.actor),
    };
    let view = create(services, &wish, &request).await?;
    let (id, owner) = (view.id.clone(), wish.owner);
    let event = Event::by(&wish.asker, "try.start", format!("sandbox:{id}"))
        .saying(format!("Of project:{}.", request.project));
    let noted = services.db.write(move |conn| {
        // Others may have started one in the meantime.
        if let Err(refusal) = quota.one_more_in_network(tries::living_at(conn, &address)?) {
            return Ok(Err(refusal));
        }
        tries::create(conn, &id, project.id, &owner, &address)?;
        audit::add(conn, &event).map(Ok)
    });
    let noted = noted.await.map_err(Error::from).and_then(|done| Ok(done?));
    if let Err(error) = noted {
        // Nobody could open it.
        services.containers.stop_sandbox(&view.id).await?;
        return Err(error);
    }
    Ok(view)
}

/// Whether one more sandbox may start, of this visitor and from this network, where so many live.
async fn check_quota(
    services: &Services,
    wish: &Wish,
    quota: &Quota,
    living: i64,
) -> Result<(), Error> {
    quota.admits(Who::of(&wish.asker))?;
    if !wish.replace {
        quota.one_more_in_network(living)?;
    }
    make_room(services, wish, quota.sandboxes).await?;
    if let Some(prefix) = wish.asker.prefix {
        let rate = Rate::per_minute(quota.starts_per_minute);
        let turn = services.throttle.take(&format!("try:{prefix}"), rate).await;
        turn.map_err(|error| match error.into() {
            Error::TooOften { retry_after } => Error::TooMany { retry_after },
            other => other,
        })?;
    }
    Ok(())
}

/// Asks for the sandbox. Where one is in the way that this side does not know of, because the
/// server ended before it was written down, it gives way as well, if that is wished.
async fn create(
    services: &Services,
    wish: &Wish,
    request: &CreateSandbox,
) -> Result<SandboxView, Error> {
    let in_the_way = match services.containers.create_sandbox(request).await {
        Err(ClientError::Refused(problem)) if problem.kind == "quota-reached" => problem,
        other => return Ok(other?),
    };
    match in_the_way.sandbox.clone() {
        Some(other) if wish.replace => {
            stop(services, &wish.asker, &other, true).await?;
            Ok(services.containers.create_sandbox(request).await?)
        }
        Some(other) => Err(Error::Busy(other)),
        None => Err(ClientError::Refused(in_the_way).into()),
    }
}

/// The container server counts too, and has the last word. But it knows only the word under which
/// a sandbox was started, and a guest who logged in has another one since.
async fn make_room(services: &Services, wish: &Wish, quota: u32) -> Result<(), Error> {
    let key = wish.owner.clone();
    let rows = services.db.read(move |conn| tries::live_of(conn, &key)).await?;
    let mut running = Vec::new();
    for row in rows {
        match look(services, &row).await? {
            Some(view) if view.state != SandboxState::Ended => running.push(row.id),
            _ => {}
        }
    }
    let quota = quota as usize;
    if running.len() < quota {
        return Ok(());
    }
    if !wish.replace {
        return Err(running.pop().map_or(Error::NotReady, Error::Busy));
    }
    // The oldest give way, until there is room for one more.
    for id in running.iter().take(running.len() + 1 - quota) {
        stop(services, &wish.asker, id, true).await?;
    }
    Ok(())
}

/// The try of this id, with its project, for somebody who wishes to do something with it. `action`
/// is given whether it is their own.
///
/// # Errors
/// [`Error::NoSuchSandbox`] also where the policy hides another visitor's.
pub async fn open(
    services: &Services,
    id: &str,
    asker: &Asker,
    action: impl FnOnce(bool) -> Action,
) -> Result<(Try, Project), Error> {
    let id: SandboxId = id.parse().map_err(|_| Error::NoSuchSandbox)?;
    let found = services.db.read(move |conn| {
        let Some(row) = tries::by_id(conn, &id)? else { return Ok(None) };
        let project = projects::by_id(conn, row.project_id)?;
        Ok(project.map(|project| (row, project)))
    });
    let (row, project) = found.await?.ok_or(Error::NoSuchSandbox)?;
    policy::check(asker.actor, action(asker.is(&row.owner_key)), "/", Error::NoSuchSandbox)?;
    Ok((row, project))
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

/// Ends a sandbox and writes it down. `own` says whether the asker started it; to another's visitor
/// it is the operator who ended it.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn stop(
    services: &Services,
    asker: &Asker,
    id: &SandboxId,
    own: bool,
) -> Result<(), Error> {
    let (stopped, reason) = match own {
        true => (services.containers.stop_sandbox(id).await, EndReason::Stopped),
        false => (services.containers.stop_sandbox_as_operator(id).await, EndReason::Operator),
    };
    or_gone(stopped)?;
    // It may have ended by itself a moment before.
    let view = services.containers.sandbox(id).await.ok();
    let timings = view.as_ref().map(Timings::of).unwrap_or_default();
    let reason = view.and_then(|view| view.end).unwrap_or(reason);
    let id = id.clone();
    let event = Event::by(asker, "try.stop", format!("sandbox:{id}"));
    let noted = services.db.write(move |conn| {
        tries::time(conn, &id, timings)?;
        match tries::end(conn, &id, now(), &reason)? {
            true => audit::add(conn, &event),
            false => Ok(()),
        }
    });
    Ok(noted.await?)
}

/// Ends a sandbox whose try is about to be forgotten: nothing is written down.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn stop_untold(services: &Services, id: &SandboxId) -> Result<(), Error> {
    or_gone(services.containers.stop_sandbox(id).await)
}

/// A sandbox that is gone already is as good as stopped.
fn or_gone(stopped: Result<(), ClientError>) -> Result<(), Error> {
    match stopped {
        Err(ClientError::Refused(problem)) if matches!(problem.status, 404 | 410) => Ok(()),
        stopped => Ok(stopped?),
    }
}
