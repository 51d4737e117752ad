//! What may people type? Pure checks; each failure is a sentence at its field.

pub mod account;
pub mod project;
pub mod slug;
pub mod text;

use std::{collections::BTreeMap, fmt};

/// What is wrong with a form, by field. The field `""` is the form as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<&'static str, String>);

impl FieldErrors {
    /// One error.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds an error; the first one of a field stays.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// Adds a check's error.
    pub fn check(&mut self, field: &'static str, checked: Result<(), String>) {
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

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.0.iter().map(|(field, message)| match *field {
            "" => message.clone(),
            field => format!("{field}: {message}"),
        });
        f.write_str(&said.collect::<Vec<_>>().join(" "))
    }
}
