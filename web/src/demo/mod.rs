//! What is a guided demo? Steps in Markdown, commands that run on click, and what tells that a step
//! is done. The format is described for maintainers in `docs/guided-demo.md`.
//!
//! ```text
//! the maintainer's file ── parse ──> Demo ──> templates/demo_panel.html, beside the terminal
//!                             └────> Problems, by line: the file is not kept
//! ```
//!
//! Pure: what is kept, and who may change it, is in [`keep`].

pub mod keep;
mod parse;
mod problem;
#[cfg(test)]
mod tests;

pub use parse::{parse, step_count};
pub use problem::{Problem, Problems};

use serde::Serialize;

/// A guided demo, ready to be shown: its HTML is sanitised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demo {
    /// What stands before the first step, as HTML; may be empty.
    pub intro: String,
    /// At least one.
    pub steps: Vec<Step>,
}

/// One thing to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Plain text.
    pub title: String,
    /// What to read and to run, in order.
    pub parts: Vec<Part>,
    /// What the terminal must show until the step is done; without one, running every command or
    /// going on is enough.
    pub checks: Vec<Check>,
}

impl Step {
    /// The checks as the page's script reads them.
    #[must_use]
    pub fn checks_json(&self) -> String {
        serde_json::to_string(&self.checks).unwrap_or_default()
    }
}

/// A piece of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Sanitised HTML.
    Text(String),
    /// A line that is typed into the visitor's terminal on click.
    Command(String),
}

/// A text that the terminal must show. Matched by comparing alone, so that no text of a stranger's
/// can keep a visitor's browser busy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Runs of space in it are one space, as they are in what it is compared with.
    pub text: String,
    /// Whether it is a whole line of the terminal, or anywhere in one.
    pub line: bool,
}
