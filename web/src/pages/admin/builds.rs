//! `/admin/builds`: what is built, what waits, what failed; whoever it belongs to.

use super::{Frame, PageResult, check, frame, html, moment, see_other};
use crate::{
    builds::{self, words},
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::oversight::{self, SeenBuild},
    policy::Action,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use container_api::BuildState;

const HERE: &str = "/admin/builds";
/// The most builds of a list.
const ROWS: i64 = 100;

#[derive(Template)]
#[template(path = "admin/builds.html")]
struct Builds {
    frame: Frame,
    running: Vec<SeenBuild>,
    waiting: Vec<SeenBuild>,
    failed: Vec<SeenBuild>,
}

impl Builds {
    /// Why it failed, in a line.
    fn why(&self, row: &SeenBuild) -> String {
        row.failure.as_ref().map(|cause| words::failure(cause).title).unwrap_or_default()
    }

    fn most(&self) -> i64 {
        ROWS
    }
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    check(&visitor, HERE)?;
    let found = services
        .db
        .read(|conn| Ok((oversight::under_way(conn, 500)?, oversight::failed(conn, ROWS)?)));
    let (under_way, failed) = found.await?;
    let (running, waiting) =
        under_way.into_iter().partition(|build| build.state == BuildState::Running);
    html(StatusCode::OK, &Builds { frame: frame(&visitor)?, running, waiting, failed })
}

/// `POST /admin/builds/{id}/cancel`
pub async fn cancel(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    check(&visitor, HERE)?;
    let (build, project) =
        builds::open(&services, &id, visitor.actor(), |owner| Action::CancelBuild { owner })
            .await?;
    let build = builds::cancel(&services, &visitor.asker(), build).await?;
    let words = match build.state {
        BuildState::Cancelled => t("The build of {name} is cancelled."),
        // Its step is ended first, which takes a moment.
        state if !state.is_final() => t("The build of {name} is being cancelled."),
        _ => t("The build of {name} had ended already."),
    };
    visitor.flash(&fill(words, &[("name", &project.texts.name)]))?;
    Ok(see_other(HERE))
}
