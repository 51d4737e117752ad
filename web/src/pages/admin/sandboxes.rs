//! `/admin/sandboxes`: what lives, whoever it belongs to.

use super::{Frame, PageResult, check, frame, html, moment, see_other};
use crate::{
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::oversight::{self, LiveSandbox},
    policy::Action,
    service::Services,
    tries,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

const HERE: &str = "/admin/sandboxes";
/// The most sandboxes on the page.
const ROWS: i64 = 500;

#[derive(Template)]
#[template(path = "admin/sandboxes.html")]
struct Sandboxes {
    frame: Frame,
    rows: Vec<LiveSandbox>,
    /// How many live, with those that the page does not show.
    all: i64,
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    check(&visitor, HERE)?;
    let found = services
        .db
        .read(|conn| Ok((oversight::sandboxes(conn, ROWS)?, oversight::counts(conn)?.sandboxes)));
    let (rows, all) = found.await?;
    html(StatusCode::OK, &Sandboxes { frame: frame(&visitor)?, rows, all })
}

/// `POST /admin/sandboxes/{id}/stop`
pub async fn stop(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    check(&visitor, HERE)?;
    let asker = visitor.asker();
    let (row, project) =
        tries::open(&services, &id, &asker, |own| Action::StopSandbox { own }).await?;
    tries::stop(&services, &asker, &row.id, asker.is(&row.owner_key)).await?;
    let words = t("The sandbox of {name} is stopped.");
    visitor.flash(&fill(words, &[("name", &project.texts.name)]))?;
    Ok(see_other(HERE))
}
