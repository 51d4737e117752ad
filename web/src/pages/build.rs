//! `/builds/{id}`: a build as it happens.

use super::{Frame, PageResult, html, see_other};
use crate::{
    builds::{
        self,
        events::{self, Format},
        words::{self, Failure},
    },
    error::Error,
    http::{address::header_text, form::Form, visitor::Visitor},
    models::{builds::Build, projects::Project},
    policy::Action,
    service::Services,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ContentEncoding},
    },
    web,
};
use askama::Template;
use chrono::SecondsFormat;

#[derive(Template)]
#[template(path = "build.html")]
struct BuildPage {
    frame: Frame,
    build: Build,
    project: Project,
    failure: Option<Failure>,
    /// The page shows what was last known, because the container server cannot be asked.
    is_stale: bool,
}

impl BuildPage {
    fn words(&self) -> &'static str {
        words::state(self.build.state)
    }

    fn created_at(&self) -> String {
        self.build.created_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    fn created_text(&self) -> String {
        self.build.created_at.format("%Y-%m-%d %H:%M UTC").to_string()
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> PageResult {
    let (build, project) =
        builds::open(&services, &id, visitor.actor(), |owner| Action::SeeSource { owner }).await?;
    let (build, is_stale) = match builds::refresh(&services, build.clone()).await {
        Ok(build) => (build, false),
        Err(Error::Containers(_)) => (build, true),
        Err(error) => return Err(error.into()),
    };
    let failure = build.failure.as_ref().map(words::failure);
    let frame = Frame::of(&visitor, "/projects")?;
    html(StatusCode::OK, &BuildPage { frame, build, project, failure, is_stale })
}

/// `GET /builds/{id}/log`: the log as server-sent events, from the beginning or from where the
/// browser was.
pub async fn log(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> PageResult {
    let (build, _) =
        builds::open(&services, &id, visitor.actor(), |owner| Action::SeeSource { owner }).await?;
    let seen = header_text(&request, "last-event-id").and_then(|id| id.parse::<usize>().ok());
    let from = seen.map_or(0, |seen| seen.saturating_add(1));
    let log = events::follow(services, build, from, Format::ServerSentEvents).await?;
    Ok(HttpResponse::Ok()
        .content_type(Format::ServerSentEvents.media_type())
        .insert_header((CACHE_CONTROL, "no-store"))
        // A compressor would hold lines back.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(log))
}

/// `POST /builds/{id}/cancel`
pub async fn cancel(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    let (build, _) =
        builds::open(&services, &id, visitor.actor(), |owner| Action::CancelBuild { owner })
            .await?;
    builds::cancel(&services, &visitor.asker(), &build).await?;
    Ok(see_other(&format!("/builds/{}", build.id)))
}
