//! How do projects come into being and change?

mod again;
pub mod catalogue;
pub mod markdown;
pub mod remove;
pub mod statistics;
pub mod transfer;
pub mod upkeep;

use crate::{
    builds::{self, Wanted},
    db::AnyConnection,
    error::Error,
    i18n::t,
    input::{FieldErrors, project::Checked},
    models::{
        audit::{self, Event},
        projects::{self, Project},
    },
    policy::{self, Action, Actor, Asker},
    quotas,
    service::{Services, to_the_end},
};
use container_api::{BuildId, BuildSource, ClientError, Problem};
use std::sync::Arc;

pub use again::{Repeats, Turns};

/// Why a project was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Something about the form: it is shown again, with all that was typed.
    #[error("the form is not in order")]
    Fields(FieldErrors),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl SaveError {
    /// The same for a form: that somebody has enough already, or that the container server cannot
    /// be reached, is told above it, so that nothing typed is lost.
    #[must_use]
    pub fn for_form(self) -> Self {
        match self {
            Self::Other(Error::Quota(refusal)) => {
                let (title, text) = refusal.words();
                let message = format!("{title}. {text} What you typed is still here.");
                Self::Fields(FieldErrors::of("", message))
            }
            Self::Other(error @ Error::Containers(_)) => {
                let said = error.problem();
                let message = format!(
                    "{}. Nothing was saved; what you typed is still here. {}",
                    said.title, said.detail
                );
                Self::Fields(FieldErrors::of("", message))
            }
            other => other,
        }
    }
}

/// Makes a project of the account `owner` and starts its first build. Either both are done, or
/// nothing. Who repeats themselves gets the first answer.
///
/// # Errors
/// When the name is taken, or the build cannot be started.
pub async fn create(
    services: &Arc<Services>,
    asker: &Asker,
    owner: i64,
    checked: Checked,
    repeats: Repeats,
) -> Result<BuildId, SaveError> {
    let (services, asker) = (services.clone(), asker.clone());
    to_the_end(async move { create_now(&services, &asker, owner, checked, repeats).await }).await
}

async fn create_now(
    services: &Services,
    asker: &Asker,
    owner: i64,
    checked: Checked,
    repeats: Repeats,
) -> Result<BuildId, SaveError> {
    policy::check(asker.actor, Action::PublishProject, "/projects/new", Error::NoSuchPage)?;
    let _turn = services.turns.of(owner).await;
    if let Some(build) = again::first_answer(services, owner, &checked, repeats).await? {
        return Ok(build);
    }
    vacancy(services, asker, owner, &checked).await?;
    let Checked { slug, texts, source } = checked;
    let event = Event::by(asker, "project.create", format!("project:{slug}"));
    let (who, config) = (asker.clone(), services.tries);
    let wanted = Wanted { slug: slug.clone(), owner, project: None, source: source.clone() };
    let (place, built_from) = (slug.clone(), source.clone());
    let started = builds::start(services, asker, wanted, move |conn| {
        let quota = quotas::of_owner(conn, &config, &who, owner)?;
        if let Err(refusal) = quota.one_more_project(projects::count_of(conn, owner)?) {
            return Ok(Err(refusal));
        }
        audit::add(conn, &event)?;
        projects::create(conn, owner, &place, &texts, &built_from).map(|project| Ok(project.id))
    });
    started.await.map_err(|error| refused(&slug, &source, error))
}

/// Tells before anything is asked for that there is no room for a project: its name is taken, or
/// its owner has enough.
async fn vacancy(
    services: &Services,
    asker: &Asker,
    owner: i64,
    checked: &Checked,
) -> Result<(), SaveError> {
    let (who, config) = (asker.clone(), services.tries);
    let (slug, name) = (checked.slug.clone(), checked.texts.name.clone());
    let found = services.db.read(move |conn| {
        let quota = quotas::of_owner(conn, &config, &who, owner)?;
        let has = projects::count_of(conn, owner)?;
        Ok((quota.one_more_project(has), projects::is_taken(conn, &slug, &name)?))
    });
    let (quota, is_taken) = found.await.map_err(Error::from)?;
    if is_taken {
        return Err(taken(&checked.slug));
    }
    Ok(quota.map_err(Error::from)?)
}

/// Changes a project; builds it when its source changed, or when `rebuild` asks for it. The image
/// that visitors get stays until the build has succeeded.
///
/// # Errors
/// When the name is taken, or the build cannot be started: the old texts and source stay.
pub async fn update(
    services: &Arc<Services>,
    asker: &Asker,
    project: Project,
    checked: Checked,
    rebuild: bool,
) -> Result<Option<BuildId>, SaveError> {
    let (services, asker) = (services.clone(), asker.clone());
    to_the_end(async move { update_now(&services, &asker, project, checked, rebuild).await }).await
}

async fn update_now(
    services: &Services,
    asker: &Asker,
    project: Project,
    checked: Checked,
    rebuild: bool,
) -> Result<Option<BuildId>, SaveError> {
    let build = rebuild || checked.source != project.source;
    if build && uses_old_files(&checked.source, &project.source) {
        return Err(used_up());
    }
    let Checked { slug, texts, source } = checked;
    let (id, wanted) = (project.id, Wanted { source: source.clone(), ..Wanted::of(&project) });
    let event = Event::by(asker, "project.update", format!("project:{}", project.slug));
    let told = source.clone();
    let change = move |conn: &mut AnyConnection| {
        projects::update(conn, id, &texts, &source)?;
        audit::add(conn, &event)?;
        Ok(Ok(id))
    };
    let done = if build {
        builds::start(services, asker, wanted, change).await.map(Some)
    } else {
        services
            .db
            .write(change)
            .await
            .map_err(Error::from)
            .and_then(|done| Ok(done?))
            .map(|_| None)
    };
    done.map_err(|error| refused(&slug, &told, error))
}

/// Builds a project again, as it is.
///
/// # Errors
/// When the build cannot be started.
pub async fn rebuild(
    services: &Arc<Services>,
    asker: &Asker,
    project: Project,
) -> Result<BuildId, SaveError> {
    if uses_old_files(&project.source, &project.source) {
        return Err(used_up());
    }
    let (services, asker) = (services.clone(), asker.clone());
    let (id, wanted) = (project.id, Wanted::of(&project));
    let build = async move { builds::start(&services, &asker, wanted, move |_| Ok(Ok(id))).await };
    Ok(to_the_end(build).await?)
}

fn used_up() -> SaveError {
    let message = t("The files of the last build were used up by it. Choose them again.");
    SaveError::Fields(FieldErrors::of("context", message))
}

/// A context serves one build, and is gone then.
fn uses_old_files(new: &BuildSource, old: &BuildSource) -> bool {
    match (new, old) {
        (
            BuildSource::Dockerfile { context: Some(new), .. },
            BuildSource::Dockerfile { context: Some(old), .. },
        ) => new == old,
        _ => false,
    }
}

fn taken(slug: &str) -> SaveError {
    let message = format!(
        "There is a project of this name already, or of one that looks like it: see /p/{slug} and the \
         home page. Choose a name that differs by more than case, punctuation and look-alike \
         letters."
    );
    SaveError::Fields(FieldErrors::of("name", message))
}

/// That the name is taken belongs at its field, and what the container server says against a source
/// at the source's.
fn refused(slug: &str, source: &BuildSource, error: Error) -> SaveError {
    let field = match (&error, source) {
        (Error::Containers(ClientError::Refused(Problem { status: 400..500, .. })), source) => {
            match source {
                BuildSource::Script { .. } => "script",
                BuildSource::Dockerfile { .. } => "dockerfile",
            }
        }
        (Error::Db(error), _) if error.is_duplicate() => return taken(slug),
        _ => return SaveError::Other(error),
    };
    SaveError::Fields(FieldErrors::of(field, error.problem().detail))
}

/// The project at this place, for somebody who wishes to do something with it. `action` is given
/// its maintainer; `here` is where a guest comes back to after log-in.
///
/// # Errors
/// [`Error::NoSuchProject`], or why the policy refuses.
pub async fn open(
    services: &Services,
    slug: &str,
    actor: Actor,
    action: impl FnOnce(i64) -> Action,
    here: &str,
) -> Result<Project, Error> {
    let slug = slug.to_owned();
    let project = services.db.read(move |conn| projects::by_slug(conn, &slug)).await?;
    let project = project.ok_or(Error::NoSuchProject)?;
    policy::check(actor, action(project.owner_id), here, Error::NoSuchProject)?;
    Ok(project)
}
