//! `/api/v1/projects/{slug}/demo`: a project's guided demo, as its maintainer writes it.

use crate::{
    api::{ApiResult, json::Json, signed_in},
    demo::{
        Problems,
        keep::{self, Draft},
    },
    error::Error,
    http::visitor::Visitor,
    input::FieldErrors,
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// A demo.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Markdown; empty for no demo.
    source: String,
}

/// `GET /api/v1/projects/{slug}/demo`
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> ApiResult {
    let action = |_| Action::SeeProject;
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    Ok(HttpResponse::Ok().json(Text { source: project.demo }))
}

/// `PUT /api/v1/projects/{slug}/demo`
pub async fn set(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    Json(wish): Json<Text>,
) -> ApiResult {
    signed_in(&visitor)?;
    let action = |owner| Action::EditProject { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, "/").await?;
    let draft = Draft::of(&wish.source);
    draft.read.map_err(|problems: Problems| {
        Error::Fields(FieldErrors::of("source", problems.to_string()))
    })?;
    let source = draft.source;
    keep::save(&services, &visitor.asker(), &project, source.clone()).await?;
    Ok(HttpResponse::Ok().json(Text { source }))
}
