//! `/api/v1/sandboxes`: starting, looking at and stopping one's sandboxes.

use super::{
    ApiResult,
    json::{Json, whole},
};
use crate::{
    error::Error,
    http::{address, visitor::Visitor},
    i18n::{fill, t},
    input::FieldErrors,
    models::tries as rows,
    policy::{Action, Answer, decide},
    service::Services,
    tries::{
        self, Standing, Wish,
        steer::{self, Turn},
    },
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
    #[serde(default, deserialize_with = "whole")]
    columns: Option<u16>,
    #[serde(default, deserialize_with = "whole")]
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
    terminal_url: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    end: Option<EndReason>,
}

impl Sandbox {
    async fn live(
        services: &Services,
        request: &HttpRequest,
        view: SandboxView,
        may_use: bool,
    ) -> Result<Self, Error> {
        let ticket = match may_use {
            true => services.containers.ticket(&view.id).await.map(Some),
            false => Ok(None),
        };
        let terminal_url = match ticket {
            Ok(ticket) => {
                ticket.map(|ticket| format!("{}{}", address::origin_of(request).ws(), ticket.path))
            }
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

#[derive(Serialize)]
struct List {
    sandboxes: Vec<Sandbox>,
}

/// `GET /api/v1/sandboxes`: one's own that live.
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
) -> ApiResult {
    let rows = match visitor.key() {
        Some(key) => services.db.read(move |conn| rows::live_of(conn, &key)).await?,
        None => Vec::new(),
    };
    let may_use = decide(visitor.actor(), Action::UseSandbox { own: true }) == Answer::Yes;
    let mut sandboxes = Vec::new();
    for row in rows {
        let view = tries::look(&services, &row).await?;
        if let Standing::Live(view) = tries::standing(&row, view) {
            sandboxes.push(Sandbox::live(&services, &request, view, may_use).await?);
        }
    }
    Ok(HttpResponse::Ok().json(List { sandboxes }))
}

/// `POST /api/v1/sandboxes`
pub async fn create(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Json(wish): Json<Create>,
) -> ApiResult {
    let size = size(wish.columns, wish.rows)?;
    let wish = Wish {
        slug: wish.project,
        owner: visitor.key_or_new()?,
        asker: visitor.asker(),
        size,
        replace: wish.replace,
    };
    let view = tries::start(&services, wish).await?;
    let location = format!("/api/v1/sandboxes/{}", view.id);
    let sandbox = Sandbox::live(&services, &request, view, true).await?;
    Ok(HttpResponse::Created().insert_header(("location", location)).json(sandbox))
}

/// The size wished for, if a terminal can have it. Nothing is made to fit behind one's back.
fn size(columns: Option<u16>, rows: Option<u16>) -> Result<TerminalSize, Error> {
    let usual = TerminalSize::default();
    let mut errors = FieldErrors::default();
    for (field, number, range) in [("columns", columns, 2..=1_000), ("rows", rows, 1..=500)] {
        if number.is_some_and(|number| !range.contains(&number)) {
            let message = fill(
                t("A terminal has {least} to {most} {unit}."),
                &[("least", range.start()), ("most", range.end()), ("unit", &field)],
            );
            errors.add(field, message);
        }
    }
    if !errors.is_empty() {
        return Err(Error::Fields(errors));
    }
    let (columns, rows) = (columns.unwrap_or(usual.columns), rows.unwrap_or(usual.rows));
    Ok(TerminalSize { columns, rows })
}

/// `GET /api/v1/sandboxes/{id}`
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (row, project) =
        tries::open(&services, &id, &visitor.asker(), |own| Action::SeeSandbox { own }).await?;
    let view = tries::look(&services, &row).await?;
    let ended_at = view.as_ref().and_then(|view| view.ended_at).or(row.ended_at);
    let sandbox = match tries::standing(&row, view) {
        Standing::Live(view) => {
            let own = visitor.asker().is(&row.owner_key);
            let may_use = decide(visitor.actor(), Action::UseSandbox { own }) == Answer::Yes;
            Sandbox::live(&services, &request, view, may_use).await?
        }
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
    let asker = visitor.asker();
    let (row, _) = tries::open(&services, &id, &asker, |own| Action::StopSandbox { own }).await?;
    tries::stop(&services, &asker, &row.id, asker.is(&row.owner_key)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/sandboxes/{id}/statistics`: what it uses.
pub async fn statistics(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let (row, _) =
        tries::open(&services, &id, &visitor.asker(), |own| Action::SeeSandbox { own }).await?;
    Ok(HttpResponse::Ok().json(services.containers.statistics(&row.id).await?))
}

/// `POST /api/v1/sandboxes/{id}/freeze`
pub async fn freeze(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    turn(&request, &services, &visitor, &id, Turn::Freeze).await
}

/// `POST /api/v1/sandboxes/{id}/thaw`
pub async fn thaw(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    turn(&request, &services, &visitor, &id, Turn::Thaw).await
}

/// `POST /api/v1/sandboxes/{id}/extend`
pub async fn extend(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    turn(&request, &services, &visitor, &id, Turn::Extend).await
}

/// `POST /api/v1/sandboxes/{id}/restart`
pub async fn restart(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    turn(&request, &services, &visitor, &id, Turn::Restart).await
}

async fn turn(
    request: &HttpRequest,
    services: &web::Data<Services>,
    visitor: &Visitor,
    id: &str,
    turn: Turn,
) -> ApiResult {
    let view = steer::steer(services, &visitor.asker(), id, turn).await?;
    let sandbox = Sandbox::live(services, request, view, true).await?;
    Ok(HttpResponse::Ok().json(sandbox))
}
