//! Domain errors as problem documents (RFC 9457): the public half goes out, the rest to the log.

use crate::{
    builds::BuildError, engine::EngineError, remote::RemoteError, sandboxes::SandboxError,
};
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use container_api::{Problem, problem::CONTENT_TYPE};
use std::error::Error;

/// Everything that a request to this service can end with.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Without the token of the internal API.
    #[error("the bearer token is missing or wrong")]
    Unauthorised,
    /// A path that leads nowhere.
    #[error("there is nothing at this path")]
    NoSuchPath,
    /// A body or a path that cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// A wall of the sandboxes does not stand.
    #[error("the self-test of the walls has not passed")]
    WallsDown,
    /// There is no such build.
    #[error("there is no such build")]
    NoSuchBuild,
    /// The registry holds no such image.
    #[error("there is no such image")]
    NoSuchImage,
    /// The registry cannot be asked.
    #[error(transparent)]
    Registry(#[from] RemoteError),
    /// About sandboxes.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// About builds.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl ApiError {
    /// What the client is told.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Unauthorised => Problem::new(
                "unauthorised",
                "Not authorised",
                401,
                "The bearer token of the internal API is missing or wrong.",
            ),
            Self::NoSuchPath => Problem::new(
                "not-found",
                "Nothing here",
                404,
                "There is nothing at this path of the container server's internal API.",
            ),
            Self::BadRequest(message) => bad_request(message),
            Self::WallsDown => Problem::new(
                "walls-down",
                "The sandboxes are not safe just now",
                503,
                "The server tries the walls of its sandboxes by itself, and one of them does not \
                 stand. Its operator finds out which with `trythis doctor`.",
            ),
            Self::NoSuchBuild | Self::Build(BuildError::NotFound) => {
                Problem::new("no-such-build", "No such build", 404, "There is no build of this id.")
            }
            Self::NoSuchImage => Problem::new(
                "no-such-image",
                "No such image",
                404,
                "The registry holds no image of this digest.",
            ),
            Self::Registry(_) => Problem::new(
                "registry-unavailable",
                "The registry cannot be asked",
                503,
                "What keeps the images does not answer as it should. Please try again in a minute; \
                 the operator finds more in the log.",
            ),
            Self::Sandbox(error) => sandbox_problem(error),
            Self::Build(error) => build_problem(error),
        }
    }
}

fn sandbox_problem(error: &SandboxError) -> Problem {
    match error {
        SandboxError::Invalid(message) => bad_request(message),
        SandboxError::QuotaReached { sandbox, quota } => {
            let detail = match quota {
                1 => "You have a sandbox open already. Go back to it, or stop it first.".to_owned(),
                n => format!("You have {n} sandboxes open already. Stop one of them first."),
            };
            let mut problem = Problem::new("quota-reached", "Too many sandboxes", 409, detail);
            problem.sandbox.clone_from(sandbox);
            problem
        }
        SandboxError::Full { capacity } => Problem::new(
            "no-place-left",
            "Every place is taken",
            503,
            format!(
                "All {capacity} places on this server are taken. Please try again in a minute."
            ),
        ),
        SandboxError::NotFound => Problem::new(
            "no-such-sandbox",
            "No such sandbox",
            404,
            "There is no sandbox of this id, or it ended a while ago. Start a new one.",
        ),
        SandboxError::Ended => Problem::new(
            "sandbox-ended",
            "The sandbox has ended",
            410,
            "This sandbox has ended. Start a new one.",
        ),
        SandboxError::NotRunning => Problem::new(
            "not-running",
            "The sandbox does not run yet",
            409,
            "This sandbox is about to start, or to change. Please try again in a moment.",
        ),
        SandboxError::CannotFreeze(_) => Problem::new(
            "cannot-freeze",
            "The sandbox does not stand still",
            503,
            "The host could not freeze or thaw this sandbox; it goes on as before. Please try \
             again in a moment.",
        ),
        SandboxError::CannotExtend => Problem::new(
            "cannot-extend",
            "No more time",
            409,
            "This sandbox has all the time that it may have.",
        ),
        SandboxError::CannotRestart => Problem::new(
            "cannot-restart",
            "The sandbox cannot be restarted",
            409,
            "The server was updated since this sandbox started. Stop it, and start a new one.",
        ),
        SandboxError::StoppedWhileStarting => Problem::new(
            "sandbox-stopped",
            "The sandbox was stopped",
            409,
            "The sandbox was stopped, or its time was up, before it had started.",
        ),
        SandboxError::ShuttingDown => shutting_down(),
        SandboxError::Program(message) => Problem::new(
            "program-failed",
            "The program cannot be started",
            422,
            format!("{message} The project's maintainer can mend this by a new build."),
        ),
        SandboxError::Image(_) => Problem::new(
            "image-not-ready",
            "The image is not ready",
            503,
            "The project's image could not be made ready on this machine. Please try again in a \
             minute; if it stays so, the project needs a new build.",
        ),
        SandboxError::Engine(EngineError::Io(_)) => Problem::new(
            "engine-unavailable",
            "Sandboxes cannot be started right now",
            503,
            "What runs the sandboxes does not answer. Please try again in a minute; if it stays so, \
             the server has to be restarted by its operator.",
        ),
        SandboxError::Engine(_) => internal(),
    }
}

fn build_problem(error: &BuildError) -> Problem {
    match error {
        BuildError::NotFound => ApiError::NoSuchBuild.problem(),
        BuildError::Repository(_) | BuildError::Upload(_) => bad_request(&sentence(error)),
        BuildError::Base(_)
        | BuildError::Dockerfile(_)
        | BuildError::Script(_)
        | BuildError::UnknownContext
        | BuildError::ContextFormat(_) => {
            Problem::new("invalid-build", "This cannot be built", 422, sentence(error))
        }
        BuildError::ContextTooLarge { .. } => {
            Problem::new("context-too-large", "The context is too large", 413, sentence(error))
        }
        BuildError::Busy { .. } => {
            Problem::new("builds-busy", "Too many builds are waiting", 503, sentence(error))
        }
        BuildError::ShuttingDown => shutting_down(),
        BuildError::Io(_) => internal(),
    }
}

fn bad_request(message: &str) -> Problem {
    Problem::new("bad-request", "The request makes no sense", 400, message)
}

fn shutting_down() -> Problem {
    Problem::new(
        "shutting-down",
        "The server is restarting",
        503,
        "The server is about to restart. Please try again in a minute.",
    )
}

fn internal() -> Problem {
    Problem::new(
        "internal",
        "Something went wrong on the server",
        500,
        "The container server could not do this. Please try again; the operator finds more in the \
         log.",
    )
}

/// An error's text as a sentence.
fn sentence(error: &BuildError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}

/// An error with what caused it, for the log.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(kind = problem.kind, error = chain(self), "a request failed");
        } else {
            tracing::debug!(kind = problem.kind, error = chain(self), "a request was refused");
        }
        let mut response = HttpResponse::build(status);
        if matches!(self, Self::Unauthorised) {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        let body = serde_json::to_vec(&problem).expect("a problem is plain data");
        response.content_type(CONTENT_TYPE).body(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineError;
    use container_api::SandboxId;

    #[test]
    fn the_sandbox_in_the_way_is_named() {
        let id = SandboxId::random();
        let error = SandboxError::QuotaReached { sandbox: Some(id.clone()), quota: 1 };
        let problem = ApiError::from(error).problem();
        assert_eq!((problem.kind.as_str(), problem.status), ("quota-reached", 409));
        assert_eq!(problem.sandbox, Some(id));
    }

    #[test]
    fn what_is_inside_stays_inside() {
        let secret = "/var/lib/trythis/native";
        let errors = [
            SandboxError::Engine(EngineError::Internal(secret.to_owned())),
            SandboxError::Engine(EngineError::Io(std::io::Error::other(secret))),
            SandboxError::Image(EngineError::Image {
                image: "projects/jq".to_owned(),
                message: secret.to_owned(),
            }),
        ];
        for error in errors {
            let error = ApiError::from(error);
            assert!(!error.problem().detail.contains(secret));
            assert!(chain(&error).contains(secret), "the log says more");
        }
    }

    #[test]
    fn details_are_sentences() {
        let detail = ApiError::from(BuildError::UnknownContext).problem().detail;
        assert!(detail.starts_with("The build context"), "{detail}");
        assert!(detail.ends_with('.'), "{detail}");
    }
}
