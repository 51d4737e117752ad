//! `/admin/projects`: every project, whoever it belongs to.

use super::{Frame, PageResult, check, encode, frame, html, human, machine, see_other};
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
use serde::Deserialize;

const HERE: &str = "/admin/projects";
/// Projects on a page.
const ROWS: usize = 50;

/// Which projects are wanted.
#[derive(Debug, Deserialize)]
pub struct Search {
    /// A part of the name, or the beginning of the maintainer's.
    #[serde(default)]
    q: String,
    /// Where the page before ended.
    #[serde(default)]
    after: String,
}

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

impl Projects {
    fn machine(&self, row: &SeenProject) -> String {
        machine(row.created_at)
    }

    fn human(&self, row: &SeenProject) -> String {
        human(row.created_at)
    }
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
    let limit = ROWS as i64 + 1;
    let found = services.db.read(move |conn| oversight::projects_like(conn, &text, &after, limit));
    let mut rows = found.await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = match rows.last() {
        Some(last) if more => format!("{HERE}?q={}&after={}", encode(&q), encode(&last.key)),
        _ => String::new(),
    };
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
