//! `/p/{slug}/embed/settings`: which sites may embed a project.

use super::{Frame, PageResult, html, see_other};
use crate::{
    badge::snippets::{Place, embed},
    embed::settings,
    error::Error,
    http::{address, form::Form, visitor::Visitor},
    i18n::{filters, t},
    input::{FieldErrors, parents},
    models::{embeds, projects::Project},
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "embed_settings.html")]
struct EmbedSettings {
    frame: Frame,
    project: Project,
    /// As it was typed.
    parents: String,
    errors: FieldErrors,
    snippet: String,
}

impl EmbedSettings {
    fn new(
        request: &HttpRequest,
        visitor: &Visitor,
        project: Project,
        parents: String,
        errors: FieldErrors,
    ) -> Result<Self, Error> {
        let site = address::origin_of(request).http();
        let url = format!("{site}/p/{}", project.slug);
        let snippet = embed(&Place { url, name: project.texts.name.clone() });
        let frame = Frame::of(visitor, "/projects")?;
        Ok(Self { frame, project, parents, errors, snippet })
    }
}

/// The page.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let slug = slug.into_inner();
    let parents = services.db.read(move |conn| embeds::parents(conn, &slug)).await?;
    let parents = parents.unwrap_or_default().join("\n");
    let none = FieldErrors::default();
    html(StatusCode::OK, &EmbedSettings::new(&request, &visitor, project, parents, none)?)
}

/// The form.
pub async fn submit(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let typed = form.text("parents");
    match parents::check(typed) {
        Ok(parents) => {
            settings::allow(&services, &visitor.asker(), &project, &parents).await?;
            visitor.flash(t("Saved."))?;
            Ok(see_other(&format!("/p/{}/embed/settings", project.slug)))
        }
        Err(message) => {
            let errors = FieldErrors::of("parents", message);
            let page = EmbedSettings::new(&request, &visitor, project, typed.to_owned(), errors)?;
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn mine(services: &Services, visitor: &Visitor, slug: &str) -> Result<Project, Error> {
    let here = format!("/p/{slug}/embed/settings");
    let action = |owner| Action::EditProject { owner };
    projects::open(services, slug, visitor.actor(), action, &here).await
}
