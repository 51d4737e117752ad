//! The supervisor's calls, off the asynchronous threads; and their errors, sorted.

use crate::engine::EngineError;
use sandbox::{Client, Error, protocol::FailureKind};
use std::{io, sync::Arc};
use tokio::task::spawn_blocking;

/// The supervisor, for asynchronous callers; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    client: Arc<Client>,
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct CallError(#[from] Error);

impl Calls {
    pub(super) fn new(client: Client) -> Self {
        Self { client: Arc::new(client) }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Makes a call. Dropping the future does not undo it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, CallError> {
        let client = self.client.clone();
        let joined = spawn_blocking(move || call(&client)).await;
        Ok(joined.unwrap_or_else(|broken| Err(Error::Io(io::Error::other(broken))))?)
    }
}

/// Runs something that blocks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, CallError> {
    let joined = spawn_blocking(work).await;
    Ok(joined.unwrap_or_else(|broken| Err(Error::Io(io::Error::other(broken))))?)
}

impl CallError {
    /// What the supervisor says; `None` where it could not be reached.
    pub(super) fn kind(&self) -> Option<FailureKind> {
        match &self.0 {
            Error::Failure(failure) => Some(failure.kind),
            Error::Io(_) => None,
        }
    }
}

impl From<CallError> for EngineError {
    fn from(CallError(error): CallError) -> Self {
        match error {
            Error::Io(error) => Self::Io(error),
            Error::Failure(failure) => match failure.kind {
                FailureKind::Program => Self::Program(failure.message),
                FailureKind::Archive => Self::Archive(failure.message),
                _ => Self::Internal(failure.message),
            },
        }
    }
}
