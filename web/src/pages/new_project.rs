//! `/projects/new`: publishing a project.

use super::{
    Frame, PageResult,
    comments::for_form,
    html,
    project_form::{self, Import, ProjectFormPage},
    see_other,
};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    import::Imported,
    input::{FieldErrors, project::ProjectForm},
    policy::{self, Action},
    projects::{self, Repeats, SaveError},
    service::Services,
    throttle::Rate,
};
use actix_web::{http::StatusCode, web};

const HERE: &str = "/projects/new";
/// How often an account may have a repository asked.
const ASKING: Rate = Rate::per_minute(10);

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    policy::check(visitor.actor(), Action::PublishProject, HERE, Error::NoSuchPage)?;
    let page = ProjectFormPage {
        frame: Frame::of(&visitor, HERE)?,
        form: ProjectForm::new(),
        errors: FieldErrors::default(),
        bases: project_form::bases(&services).await,
        slug: "",
        import: Import::of(&services, ""),
    };
    html(StatusCode::OK, &page)
}

/// The form: to the first build, or back to what was typed.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, mut form: Form) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let import = Import::of(&services, form.text("import_url"));
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
            let page = ProjectFormPage { frame, form, errors, bases, slug: "", import };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(SaveError::Other(error)) => Err(error.into()),
    }
}

/// `GET /projects/new/import`: nothing is asked by a GET.
pub async fn back() -> PageResult {
    Ok(see_other(HERE))
}

/// `POST /projects/new/import`: the form again, with what a repository says of itself where nothing
/// was typed. Nothing is published.
pub async fn import(services: web::Data<Services>, visitor: Visitor, mut form: Form) -> PageResult {
    policy::check(visitor.actor(), Action::PublishProject, HERE, Error::NoSuchPage)?;
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let mut import = Import::of(&services, form.text("import_url"));
    let (mut form, mut errors) = project_form::read(&services, &mut form).await?;
    let status = match ask(&services, user.id, &import.url).await {
        Ok(imported) => {
            fill_in(&mut form, imported);
            import.done = true;
            StatusCode::OK
        }
        Err(error) => {
            errors = errors.and(for_form(error)?);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    let frame = Frame::of(&visitor, HERE)?;
    let bases = project_form::bases(&services).await;
    html(status, &ProjectFormPage { frame, form, errors, bases, slug: "", import })
}

async fn ask(services: &Services, account: i64, url: &str) -> Result<Imported, Error> {
    services.throttle.take(&format!("import:{account}"), ASKING).await?;
    services.importer.import(url).await.map_err(|error| {
        tracing::info!(%error, "nothing was imported");
        Error::Fields(FieldErrors::of("import_url", services.importer.words(&error)))
    })
}

/// What was typed stays.
fn fill_in(form: &mut ProjectForm, imported: Imported) {
    let Imported { name, short, description, licence, repository, language, topics } = imported;
    for (field, value) in [
        (&mut form.name, name),
        (&mut form.short, short),
        (&mut form.description, description),
        (&mut form.licence, licence),
        (&mut form.repository, repository),
        (&mut form.language, language),
        (&mut form.topics, topics),
    ] {
        if field.trim().is_empty() {
            *field = value;
        }
    }
}
