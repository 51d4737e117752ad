//! The form of a project, for a new one and for changing one.

use super::Frame;
use crate::{
    error::Error,
    http::form::{Form, file_name},
    i18n::filters,
    input::{
        FieldErrors,
        facts::{LANGUAGES, LICENCES},
        project::{CATEGORIES, Kind, ProjectForm},
    },
    service::Services,
};
use askama::Template;
use container_api::{ClientError, ContextId};
use tokio_util::io::ReaderStream;

#[derive(Template)]
#[template(path = "project_form.html")]
pub struct ProjectFormPage<'a> {
    pub frame: Frame,
    pub form: ProjectForm,
    pub errors: FieldErrors,
    /// Base images in the local store.
    pub bases: Vec<String>,
    /// The slug of the project that is changed; empty for a new one.
    pub slug: &'a str,
    /// Filling in from a repository, for a new one.
    pub import: Import,
}

/// How filling in from a repository stands.
#[derive(Default)]
pub struct Import {
    /// The address, as it was typed.
    pub url: String,
    /// Whether something was filled in just now.
    pub done: bool,
    /// The sites that are asked.
    pub sites: String,
}

impl Import {
    /// What was typed.
    pub fn of(services: &Services, url: &str) -> Self {
        Self { url: url.to_owned(), done: false, sites: services.importer.sites() }
    }
}

impl ProjectFormPage<'_> {
    fn categories(&self) -> &'static [&'static str] {
        &CATEGORIES
    }

    fn licences(&self) -> &'static [&'static str] {
        &LICENCES
    }

    fn languages(&self) -> &'static [&'static str] {
        &LANGUAGES
    }

    fn is_script(&self) -> bool {
        self.form.kind == Kind::Script
    }

    fn context_id(&self) -> String {
        self.form.context.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default()
    }

    fn context_name(&self) -> &str {
        self.form.context.as_ref().map_or("", |(_, name)| name)
    }
}

/// The base images that need no download. Without the container server the field works as well.
pub async fn bases(services: &Services) -> Vec<String> {
    match services.containers.status().await {
        Ok(status) => status.base_images,
        Err(error) => {
            tracing::debug!(%error, "no base images to suggest");
            Vec::new()
        }
    }
}

/// What was typed. An uploaded context goes to the container server at once, so that it need not be
/// chosen again should something else be wrong.
pub async fn read(
    services: &Services,
    form: &mut Form,
) -> Result<(ProjectForm, FieldErrors), Error> {
    let mut errors = FieldErrors::default();
    let kind = if form.text("kind") == "dockerfile" { Kind::Dockerfile } else { Kind::Script };
    let mut context = kept_context(form);
    if let Some(upload) = form.take_file("context").filter(|_| kind == Kind::Dockerfile) {
        match services.containers.upload_context(ReaderStream::new(upload.file)).await {
            Ok(view) => context = Some((view.id, upload.name)),
            Err(error @ ClientError::Refused(_)) => {
                errors.add("context", Error::from(error).problem().detail);
            }
            Err(error) => errors.add("", Error::from(error).problem().detail),
        }
    }
    let text = |name: &str| form.text(name).to_owned();
    let typed = ProjectForm {
        name: text("name"),
        category: text("category"),
        short: text("short_description"),
        description: text("long_description"),
        licence: text("licence"),
        repository: text("repository"),
        language: text("language"),
        topics: text("topics"),
        kind,
        base: text("base"),
        script: text("script"),
        command: text("command"),
        dockerfile: text("dockerfile"),
        context,
    };
    Ok((typed, errors))
}

fn kept_context(form: &Form) -> Option<(ContextId, String)> {
    if form.text("context_drop") == "yes" {
        return None;
    }
    let id = form.text("context_id").parse().ok()?;
    Some((id, file_name(form.text("context_name"))))
}
