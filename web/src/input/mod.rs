//! What may people type? Pure checks; each failure is a sentence at its field.

pub mod account;
pub mod ban;
pub mod comment;
pub mod facts;
pub mod looks;
pub mod parents;
pub mod project;
pub mod quota;
pub mod slug;
pub mod text;

use container_api::FieldProblem;
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// A field's name.
type Name = Cow<'static, str>;

/// What is wrong with a form, by field. The field `""` is the form as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<Name, String>);

impl FieldErrors {
    /// One error.
    pub fn of(field: impl Into<Name>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds an error; the first one of a field stays.
    pub fn add(&mut self, field: impl Into<Name>, message: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| message.into());
    }

    /// Adds a check's error.
    pub fn check(&mut self, field: impl Into<Name>, checked: Result<(), String>) {
        if let Err(message) = checked {
            self.add(field, message);
        }
    }

    /// These errors and those.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        for (field, message) in more.0 {
            self.add(field, message);
        }
        self
    }

    /// The error of a field; empty where there is none, as templates like it.
    #[must_use]
    pub fn at(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// The same under the names that the fields have elsewhere.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> Option<&'static str>) -> Self {
        let rename = |(field, message): (Name, String)| {
            let field = name(&field).map_or(field, Name::from);
            (field, message)
        };
        Self(self.0.into_iter().map(rename).collect())
    }

    /// What is wrong, for programs.
    #[must_use]
    pub fn problems(&self) -> Box<[FieldProblem]> {
        let problem = |(field, detail): (&Name, &String)| FieldProblem {
            field: field.to_string(),
            detail: detail.clone(),
        };
        self.0.iter().map(problem).collect()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.0.iter().map(|(field, message)| match field.as_ref() {
            "" => message.clone(),
            field => format!("{field}: {message}"),
        });
        f.write_str(&said.collect::<Vec<_>>().join(" "))
    }
}
