//! What is wrong with a demo's file, and where?

use crate::i18n::{fill, t};
use std::fmt;

/// More are not told of at once: the first ones explain the others.
const MOST: usize = 20;

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; `None` where the file as a whole is meant.
    pub line: Option<usize>,
    /// A sentence, in the reader's language.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => {
                f.write_str(&fill(t("Line {n}: {what}"), &[("n", &line), ("what", &self.text)]))
            }
            None => f.write_str(&self.text),
        }
    }
}

/// All that is wrong, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One problem with the file as a whole.
    pub fn of(text: impl Into<String>) -> Self {
        Self(vec![Problem { line: None, text: text.into() }])
    }

    /// Adds what is wrong at a line.
    pub fn at(&mut self, line: usize, text: impl Into<String>) {
        self.0.push(Problem { line: Some(line), text: text.into() });
    }

    /// Adds a check's failure.
    pub fn check(&mut self, line: usize, checked: Result<(), String>) {
        if let Err(text) = checked {
            self.at(line, text);
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first ones, by line.
    #[must_use]
    pub fn listed(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| problem.line);
        self.0.truncate(MOST);
        self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.clone().listed().iter().map(Problem::to_string).collect::<Vec<_>>();
        f.write_str(&said.join(" "))
    }
}
