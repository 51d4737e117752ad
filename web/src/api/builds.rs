//! `/api/v1/builds` and the builds of a project.

use super::{
    ApiResult,
    paging::{self, ByTime, Query},
    signed_in,
};
use crate::{
    builds::{self, events::Format},
    error::Error,
    http::{address::header_text, live_log, mark, visitor::Visitor},
    models::{
        builds::{self as rows, Build},
        projects::Project,
    },
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderValue, VARY},
    web,
};
use chrono::{DateTime, Utc};
use container_api::{BuildId, BuildState, FailureCause};
use serde::Serialize;

/// A build as the project's maintainer sees it.
#[derive(Serialize)]
pub struct BuildView {
    id: BuildId,
    project: String,
    state: BuildState,
    failure: Option<FailureCause>,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl BuildView {
    /// A build of the project at this place.
    pub fn new(build: Build, slug: &str) -> Self {
        Self {
            id: build.id,
            project: slug.to_owned(),
            state: build.state,
            failure: build.failure,
            created_at: build.created_at,
            ended_at: build.ended_at,
        }
    }
}

/// `GET /api/v1/projects/{slug}/builds`
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Query(wish): Query<ByTime>,
) -> ApiResult {
    signed_in(&visitor)?;
    let (limit, after) = wish.read()?;
    let project = projects::open(&services, &slug, visitor.actor(), see, "/").await?;
    let read = move |conn: &mut _| rows::of_project(conn, project.id, after.as_ref(), limit + 1);
    let rows = services.db.read(read).await?;
    let rows: Vec<BuildView> =
        rows.into_iter().map(|build| BuildView::new(build, &project.slug)).collect();
    paging::respond(&request, "builds", rows, limit, |last| {
        mark::write(&(last.created_at, last.id.to_string()))
    })
}

fn see(owner: i64) -> Action {
    Action::SeeSource { owner }
}

/// The build of this id with its project, for a program that came in by an account.
async fn open(
    services: &Services,
    visitor: &Visitor,
    id: &str,
    action: fn(i64) -> Action,
) -> Result<(Build, Project), Error> {
    signed_in(visitor)?;
    builds::open(services, id, visitor.actor(), action).await
}

/// `GET /api/v1/builds/{id}`
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (build, project) = open(&services, &visitor, &id, see).await?;
    let build = builds::refresh(&services, build).await?;
    Ok(HttpResponse::Ok().json(BuildView::new(build, &project.slug)))
}

/// `GET /api/v1/builds/{id}/log`: as server-sent events, or as NDJSON for who accepts that.
pub async fn log(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (build, _) = open(&services, &visitor, &id, see).await?;
    let accepts = header_text(&request, "accept").unwrap_or_default();
    let format = if accepts.contains("ndjson") { Format::Lines } else { Format::ServerSentEvents };
    let mut response = live_log::respond(&request, services, build, format).await?;
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// `POST /api/v1/builds/{id}/cancel`
pub async fn cancel(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let cancel = |owner| Action::CancelBuild { owner };
    let (build, project) = open(&services, &visitor, &id, cancel).await?;
    let build = builds::cancel(&services, &visitor.asker(), build).await?;
    Ok(HttpResponse::Ok().json(BuildView::new(build, &project.slug)))
}
