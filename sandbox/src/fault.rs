//! What goes wrong inside the supervisor, before it is known who may read it.

use crate::protocol::{Failure, FailureKind};
use std::io;

/// A request that came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The caller, and in the end the user, may know.
    #[error("{0}")]
    Told(#[from] Failure),
    /// The host refused something: for the log.
    #[error("cannot {doing}: {source}")]
    Host {
        /// What was tried, as a verb.
        doing: &'static str,
        /// What the host said.
        source: io::Error,
    },
}

impl Fault {
    /// A fault that the caller may know.
    pub fn told(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Told(Failure { kind, message: message.into() })
    }

    /// The part of it that leaves the supervisor: no path, no number.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Told(failure) => failure,
            Self::Host { doing, .. } => Failure {
                kind: FailureKind::Internal,
                message: format!("The host could not {doing}; the server's log says why."),
            },
        }
    }
}

/// Says what was being done when the host refused.
pub(crate) trait Doing<T> {
    /// `doing` is a verb and its object: "mount the root file system".
    fn doing(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(|e| Fault::Host { doing, source: e.into() })
    }
}
