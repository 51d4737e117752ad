//! Why a sandbox could not be had.

use crate::engine::EngineError;
use container_api::SandboxId;

/// Why something could not be done with a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The request makes no sense; the message may be shown.
    #[error("{0}")]
    Invalid(String),
    /// The owner has as many sandboxes as the quota allows.
    #[error("the owner has {quota} already")]
    QuotaReached {
        /// The oldest of them.
        sandbox: Option<SandboxId>,
        /// How many are allowed.
        quota: u32,
    },
    /// The machine has as many sandboxes as the operator allows.
    #[error("all {capacity} places are taken")]
    Full {
        /// How many are allowed.
        capacity: usize,
    },
    /// There is no such sandbox, or it is long over.
    #[error("there is no such sandbox")]
    NotFound,
    /// The sandbox is over, or about to be.
    #[error("the sandbox has ended")]
    Ended,
    /// The sandbox is still about to start.
    #[error("the sandbox does not run yet")]
    NotRunning,
    /// The sandbox cannot be made to stand still, or to go on.
    #[error("the sandbox cannot be frozen or thawed")]
    CannotFreeze(#[source] EngineError),
    /// The sandbox has all the time that its caller allows.
    #[error("the sandbox has all the time it may have")]
    CannotExtend,
    /// What the sandbox was started from is not known.
    #[error("what the sandbox was started from is not known")]
    CannotRestart,
    /// It was stopped, or its time was up, before it ran.
    #[error("the sandbox was stopped while it was starting")]
    StoppedWhileStarting,
    /// The server is about to end.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// The image's program cannot be started; the message may be shown.
    #[error("{0}")]
    Program(String),
    /// The image cannot be made ready.
    #[error("the image cannot be made ready")]
    Image(#[source] EngineError),
    /// The engine failed.
    #[error("the engine failed")]
    Engine(#[source] EngineError),
}

impl From<EngineError> for SandboxError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Program(message) => Self::Program(message),
            EngineError::Image { .. } => Self::Image(error),
            other => Self::Engine(other),
        }
    }
}

impl SandboxError {
    /// The same in words that a visitor may read.
    pub(super) fn public_message(&self) -> String {
        match self {
            Self::Invalid(message) | Self::Program(message) => message.clone(),
            Self::Image(_) => "The image could not be made ready.".to_owned(),
            Self::StoppedWhileStarting => "It was stopped before it ran.".to_owned(),
            _ => "The engine could not start it.".to_owned(),
        }
    }
}
