//! `/p/{slug}/demo/edit`: a project's guided demo, with a preview.

use super::{Frame, PageResult, html, see_other};
use crate::{
    demo::{
        Demo, Part, Problem, Problems,
        keep::{self, Draft},
    },
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    models::projects::Project,
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

/// What an empty form begins with, so that nobody has to look the format up.
const EXAMPLE: &str = "## Say hello\n\nA step begins with a heading. A command runs on a click:\n\n\
                       ```sh run\necho 'Hello, '$(whoami)\n```\n\n\
                       The step is done when the terminal shows:\n\n\
                       ```check\nHello, root\n```\n";

#[derive(Template)]
#[template(path = "demo_form.html")]
struct DemoForm {
    frame: Frame,
    slug: String,
    name: String,
    source: String,
    problems: Vec<Problem>,
    preview: Option<Demo>,
}

impl DemoForm {
    fn example(&self) -> &'static str {
        EXAMPLE
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let draft = Draft::of(&project.demo);
    page(&visitor, project, draft)
}

/// The form: kept, or only looked at.
pub async fn submit(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let draft = Draft::of(form.text("demo"));
    if draft.read.is_err() || form.text("action") == "preview" {
        return page(&visitor, project, draft);
    }
    keep::save(&services, &visitor.asker(), &project, draft.source).await?;
    visitor.flash(t("Saved."))?;
    Ok(see_other(&format!("/p/{}", project.slug)))
}

fn page(visitor: &Visitor, project: Project, draft: Draft) -> PageResult {
    let (preview, problems) = match draft.read {
        Ok(preview) => (preview, Vec::new()),
        Err(problems) => (None, Problems::listed(problems)),
    };
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = DemoForm {
        frame: Frame::of(visitor, "/projects")?,
        slug: project.slug,
        name: project.texts.name,
        source: draft.source,
        problems,
        preview,
    };
    html(status, &page)
}

async fn mine(services: &Services, visitor: &Visitor, slug: &str) -> Result<Project, Error> {
    let here = format!("/p/{slug}/demo/edit");
    let action = |owner| Action::EditProject { owner };
    projects::open(services, slug, visitor.actor(), action, &here).await
}
