//! Errors on the wire: RFC 9457 problem documents.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The media type of a problem document.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// An error as a client sees it. It never carries internals: those go to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem this is: a stable word for programs, such as `quota-reached`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short summary for people, the same for every occurrence of the kind.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What happened this time, where, and what to do next.
    pub detail: String,
    /// The sandbox that is in the way, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<crate::SandboxId>,
    /// What is wrong with which field of the request, where that is known.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub errors: Box<[FieldProblem]>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field, with dots between its parts, such as `source.script`; empty for the whole.
    pub field: String,
    /// What is wrong, and what to do.
    pub detail: String,
}

impl Problem {
    /// A problem of a kind, with what to tell the reader.
    pub fn new(kind: &str, title: &str, status: u16, detail: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            sandbox: None,
            errors: Box::default(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}
