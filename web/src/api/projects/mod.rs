//! `/api/v1/projects`: what can be tried, and publishing it.

mod changes;
pub mod demo;
mod source;

pub use changes::{archive, create, delete, rebuild, rollback, unarchive, update};

use super::{
    ApiResult,
    paging::{self, Query},
};
use crate::{
    discover::{ranking::Sort, search},
    error::Error,
    http::visitor::Visitor,
    i18n::{fill, t},
    input::{FieldErrors, project::CATEGORIES},
    models::{
        listing::{self, Filter, Listed},
        projects,
    },
    policy::{self, Action, Actor, Answer, decide},
    service::Services,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use container_api::{BuildId, BuildState};
use serde::{Deserialize, Serialize};
use source::Source;

/// Which projects are asked for.
#[derive(Deserialize)]
pub struct Wish {
    q: Option<String>,
    category: Option<String>,
    owner: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

/// A project as lists show it.
#[derive(Serialize)]
struct Summary {
    slug: String,
    name: String,
    category: String,
    short_description: String,
    owner: String,
    ready: bool,
    tries: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// For those who may see its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_build: Option<Latest>,
}

/// The newest build.
#[derive(Serialize)]
struct Latest {
    id: BuildId,
    state: BuildState,
}

/// A project with all that there is to say.
#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    summary: Summary,
    description: String,
    licence: String,
    repository: String,
    language: String,
    topics: Vec<String>,
    archived: bool,
    image_bytes: Option<i64>,
    /// For those who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

fn sees_source(actor: Actor, owner: i64) -> bool {
    decide(actor, Action::SeeSource { owner }) == Answer::Yes
}

impl Summary {
    fn of(row: Listed, actor: Actor) -> Self {
        let latest = row.build.map(|(id, state)| Latest { id, state });
        Self {
            slug: row.slug,
            name: row.name,
            category: row.category,
            short_description: row.short,
            owner: row.owner,
            ready: row.ready,
            tries: row.tries,
            created_at: row.created_at,
            updated_at: row.updated_at,
            latest_build: latest.filter(|_| sees_source(actor, row.owner_id)),
        }
    }
}

/// The project at this place, as this asker sees it.
async fn view(services: &Services, actor: Actor, slug: &str) -> Result<View, Error> {
    paging::check_name("slug", Some(slug)).map_err(|_| Error::NoSuchProject)?;
    let place = slug.to_owned();
    let found = services.db.read(move |conn| {
        let filter = Filter { slug: Some(place.clone()), ..Filter::default() };
        let row = listing::projects(conn, &filter, None, 1)?.pop();
        Ok(row.zip(projects::by_slug(conn, &place)?))
    });
    let (row, project) = found.await?.ok_or(Error::NoSuchProject)?;
    policy::check(actor, Action::SeeProject, "/", Error::NoSuchProject)?;
    let source = sees_source(actor, row.owner_id).then(|| project.source.into());
    let texts = project.texts;
    Ok(View {
        summary: Summary::of(row, actor),
        topics: texts.topics().map(str::to_owned).collect(),
        description: texts.description,
        licence: texts.licence,
        repository: texts.repository,
        language: texts.language,
        archived: project.archived_at.is_some(),
        image_bytes: project.image_bytes,
        source,
    })
}

/// `GET /api/v1/projects`
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Query(wish): Query<Wish>,
) -> ApiResult {
    let actor = visitor.actor();
    policy::check(actor, Action::SeeProject, "/", Error::NoSuchPage)?;
    let limit = paging::limit(wish.limit)?;
    if wish.category.as_ref().is_some_and(|word| !CATEGORIES.contains(&word.as_str())) {
        let message = fill(t("The categories are {names}."), &[("names", &CATEGORIES.join(", "))]);
        return Err(Error::Fields(FieldErrors::of("category", message)).into());
    }
    paging::check_name("owner", wish.owner.as_deref())?;
    paging::check_name("after", wish.after.as_deref())?;
    let rows = if wish.q.is_some() {
        looked_for(&services, wish, limit + 1).await?
    } else {
        let asker = visitor.user().map(|user| user.id);
        let filter =
            Filter { category: wish.category, owner: wish.owner, asker, ..Filter::default() };
        let after = wish.after;
        let listed =
            move |conn: &mut _| listing::projects(conn, &filter, after.as_deref(), limit + 1);
        services.db.read(listed).await?
    };
    let rows: Vec<Summary> = rows.into_iter().map(|row| Summary::of(row, actor)).collect();
    paging::respond(&request, "projects", rows, limit, |last| last.slug.clone())
}

/// What has the words, the best first.
async fn looked_for(services: &Services, wish: Wish, limit: i64) -> Result<Vec<Listed>, Error> {
    if wish.owner.is_some() {
        let message = "Words are looked for in everybody's projects: leave this out, or `q`.";
        return Err(Error::Fields(FieldErrors::of("owner", message)));
    }
    let choice = [wish.category.unwrap_or_default(), String::new(), String::new()];
    let typed = wish.q.unwrap_or_default();
    let wish = search::Wish { typed, choice, sort: Sort::Best, after: wish.after };
    let most = usize::try_from(limit).unwrap_or(1);
    let results = search::search(&services.db, &services.discover, wish, most).await?;
    let slugs: Vec<String> = results.found.into_iter().map(|one| one.slug).collect();
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter { slugs, ..Filter::default() };
    Ok(services.db.read(move |conn| listing::projects(conn, &filter, None, limit)).await?)
}

/// `GET /api/v1/projects/{slug}`
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    Ok(HttpResponse::Ok().json(view(&services, visitor.actor(), &slug).await?))
}
