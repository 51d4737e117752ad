//! `/projects/new`: publishing a project.

use super::{
    Frame, PageResult, html,
    project_form::{self, ProjectFormPage},
    see_other,
};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    input::{FieldErrors, project::ProjectForm},
    policy::{self, Action},
    projects::{self, Repeats, SaveError},
    service::Services,
};
use actix_web::{http::StatusCode, web};

const HERE: &str = "/projects/new";

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    policy::check(visitor.actor(), Action::PublishProject, HERE, Error::NoSuchPage)?;
    let page = ProjectFormPage {
        frame: Frame::of(&visitor, HERE)?,
        form: ProjectForm::new(),
        errors: FieldErrors::default(),
        bases: project_form::bases(&services).await,
        slug: "",
    };
    html(StatusCode::OK, &page)
}

/// The form: to the first build, or back to what was typed.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, mut form: Form) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let (form, errors) = project_form::read(&services, &mut form).await?;
    let saved = match form.check() {
        Ok(checked) if errors.is_empty() => {
            projects::create(&services, &visitor.asker(), user.id, checked, Repeats::ByChance).await
        }
        Ok(_) => Err(SaveError::Fields(errors)),
        Err(more) => Err(SaveError::Fields(errors.and(more))),
    };
    match saved.map_err(SaveError::for_form) {
        Ok(build) => Ok(see_other(&format!("/builds/{build}"))),
        Err(SaveError::Fields(errors)) => {
            let frame = Frame::of(&visitor, HERE)?;
            let bases = project_form::bases(&services).await;
            let page = ProjectFormPage { frame, form, errors, bases, slug: "" };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(SaveError::Other(error)) => Err(error.into()),
    }
}
