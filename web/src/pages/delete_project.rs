//! `/p/{slug}/delete`: what goes with a project, and removing it.

use super::{Frame, PageResult, html, my_projects, see_other};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    input::FieldErrors,
    models::{builds, projects::Project, tries},
    policy::Action,
    projects::{self, remove, transfer},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "delete_project.html")]
struct DeleteProject {
    frame: Frame,
    project: Project,
    builds: i64,
    running: usize,
    errors: FieldErrors,
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    project: Project,
    errors: FieldErrors,
) -> PageResult {
    let id = project.id;
    let read =
        move |conn: &mut _| Ok((builds::count_of(conn, id)?, tries::live_of_project(conn, id)?));
    let (builds, running) = services.db.read(read).await?;
    let (running, frame) = (running.len(), Frame::of(visitor, my_projects::HERE)?);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(status, &DeleteProject { frame, project, builds, running, errors })
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    let project = open(&services, &visitor, &slug).await?;
    page(&services, &visitor, project, FieldErrors::default()).await
}

/// The form.
pub async fn submit(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let project = open(&services, &visitor, &slug).await?;
    if let Err(errors) = transfer::confirmation(&project, form.text("confirm")) {
        return page(&services, &visitor, project, errors).await;
    }
    remove::remove(&services, &visitor.asker(), project).await?;
    visitor.flash(t("The project is deleted."))?;
    Ok(see_other(my_projects::HERE))
}

async fn open(services: &Services, visitor: &Visitor, slug: &str) -> Result<Project, Error> {
    let here = format!("/p/{slug}/delete");
    let action = |owner| Action::DeleteProject { owner };
    projects::open(services, slug, visitor.actor(), action, &here).await
}
