//! How a build ends without an image.

use super::stop::Reason;
use crate::{
    builds::{
        context::ContextError,
        dockerfile::{ExpandError, ParseError},
    },
    engine::EngineError,
    remote::RemoteError,
};
use container_api::FailureCause;

/// Why a build has no image to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Something went wrong.
    Failed(FailureCause),
    /// It was stopped on request.
    Cancelled,
}

impl From<Reason> for Ending {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Cancelled => Self::Cancelled,
            Reason::TimeLimit(limit) => {
                Self::Failed(FailureCause::TimeLimit { seconds: limit.as_secs() })
            }
            Reason::Shutdown => Self::Failed(FailureCause::Interrupted),
        }
    }
}

impl Ending {
    /// A fault of our own. The error goes to the log, `message` to the maintainer.
    pub(crate) fn internal(message: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a build failed: {message}");
        Self::Failed(FailureCause::Internal { message: message.to_owned() })
    }

    /// A mistake in the Dockerfile that showed only now.
    pub(super) fn dockerfile(line: u32, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Failed(ParseError { line, message }.into())
    }

    pub(super) fn expansion(line: u32, error: &ExpandError) -> Self {
        Self::dockerfile(line, error.to_string())
    }

    pub(super) fn engine(error: EngineError) -> Self {
        match error {
            EngineError::Archive(message) => Self::Failed(FailureCause::Context { message }),
            error => Self::internal("the engine could not do its part", &error),
        }
    }

    pub(super) fn registry(error: &RemoteError) -> Self {
        Self::internal("the registry could not do its part", error)
    }
}

impl From<ContextError> for Ending {
    fn from(error: ContextError) -> Self {
        match error {
            ContextError::Io(error) => Self::internal("the context could not be read", &error),
            error => Self::Failed(FailureCause::Context { message: error.to_string() }),
        }
    }
}
