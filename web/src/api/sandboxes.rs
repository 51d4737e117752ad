//! `/api/v1/sandboxes`: starting, looking at and stopping one's sandboxes.

use super::{ApiResult, json::Json};
use crate::{
    error::Error,
    http::{
        address::{self, prefix_of},
        visitor::Visitor,
    },
    service::Services,
    tries::{self, Standing, Wish},
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use container_api::{ClientError, EndReason, SandboxId, SandboxState, SandboxView, TerminalSize};
use serde::{Deserialize, Serialize};

/// A request for a sandbox.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    project: String,
    #[serde(default)]
    columns: Option<u16>,
    #[serde(default)]
    rows: Option<u16>,
    /// Whether the visitor's running sandbox gives way.
    #[serde(default)]
    replace: bool,
}

/// A sandbox as its owner sees it.
#[derive(Debug, Serialize)]
struct Sandbox {
    id: SandboxId,
    project: String,
    title: String,
    state: SandboxState,
    /// The terminal's WebSocket, with a ticket that is good for a minute; while it can be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_url: Option<String>,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EndReason>,
}

impl Sandbox {
    async fn live(
        services: &Services,
        request: &HttpRequest,
        view: SandboxView,
    ) -> Result<Self, Error> {
        let terminal_url = match services.containers.ticket(&view.id).await {
            Ok(ticket) => Some(format!("{}{}", address::origin_of(request).ws(), ticket.path)),
            // A program that ended at once has no terminal any more.
            Err(ClientError::Refused(problem)) if matches!(problem.status, 404 | 410) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            id: view.id,
            project: view.project,
            title: view.title,
            state: view.state,
            terminal_url,
            created_at: view.created_at,
            expires_at: Some(view.expires_at),
            ended_at: None,
            end: None,
        })
    }
}

/// `POST /api/v1/sandboxes`
pub async fn create(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Json(wish): Json<Create>,
) -> ApiResult {
    let usual = TerminalSize::default();
    let wish = Wish {
        slug: wish.project,
        owner: visitor.key_or_new()?,
        prefix: prefix_of(&request, &services.addresses),
        size: TerminalSize {
            columns: wish.columns.unwrap_or(usual.columns),
            rows: wish.rows.unwrap_or(usual.rows),
        },
        replace: wish.replace,
    };
    let view = tries::start(&services, wish).await?;
    let location = format!("/api/v1/sandboxes/{}", view.id);
    let sandbox = Sandbox::live(&services, &request, view).await?;
    Ok(HttpResponse::Created().insert_header(("location", location)).json(sandbox))
}

/// `GET /api/v1/sandboxes/{id}`
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (row, project) = tries::of_owner(&services, &id, visitor.key()).await?;
    let view = tries::look(&services, &row).await?;
    let ended_at = view.as_ref().and_then(|view| view.ended_at).or(row.ended_at);
    let sandbox = match tries::standing(&row, view) {
        Standing::Live(view) => Sandbox::live(&services, &request, view).await?,
        Standing::Ended(reason) => Sandbox {
            id: row.id,
            project: project.slug,
            title: project.texts.name,
            state: SandboxState::Ended,
            terminal_url: None,
            created_at: row.started_at,
            expires_at: None,
            ended_at,
            end: Some(reason),
        },
    };
    Ok(HttpResponse::Ok().json(sandbox))
}

/// `DELETE /api/v1/sandboxes/{id}`
pub async fn stop(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (row, _) = tries::of_owner(&services, &id, visitor.key()).await?;
    tries::stop(&services, &row.id).await?;
    Ok(HttpResponse::NoContent().finish())
}
