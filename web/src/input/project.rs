//! What a maintainer may say of a project, and what it may be built from.

use super::{
    FieldErrors, facts,
    slug::slug,
    text::{check_line, check_lines, one_line, unix_lines},
};
use crate::{
    i18n::{fill, t},
    models::projects::{Project, Texts},
};
use container_api::{BuildSource, ContextId};

/// The categories, in the order in which the home page shows them.
pub const CATEGORIES: [&str; 10] =
    ["Tools", "System", "Data", "Text", "Languages", "Network", "AI", "Cloud", "Games", "Other"];

/// The largest install script or Dockerfile, in bytes.
const SOURCE_LIMIT: usize = 256 << 10;
const DESCRIPTION_LIMIT: usize = 100 << 10;
const NAME_LIMIT: usize = 64;
const SHORT_LIMIT: usize = 200;
const COMMAND_LIMIT: usize = 1_000;
const BASE_LIMIT: usize = 255;

/// Which of the two forms is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// An install script.
    #[default]
    Script,
    /// A Dockerfile.
    Dockerfile,
}

/// The form as it was typed, so that it can be shown again as it was.
#[derive(Debug, Clone, Default)]
pub struct ProjectForm {
    pub name: String,
    pub category: String,
    pub short: String,
    pub description: String,
    pub licence: String,
    pub repository: String,
    pub language: String,
    /// Words with a space or a comma between.
    pub topics: String,
    pub kind: Kind,
    pub base: String,
    pub script: String,
    pub command: String,
    pub dockerfile: String,
    /// The id of a context that was uploaded before, and the file's name.
    pub context: Option<(ContextId, String)>,
}

/// A form in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The slug that the name makes.
    pub slug: String,
    /// What is said of the project.
    pub texts: Texts,
    /// What it is built from.
    pub source: BuildSource,
}

impl ProjectForm {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self {
            category: CATEGORIES[0].to_owned(),
            base: "debian:12".to_owned(),
            script:
                "#!/bin/sh\nset -e\napt-get update\napt-get install -y --no-install-recommends \n"
                    .to_owned(),
            dockerfile: "FROM debian:12\n".to_owned(),
            ..Self::default()
        }
    }

    /// A form with what is known of a project.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let texts = project.texts.clone();
        let form = Self {
            name: texts.name,
            category: texts.category,
            short: texts.short,
            description: texts.description,
            licence: texts.licence,
            repository: texts.repository,
            language: texts.language,
            topics: texts.topics,
            ..Self::new()
        };
        match project.source.clone() {
            BuildSource::Script { base, script, command } => {
                Self { kind: Kind::Script, base, script, command, ..form }
            }
            BuildSource::Dockerfile { dockerfile, context } => {
                let context = context.map(|id| (id, t("the files of the last build").to_owned()));
                Self { kind: Kind::Dockerfile, dockerfile, context, ..form }
            }
        }
    }

    /// Checks the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn check(&self) -> Result<Checked, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (slug, texts) = self.check_texts(&mut errors);
        let source = match self.kind {
            Kind::Script => self.check_script(&mut errors),
            Kind::Dockerfile => self.check_dockerfile(&mut errors),
        };
        if errors.is_empty() { Ok(Checked { slug, texts, source }) } else { Err(errors) }
    }

    fn check_texts(&self, errors: &mut FieldErrors) -> (String, Texts) {
        let name = one_line(&self.name);
        errors.check("name", check_line(&name));
        if name.is_empty() {
            errors.add("name", t("Give the project a name."));
        }
        errors.check("name", at_most(NAME_LIMIT, name.chars().count()));
        let slug = slug(&name).unwrap_or_else(|error| {
            errors.add("name", error.to_string());
            String::new()
        });
        if !CATEGORIES.contains(&self.category.as_str()) {
            errors.add("category", t("Choose one of the categories."));
        }
        let short = one_line(&self.short);
        errors.check("short_description", check_line(&short));
        if short.is_empty() {
            errors.add("short_description", t("Say in a line what it is."));
        }
        let length = short.chars().count();
        errors.check("short_description", at_most(SHORT_LIMIT, length));
        let description = unix_lines(&self.description);
        errors.check("long_description", check_lines(&description));
        errors.check("long_description", at_most_kib(DESCRIPTION_LIMIT, description.len()));
        let mut fact = |field: &'static str, checked: Result<String, String>| {
            checked.unwrap_or_else(|message| {
                errors.add(field, message);
                String::new()
            })
        };
        let texts = Texts {
            name,
            category: self.category.clone(),
            short,
            description,
            licence: fact("licence", facts::licence(&self.licence)),
            repository: fact("repository", facts::repository(&self.repository)),
            language: fact("language", facts::language(&self.language)),
            topics: fact("topics", facts::topics(&self.topics)),
        };
        (slug, texts)
    }

    fn check_script(&self, errors: &mut FieldErrors) -> BuildSource {
        let base = self.base.trim().to_owned();
        if base.is_empty() {
            errors.add("base", t("Name the image to start from, such as debian:12."));
        }
        if base.contains(|c: char| !c.is_ascii_graphic()) {
            errors.add("base", t("An image's name has no spaces or special characters."));
        }
        errors.check("base", at_most(BASE_LIMIT, base.len()));
        let command = one_line(&self.command);
        errors.check("command", check_line(&command));
        errors.check("command", at_most(COMMAND_LIMIT, command.chars().count()));
        let script =
            check_source("script", t("Paste an install script here."), &self.script, errors);
        BuildSource::Script { base, script, command }
    }

    fn check_dockerfile(&self, errors: &mut FieldErrors) -> BuildSource {
        let dockerfile =
            check_source("dockerfile", t("Paste a Dockerfile here."), &self.dockerfile, errors);
        let context = self.context.as_ref().map(|(id, _)| id.clone());
        BuildSource::Dockerfile { dockerfile, context }
    }
}

fn check_source(field: &'static str, empty: &str, text: &str, errors: &mut FieldErrors) -> String {
    let text = unix_lines(text);
    if text.trim().is_empty() {
        errors.add(field, empty);
    }
    if text.contains('\0') {
        errors.add(field, t("This is not a text: it holds the character U+0000."));
    }
    errors.check(field, at_most_kib(SOURCE_LIMIT, text.len()));
    text
}

fn at_most(limit: usize, length: usize) -> Result<(), String> {
    if length <= limit {
        return Ok(());
    }
    Err(fill(
        t("This has {n} characters; at most {most} fit."),
        &[("n", &length), ("most", &limit)],
    ))
}

fn at_most_kib(limit: usize, length: usize) -> Result<(), String> {
    if length <= limit {
        return Ok(());
    }
    Err(fill(
        t("This has {n} KiB; at most {most} KiB fit."),
        &[("n", &length.div_ceil(1024)), ("most", &(limit >> 10))],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ProjectForm {
        ProjectForm {
            name: "jq".to_owned(),
            short: "JSON on the command line".to_owned(),
            script: "#!/bin/sh\r\ntrue\r\n".to_owned(),
            ..ProjectForm::new()
        }
    }

    #[test]
    fn a_form_in_order_is_tidied() {
        let checked = ProjectForm { name: "  Big  JQ ".to_owned(), ..form() }.check().unwrap();
        assert_eq!((checked.slug.as_str(), checked.texts.name.as_str()), ("big-jq", "Big JQ"));
        let BuildSource::Script { script, base, .. } = checked.source else { panic!("a script") };
        assert_eq!((script.as_str(), base.as_str()), ("#!/bin/sh\ntrue\n", "debian:12"));
    }

    /// A field, what is typed into it and what the error says.
    type Case = (&'static str, fn(&mut ProjectForm), &'static str);

    #[test]
    fn each_field_says_what_is_wrong() {
        let cases: [Case; 21] = [
            ("name", |f| f.name = "  ".into(), "Give the project a name"),
            ("name", |f| f.name = "x".repeat(65), "at most 64"),
            ("name", |f| f.name = "a\u{202e}b".into(), "U+202E"),
            ("name", |f| f.name = "a\u{200b}b".into(), "U+200B"),
            ("name", |f| f.name = "tab\there".into(), "U+0009"),
            ("name", |f| f.name = "…".into(), "letter or digit"),
            ("name", |f| f.name = "Admin".into(), "kept"),
            ("category", |f| f.category = "Weapons".into(), "categories"),
            ("short_description", |f| f.short = String::new(), "in a line"),
            ("short_description", |f| f.short = "x".repeat(201), "at most 200"),
            ("long_description", |f| f.description = "x".repeat((100 << 10) + 1), "100 KiB"),
            ("long_description", |f| f.description = "a\u{0}".into(), "U+0000"),
            ("licence", |f| f.licence = "free".into(), "SPDX"),
            ("repository", |f| f.repository = "javascript:alert(1)".into(), "https://"),
            ("language", |f| f.language = "a\u{200b}".into(), "U+200B"),
            ("topics", |f| f.topics = "<b>".into(), "letters"),
            ("base", |f| f.base = " ".into(), "debian:12"),
            ("base", |f| f.base = "debian 12".into(), "spaces"),
            ("script", |f| f.script = "\r\n".into(), "install script"),
            ("script", |f| f.script = "x".repeat((256 << 10) + 1), "256 KiB"),
            ("command", |f| f.command = "a\nb".into(), "U+000A"),
        ];
        for (field, type_in, says) in cases {
            let mut form = form();
            type_in(&mut form);
            let errors = form.check().unwrap_err();
            assert!(errors.at(field).contains(says), "{field}: {errors:?}");
            assert_eq!(errors.0.len(), 1, "{errors:?}");
        }
    }

    #[test]
    fn limits_count_after_line_endings_became_unix() {
        let mut form = form();
        form.script = "y\r\n".repeat(128 << 10);
        form.name = "x".repeat(64);
        form.short = "x".repeat(200);
        assert!(form.check().is_ok());
    }

    #[test]
    fn the_other_form_is_not_looked_at() {
        let script = ProjectForm { dockerfile: String::new(), ..form() };
        assert!(script.check().is_ok());
        let file = ProjectForm { kind: Kind::Dockerfile, script: String::new(), ..form() };
        assert!(file.check().is_ok());
        let none = ProjectForm { dockerfile: String::new(), ..file };
        assert!(none.check().unwrap_err().at("dockerfile").contains("Dockerfile"));
    }
}
