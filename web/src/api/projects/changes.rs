//! Publishing, changing, building again and removing a project.

use super::{View, source::Source, view};
use crate::{
    api::{ApiResult, builds::BuildView, json::Json, signed_in},
    error::{ApiError, Error},
    http::{address::header_text, visitor::Visitor},
    i18n::{fill, t},
    input::{
        FieldErrors,
        project::{Checked, ProjectForm},
    },
    models::builds as build_rows,
    policy::{Action, Actor},
    projects::{self, Repeats, SaveError, upkeep},
    service::Services,
};
use actix_web::{HttpRequest, HttpResponse, web};
use container_api::BuildId;
use serde::{Deserialize, Serialize};

/// The longest `Idempotency-Key`, in bytes.
const KEY_LIMIT: usize = 255;

/// A request for a project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    name: String,
    category: String,
    short_description: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    licence: String,
    #[serde(default)]
    repository: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    topics: Vec<String>,
    source: Source,
}

/// What is to change of a project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    short_description: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    licence: Option<String>,
    #[serde(default)]
    repository: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    topics: Option<Vec<String>>,
    #[serde(default)]
    source: Option<Source>,
}

/// A project and the build that was started of it.
#[derive(Serialize)]
struct Saved {
    project: View,
    build: Option<BuildView>,
}

impl Saved {
    async fn read(
        services: &Services,
        actor: Actor,
        slug: &str,
        build: Option<BuildId>,
    ) -> Result<Self, Error> {
        let project = view(services, actor, slug).await?;
        let build = match build {
            Some(id) => Some(read_build(services, id, slug).await?),
            None => None,
        };
        Ok(Self { project, build })
    }
}

async fn read_build(services: &Services, id: BuildId, slug: &str) -> Result<BuildView, Error> {
    let build = services.db.read(move |conn| build_rows::by_id(conn, &id)).await?;
    Ok(BuildView::new(build.ok_or(Error::NoSuchBuild)?, slug))
}

/// `POST /api/v1/projects`
pub async fn create(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Json(wish): Json<Create>,
) -> ApiResult {
    let user = signed_in(&visitor)?;
    let repeats = repeats(&request)?;
    let form = ProjectForm {
        name: wish.name,
        category: wish.category,
        short: wish.short_description,
        description: wish.description,
        licence: wish.licence,
        repository: wish.repository,
        language: wish.language,
        topics: wish.topics.join(" "),
        ..ProjectForm::new()
    };
    let checked = check(wish.source.into_form(form))?;
    let slug = checked.slug.clone();
    let asker = visitor.asker();
    let build = projects::create(&services, &asker, user.id, checked, repeats).await;
    let build = build.map_err(told)?;
    let saved = Saved::read(&services, visitor.actor(), &slug, Some(build)).await?;
    let location = format!("/api/v1/projects/{slug}");
    Ok(HttpResponse::Created().insert_header(("location", location)).json(saved))
}

/// `PATCH /api/v1/projects/{slug}`
pub async fn update(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Json(wish): Json<Change>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |owner| Action::EditProject { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    let old = ProjectForm::of(&project);
    let form = ProjectForm {
        name: wish.name.unwrap_or(old.name.clone()),
        category: wish.category.unwrap_or(old.category.clone()),
        short: wish.short_description.unwrap_or(old.short.clone()),
        description: wish.description.unwrap_or(old.description.clone()),
        licence: wish.licence.unwrap_or(old.licence.clone()),
        repository: wish.repository.unwrap_or(old.repository.clone()),
        language: wish.language.unwrap_or(old.language.clone()),
        topics: wish.topics.map_or(old.topics.clone(), |words| words.join(" ")),
        ..old
    };
    let form = match wish.source {
        Some(source) => source.into_form(form),
        None => form,
    };
    let checked = check(form)?;
    let asker = visitor.asker();
    let build = projects::update(&services, &asker, project, checked, false).await;
    let build = build.map_err(told)?;
    let saved = Saved::read(&services, visitor.actor(), &slug, build).await?;
    Ok(HttpResponse::Ok().json(saved))
}

/// `POST /api/v1/projects/{slug}/builds`
pub async fn rebuild(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |owner| Action::BuildProject { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    let build = projects::rebuild(&services, &visitor.asker(), project).await.map_err(told)?;
    let location = format!("/api/v1/builds/{build}");
    let build = read_build(&services, build, &slug).await?;
    Ok(HttpResponse::Created().insert_header(("location", location)).json(build))
}

/// `DELETE /api/v1/projects/{slug}`
pub async fn delete(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |owner| Action::DeleteProject { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    projects::remove::remove(&services, &visitor.asker(), project).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which build visitors get again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    build: String,
}

/// `POST /api/v1/projects/{slug}/rollback`
pub async fn rollback(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Json(wish): Json<Rollback>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |owner| Action::EditProject { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    upkeep::rollback(&services, &visitor.asker(), &project, &wish.build).await?;
    Ok(HttpResponse::Ok().json(view(&services, visitor.actor(), &slug).await?))
}

/// `POST /api/v1/projects/{slug}/archive`
pub async fn archive(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    set_archived(&services, &visitor, &slug, true).await
}

/// `POST /api/v1/projects/{slug}/unarchive`
pub async fn unarchive(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    set_archived(&services, &visitor, &slug, false).await
}

async fn set_archived(
    services: &Services,
    visitor: &Visitor,
    slug: &str,
    archived: bool,
) -> ApiResult {
    signed_in(visitor)?;
    let action = |owner| Action::ArchiveProject { owner };
    let project = projects::open(services, slug, visitor.actor(), action, "/").await?;
    upkeep::archive(services, &visitor.asker(), &project, archived).await?;
    Ok(HttpResponse::Ok().json(view(services, visitor.actor(), slug).await?))
}

/// Whether the sender says that it may be asking again.
fn repeats(request: &HttpRequest) -> Result<Repeats, Error> {
    if !request.headers().contains_key("idempotency-key") {
        return Ok(Repeats::ByChance);
    }
    match header_text(request, "idempotency-key") {
        Some(key) if (1..=KEY_LIMIT).contains(&key.len()) => Ok(Repeats::OnPurpose),
        _ => {
            let message = fill(
                t("An Idempotency-Key has 1 to {n} visible characters."),
                &[("n", &KEY_LIMIT)],
            );
            Err(Error::BadRequest(message))
        }
    }
}

fn check(form: ProjectForm) -> Result<Checked, ApiError> {
    Ok(form.check().map_err(|errors| Error::Fields(named(errors)))?)
}

fn told(error: SaveError) -> ApiError {
    match error {
        SaveError::Fields(errors) => Error::Fields(named(errors)).into(),
        SaveError::Other(error) => error.into(),
    }
}

/// The errors with the names that the fields have here.
fn named(errors: FieldErrors) -> FieldErrors {
    errors.renamed(|field| match field {
        "long_description" => Some("description"),
        "base" => Some("source.base"),
        "script" => Some("source.script"),
        "command" => Some("source.command"),
        "dockerfile" => Some("source.dockerfile"),
        "context" => Some("source.context"),
        _ => None,
    })
}
