//! `/builds/{id}`: a build as it happens.

use super::{Frame, PageResult, html, moment, see_other};
use crate::{
    builds::{
        self,
        events::Format,
        waiting::Waiting,
        words::{self, Failure},
    },
    error::Error,
    http::{form::Form, live_log, visitor::Visitor},
    i18n::filters,
    models::{builds::Build, projects::Project},
    policy::Action,
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "build.html")]
struct BuildPage {
    frame: Frame,
    build: Build,
    project: Project,
    failure: Option<Failure>,
    /// How long it will still take.
    waiting: Option<Waiting>,
    /// The page shows what was last known, because the container server cannot be asked.
    is_stale: bool,
}

impl BuildPage {
    fn words(&self) -> &'static str {
        words::state(self.build.state)
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
    let waiting = match build.state.is_final() {
        true => None,
        false => Some(builds::waiting(&services, &build).await?),
    };
    let frame = Frame::of(&visitor, "/projects")?;
    html(StatusCode::OK, &BuildPage { frame, build, project, failure, waiting, is_stale })
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
    Ok(live_log::respond(&request, services, build, Format::ServerSentEvents).await?)
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
    let build = builds::cancel(&services, &visitor.asker(), build).await?;
    Ok(see_other(&format!("/builds/{}", build.id)))
}
