//! How do projects come into being and change?

pub mod catalogue;
pub mod markdown;

use crate::{
    builds,
    error::Error,
    input::{FieldErrors, project::Checked},
    models::{
        projects::{self, Project},
        users::User,
    },
    service::{Services, to_the_end},
};
use container_api::{BuildId, BuildSource, ClientError, Problem};
use std::sync::Arc;

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

/// Makes a project and starts its first build. Either both are done, or nothing.
///
/// # Errors
/// When the name is taken, or the build cannot be started.
pub async fn create(
    services: &Arc<Services>,
    owner: &User,
    checked: Checked,
) -> Result<BuildId, SaveError> {
    let (services, owner) = (services.clone(), owner.id);
    to_the_end(async move { create_now(&services, owner, checked).await }).await
}

async fn create_now(
    services: &Services,
    owner: i64,
    checked: Checked,
) -> Result<BuildId, SaveError> {
    let (slug, texts) = (checked.slug.clone(), checked.texts);
    let source = checked.source;
    let made =
        services.db.write(move |conn| projects::create(conn, owner, &slug, &texts, &source)).await;
    let project = match made {
        Ok(project) => project,
        Err(error) if error.is_duplicate() => return Err(taken(&checked.slug)),
        Err(error) => return Err(Error::from(error).into()),
    };
    match builds::start(services, &project).await {
        Ok(build) => Ok(build),
        Err(error) => {
            let id = project.id;
            let removed = services.db.write(move |conn| projects::delete(conn, id)).await;
            removed.map_err(Error::from)?;
            Err(refused(&project.source, error))
        }
    }
}

/// Changes a project; builds it when its source changed, or when `rebuild` asks for it. The image
/// that visitors get stays until the build has succeeded.
///
/// # Errors
/// When the name is taken, or the build cannot be started: the old texts and source stay.
pub async fn update(
    services: &Arc<Services>,
    project: Project,
    checked: Checked,
    rebuild: bool,
) -> Result<Option<BuildId>, SaveError> {
    let services = services.clone();
    to_the_end(async move { update_now(&services, project, checked, rebuild).await }).await
}

async fn update_now(
    services: &Services,
    project: Project,
    checked: Checked,
    rebuild: bool,
) -> Result<Option<BuildId>, SaveError> {
    let build = rebuild || checked.source != project.source;
    if build && uses_old_files(&checked.source, &project.source) {
        let message = "The files of the last build were used up by it. Choose them again.";
        return Err(SaveError::Fields(FieldErrors::of("context", message)));
    }
    let (id, texts, source) = (project.id, checked.texts, checked.source);
    let changed = Project { texts: texts.clone(), source: source.clone(), ..project.clone() };
    match services.db.write(move |conn| projects::update(conn, id, &texts, &source)).await {
        Ok(()) => {}
        Err(error) if error.is_duplicate() => return Err(taken(&checked.slug)),
        Err(error) => return Err(Error::from(error).into()),
    }
    if !build {
        return Ok(None);
    }
    match builds::start(services, &changed).await {
        Ok(build) => Ok(Some(build)),
        Err(error) => {
            let undo = services
                .db
                .write(move |conn| projects::update(conn, id, &project.texts, &project.source));
            undo.await.map_err(Error::from)?;
            Err(refused(&changed.source, error))
        }
    }
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
        "There is a project of this name already, at /p/{slug}. Choose a name that differs by more \
         than case and punctuation."
    );
    SaveError::Fields(FieldErrors::of("name", message))
}

/// What the container server says against a source belongs at the source's field; that it cannot
/// be reached belongs above the form, so that nothing typed is lost.
fn refused(source: &BuildSource, error: Error) -> SaveError {
    let field = match (&error, source) {
        (Error::Containers(ClientError::Refused(Problem { status: 400..500, .. })), source) => {
            match source {
                BuildSource::Script { .. } => "script",
                BuildSource::Dockerfile { .. } => "dockerfile",
            }
        }
        (Error::Containers(_), _) => "",
        _ => return SaveError::Other(error),
    };
    let said = error.problem();
    let message = if field.is_empty() {
        format!("{}. Nothing was saved; what you typed is still here. {}", said.title, said.detail)
    } else {
        said.detail
    };
    SaveError::Fields(FieldErrors::of(field, message))
}

/// The project at this place, if it is this maintainer's.
///
/// # Errors
/// [`Error::NoSuchProject`] also for another maintainer's.
pub async fn of_maintainer(services: &Services, slug: &str, user: &User) -> Result<Project, Error> {
    let (slug, owner) = (slug.to_owned(), user.id);
    let project = services.db.read(move |conn| projects::by_slug(conn, &slug)).await?;
    project.filter(|project| project.owner_id == owner).ok_or(Error::NoSuchProject)
}
