//! Builds: from an install script or a Dockerfile to an image in the registry.

use crate::{BuildId, ContextId, ImageRef};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What to build from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BuildSource {
    /// An install script, run on a base image.
    Script {
        /// For example `debian:12`.
        base: String,
        /// The script; its shebang is honoured, `sh` where it has none.
        script: String,
        /// The command a visitor meets; a shell where it is empty.
        command: String,
    },
    /// A Dockerfile, with the context its COPY instructions read.
    Dockerfile {
        /// The Dockerfile's text.
        dockerfile: String,
        /// An uploaded context.
        context: Option<ContextId>,
    },
}

/// A request for a build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateBuild {
    /// The repository to push to, such as `projects/jq`.
    pub repository: String,
    /// What to build.
    pub source: BuildSource,
}

/// Where a build stands: `queued → running → pushed | failed | cancelled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildState {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// The image is in the registry.
    Pushed,
    /// No image came of it; the cause says why.
    Failed,
    /// Stopped on request.
    Cancelled,
}

impl BuildState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Pushed | Self::Failed | Self::Cancelled)
    }

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Pushed => "pushed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Why a build failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum FailureCause {
    /// The Dockerfile does not parse.
    Dockerfile {
        /// The line, counted from 1.
        line: u32,
        /// What is wrong with it.
        message: String,
    },
    /// The base image is neither in the local store nor within reach upstream.
    UnknownBase {
        /// The base as it was named.
        base: String,
        /// What was tried, and what to do.
        message: String,
    },
    /// A command ended with an error.
    Command {
        /// The instruction, such as `RUN make`.
        step: String,
        /// Its exit code.
        code: i32,
        /// The last lines it printed.
        tail: Vec<String>,
    },
    /// A command, or the whole build, took too long.
    TimeLimit {
        /// The limit in seconds.
        seconds: u64,
    },
    /// A command used more memory than a build may.
    MemoryLimit {
        /// The limit in bytes.
        bytes: u64,
    },
    /// The context does not hold what an instruction asks for, or is not a readable archive.
    Context {
        /// What is missing or wrong.
        message: String,
    },
    /// The server ended in mid-build.
    Interrupted,
    /// Our own fault: the log on the server says more.
    Internal {
        /// What can be told.
        message: String,
    },
}

/// A build as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildView {
    /// Its id.
    pub id: BuildId,
    /// Where its image goes.
    pub repository: String,
    /// Where it stands.
    pub state: BuildState,
    /// The image, once pushed.
    pub image: Option<ImageRef>,
    /// What the image's configuration and layers take in the registry, compressed, once pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_bytes: Option<u64>,
    /// While it is queued: how many others wait that get their turn before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
    /// Why it failed, if it has.
    pub failure: Option<FailureCause>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended, if it has.
    pub ended_at: Option<DateTime<Utc>>,
}

/// One line of a build's log. The log is a stream of these, one JSON document a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildEvent {
    /// Milliseconds since the build was asked for.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: BuildEventKind,
}

/// What a line of a build's log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BuildEventKind {
    /// Instruction `number` of `total` begins.
    Step {
        /// Counted from 1.
        number: u32,
        /// How many there are.
        total: u32,
        /// The instruction.
        text: String,
    },
    /// The command printed this; it may hold ANSI colours.
    Output {
        /// Text without a line ending.
        text: String,
    },
    /// trythis itself has something to say.
    Note {
        /// Text without a line ending.
        text: String,
    },
    /// The build came to this state; when it is final, this is the last event.
    State {
        /// The state.
        state: BuildState,
        /// The cause, when it failed.
        failure: Option<FailureCause>,
        /// The image, when it was pushed.
        image: Option<ImageRef>,
    },
}

/// An uploaded context.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContextView {
    /// Name it in [`BuildSource::Dockerfile`].
    pub id: ContextId,
}
