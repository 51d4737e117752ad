//! `/p/{slug}/edit`: changing a project.

use super::{
    Frame, PageResult, html,
    project_form::{self, Import, ProjectFormPage},
    see_other,
};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::t,
    input::{FieldErrors, project::ProjectForm},
    models::projects::Project,
    policy::Action,
    projects::{self, SaveError},
    service::Services,
};
use actix_web::{http::StatusCode, web};

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let page = ProjectFormPage {
        frame: Frame::of(&visitor, "/projects")?,
        form: ProjectForm::of(&project),
        errors: FieldErrors::default(),
        bases: project_form::bases(&services).await,
        slug: &project.slug,
        import: Import::default(),
    };
    html(StatusCode::OK, &page)
}

/// The form: to the build if there is one to do, else to the project.
pub async fn submit(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    mut form: Form,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    let rebuild = form.text("action") == "build";
    let (form, errors) = project_form::read(&services, &mut form).await?;
    let saved = match form.check() {
        Ok(checked) if errors.is_empty() => {
            projects::update(&services, &visitor.asker(), project, checked, rebuild).await
        }
        Ok(_) => Err(SaveError::Fields(errors)),
        Err(more) => Err(SaveError::Fields(errors.and(more))),
    };
    match saved.map_err(SaveError::for_form) {
        Ok(Some(build)) => Ok(see_other(&format!("/builds/{build}"))),
        Ok(None) => {
            visitor.flash(t("Saved."))?;
            Ok(see_other(&format!("/p/{slug}")))
        }
        Err(SaveError::Fields(errors)) => {
            let frame = Frame::of(&visitor, "/projects")?;
            let bases = project_form::bases(&services).await;
            let page = ProjectFormPage {
                frame,
                form,
                errors,
                bases,
                slug: &slug,
                import: Import::default(),
            };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(SaveError::Other(error)) => Err(error.into()),
    }
}

async fn mine(services: &Services, visitor: &Visitor, slug: &str) -> Result<Project, Error> {
    let here = format!("/p/{slug}/edit");
    let action = |owner| Action::EditProject { owner };
    projects::open(services, slug, visitor.actor(), action, &here).await
}
