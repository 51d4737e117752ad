//! Sandboxes over HTTP.

use super::Services;
use crate::{error::ApiError, sandboxes::SandboxError};
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path, Query},
};
use container_api::{
    CreateSandbox, EndReason, ExtendSandbox, SandboxId, SandboxState, SandboxStatistics,
    SandboxView, TicketView,
};
use serde::Deserialize;
use std::time::SystemTime;

pub(crate) async fn create(
    services: Data<Services>,
    wish: Json<CreateSandbox>,
) -> Result<HttpResponse, ApiError> {
    let wish = wish.into_inner();
    if wish.behind_walls && !services.findings.passed().await {
        return Err(ApiError::WallsDown);
    }
    let view = services.sandboxes.create(wish).await?;
    Ok(HttpResponse::Created().json(view))
}

pub(crate) async fn list(services: Data<Services>) -> Json<Vec<SandboxView>> {
    Json(services.sandboxes.list().await)
}

pub(crate) async fn show(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<SandboxView>, ApiError> {
    Ok(Json(find(&services, &id).await?))
}

/// In whose name a sandbox is stopped.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// Its visitor's.
    #[default]
    Visitor,
    /// An administrator's.
    Operator,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Stop {
    #[serde(default)]
    by: By,
}

pub(crate) async fn stop(
    services: Data<Services>,
    id: Path<String>,
    wish: Query<Stop>,
) -> Result<HttpResponse, ApiError> {
    let reason = match wish.by {
        By::Visitor => EndReason::Stopped,
        By::Operator => EndReason::Operator,
    };
    services.sandboxes.stop(&parse(&id)?, reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn statistics(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<SandboxStatistics>, ApiError> {
    Ok(Json(services.sandboxes.statistics(&parse(&id)?).await?))
}

pub(crate) async fn freeze(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<SandboxView>, ApiError> {
    Ok(Json(services.sandboxes.set_frozen(&parse(&id)?, true).await?))
}

pub(crate) async fn thaw(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<SandboxView>, ApiError> {
    Ok(Json(services.sandboxes.set_frozen(&parse(&id)?, false).await?))
}

pub(crate) async fn extend(
    services: Data<Services>,
    id: Path<String>,
    wish: Json<ExtendSandbox>,
) -> Result<Json<SandboxView>, ApiError> {
    Ok(Json(services.sandboxes.extend(&parse(&id)?, wish.into_inner()).await?))
}

pub(crate) async fn restart(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<SandboxView>, ApiError> {
    Ok(Json(services.sandboxes.restart(&parse(&id)?).await?))
}

pub(crate) async fn ticket(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<TicketView>, ApiError> {
    let view = find(&services, &id).await?;
    if view.state == SandboxState::Ended {
        return Err(SandboxError::Ended.into());
    }
    let ticket = services.tickets.sign(&view.id, SystemTime::now());
    Ok(Json(TicketView { path: format!("/terminals/{}?ticket={}", view.id, ticket.0) }))
}

async fn find(services: &Services, id: &str) -> Result<SandboxView, ApiError> {
    let view = services.sandboxes.view(&parse(id)?).await;
    Ok(view.ok_or(SandboxError::NotFound)?)
}

/// What is no id names no sandbox.
fn parse(id: &str) -> Result<SandboxId, SandboxError> {
    id.parse().map_err(|_| SandboxError::NotFound)
}
