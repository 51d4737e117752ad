//! Why a build cannot be asked for. The messages may be shown to the maintainer.

use super::{dockerfile::ParseError, script::ScriptError};
use std::io;

/// Why a request about builds was refused.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The repository's name does not follow the rules of registries, or is kept for base images.
    #[error(
        "`{0}` cannot be the name of an image: lower-case letters, digits and . _ - / are \
         allowed, and `library/` is kept for base images"
    )]
    Repository(String),
    /// The base image's name makes no sense.
    #[error("`{0}` is not the name of an image: write for example `debian:12`")]
    Base(String),
    /// The Dockerfile does not parse.
    #[error("the Dockerfile cannot be built: {0}")]
    Dockerfile(#[from] ParseError),
    /// The install script is not accepted.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// There is no such context.
    #[error("the build context is not there (any more): upload it again")]
    UnknownContext,
    /// The context is not an archive that is read.
    #[error("the build context is {0}: send a tar archive, gzipped or not")]
    ContextFormat(&'static str),
    /// The context is too large.
    #[error("the build context is larger than {} MiB: leave out what the build does not need", limit >> 20)]
    ContextTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The upload broke off.
    #[error("the upload of the build context broke off: try again")]
    Upload(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no such build.
    #[error("there is no such build")]
    NotFound,
    /// Too many builds wait.
    #[error("{waiting} builds are waiting already: try again in a few minutes")]
    Busy {
        /// How many.
        waiting: usize,
    },
    /// The server is about to end.
    #[error("the server is shutting down: try again in a minute")]
    ShuttingDown,
    /// The host failed. The source is for the log only.
    #[error("the build's files cannot be read or written: the operator finds more in the log")]
    Io(#[from] io::Error),
}
