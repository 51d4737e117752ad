//! Reading a Dockerfile.
//!
//! The text becomes logical lines ([`lines`]), each line an [`Instruction`] ([`parser`]), and the
//! variables in it are filled in later, when the base image's environment is known ([`expand`]).
//! What is not supported is refused with its line and a reason, never passed over.
//!
//! The language is that of the Dockerfile reference of BuildKit's front end; where the reference
//! leaves a case open, the behaviour of `docker build` decides.

mod expand;
mod instruction;
mod lines;
mod parser;
mod words;

pub use expand::{ExpandError, expand};
pub use instruction::{Argument, CommandLine, Copy, Dockerfile, Instruction, Kind, Pair};
pub(super) use parser::is_port;
pub use parser::parse;

/// The longest Dockerfile that is read, in bytes.
pub const SIZE_LIMIT: usize = 256 << 10;

/// A Dockerfile that cannot be built, and where the trouble is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong with it, and what to do instead.
    pub message: String,
}

impl ParseError {
    pub(super) fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl From<ParseError> for container_api::FailureCause {
    fn from(error: ParseError) -> Self {
        Self::Dockerfile { line: error.line, message: error.message }
    }
}

#[cfg(test)]
mod tests;
