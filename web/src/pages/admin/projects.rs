//! `/admin/projects`: every project, whoever it belongs to.

use super::{
    Frame, PageResult, check, frame, html,
    list::{self, Search},
    moment, see_other,
};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::{
        oversight::{self, SeenProject},
        projects::{self as rows, Project},
    },
    projects::upkeep,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

const HERE: &str = "/admin/projects";

#[derive(Template)]
#[template(path = "admin/projects.html")]
struct Projects {
    frame: Frame,
    rows: Vec<SeenProject>,
    q: String,
    is_first: bool,
    /// Where it goes on; empty on the last page.
    next: String,
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    query: web::Query<Search>,
) -> PageResult {
    check(&visitor, HERE)?;
    let Search { q, after } = query.into_inner();
    let (q, is_first) = (q.trim().to_lowercase(), after.is_empty());
    let text = q.clone();
    let found =
        services.db.read(move |conn| oversight::projects_like(conn, &text, &after, list::LIMIT));
    let mut rows = found.await?;
    let next = list::cut(&mut rows, HERE, &q, |row| &row.key);
    html(StatusCode::OK, &Projects { frame: frame(&visitor)?, rows, q, is_first, next })
}

async fn open(services: &Services, slug: &str) -> Result<Project, Error> {
    let slug = slug.to_owned();
    let found = services.db.read(move |conn| rows::by_slug(conn, &slug)).await?;
    found.ok_or(Error::NoSuchProject)
}

/// `POST /admin/projects/{slug}/archive`: takes it out of the catalogue, or puts it back.
pub async fn archive(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    check(&visitor, HERE)?;
    let project = open(&services, &slug).await?;
    let archived = form.text("archived") != "no";
    upkeep::archive(&services, &visitor.asker(), &project, archived).await?;
    let words = match archived {
        true => t("{name} is archived: it is shown to who has its address, and cannot be tried."),
        false => t("{name} is back in the catalogue."),
    };
    visitor.flash(&fill(words, &[("name", &project.texts.name)]))?;
    Ok(see_other(HERE))
}
