//! What goes wrong, and how it is told: a page for people, a problem document (RFC 9457) for
//! programs. What is nobody else's business goes to the log.

use crate::throttle::ThrottleError;
use crate::{
    accounts::password::HashError, db::DbError, http::address, input::FieldErrors, pages,
    policy::quota::Refusal, redis_link::LinkError, sessions::StoreError,
};
use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use container_api::{ClientError, Problem, SandboxId};
use std::{fmt, io};

/// Anything that keeps a request from its answer. The text is for the log; [`Error::problem`] is
/// what the reader gets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such path.
    #[error("there is no such page")]
    NoSuchPage,
    /// The path exists, the method does not fit.
    #[error("the method does not fit")]
    WrongMethod {
        /// Those that do, as the header `Allow` lists them.
        allow: String,
    },
    /// No such project, or not this visitor's to change.
    #[error("there is no such project")]
    NoSuchProject,
    /// No such sandbox, or another visitor's.
    #[error("there is no such sandbox")]
    NoSuchSandbox,
    /// No quota of its own for somebody.
    #[error("there is no such quota")]
    NoSuchQuota,
    /// No such account.
    #[error("there is no such account")]
    NoSuchUser,
    /// No such build, or another maintainer's.
    #[error("there is no such build")]
    NoSuchBuild,
    /// No such API token, or another account's.
    #[error("there is no such token")]
    NoSuchToken,
    /// An account is needed; afterwards the visitor comes back to `next`.
    #[error("nobody is logged in")]
    NeedsLogin {
        /// A path on this site.
        next: String,
    },
    /// Somebody else's to do.
    #[error("that is somebody else's to do")]
    Forbidden,
    /// A change that was asked for with a token for reading only.
    #[error("a change with a token for reading only")]
    ReadOnlyToken,
    /// An API token that was never given out, was revoked or has ended.
    #[error("a token that does not hold")]
    BadToken,
    /// A form without this session's token.
    #[error("a form without the session's token")]
    ForgedForm,
    /// A change that another site asked for.
    #[error("a change that another site asked for")]
    CrossSite,
    /// A form that cannot be read.
    #[error("a form that cannot be read: {0}")]
    BadForm(String),
    /// A form that is too large to be kept and shown again.
    #[error("a form over {limit} bytes")]
    FormTooLarge {
        /// In bytes.
        limit: usize,
    },
    /// A request that cannot be read.
    #[error("a request that cannot be read: {0}")]
    BadRequest(String),
    /// A body that is not the JSON that was expected.
    #[error("bad JSON: {0}")]
    BadJson(String),
    /// A body of another media type.
    #[error("a body of another media type than {0}")]
    WrongMediaType(&'static str),
    /// A body that is too large to be read.
    #[error("a body over {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// Fields that hold what they may not.
    #[error("fields that are not in order: {0}")]
    Fields(FieldErrors),
    /// The project has no image yet.
    #[error("the project has no image yet")]
    NotReady,
    /// The visitor has a sandbox already.
    #[error("the visitor has the sandbox {0} already")]
    Busy(SandboxId),
    /// The site would have nobody to look after it.
    #[error("the last administrator")]
    LastAdministrator,
    /// As much as the quota allows.
    #[error("the quota is reached: {0}")]
    Quota(#[from] Refusal),
    /// Too many starts from one address.
    #[error("too many starts from one address")]
    TooMany {
        /// Seconds until the next one may start.
        retry_after: u64,
    },
    /// Too many attempts at a password, or too many new accounts.
    #[error("too many attempts")]
    TooOften {
        /// Seconds until the next one makes sense.
        retry_after: u64,
    },
    /// The container server said no, or nothing.
    #[error(transparent)]
    Containers(#[from] ClientError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Redis, which keeps sessions and throttles, failed.
    #[error(transparent)]
    Redis(#[from] LinkError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The session could not be written.
    #[error("the session cannot be written: {0}")]
    Session(#[from] actix_session::SessionInsertError),
    /// An answer cannot be written as JSON.
    #[error("an answer cannot be written: {0}")]
    Unwritable(String),
    /// A cookie could not be written.
    #[error("a cookie cannot be written: {0}")]
    Cookie(String),
    /// A template failed.
    #[error("a page cannot be written: {0}")]
    Template(#[from] askama::Error),
    /// Work ended badly, or with the server.
    #[error("work was cut short: {0}")]
    Cut(#[from] tokio::task::JoinError),
    /// A file could not be kept.
    #[error("an upload cannot be kept: {0}")]
    Upload(#[from] io::Error),
}

impl Error {
    /// What the reader gets.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Containers(ClientError::Refused(problem)) if problem.status != 401 => {
                problem.clone()
            }
            Self::Containers(_) => Problem::new(
                "unavailable",
                "Sandboxes are not available just now",
                503,
                "The server that runs sandboxes and builds cannot be reached. Please try again \
                 in a minute.",
            ),
            Self::Redis(_) => Problem::new(
                "unavailable",
                "Log-ins cannot be checked just now",
                503,
                "The part of the site that remembers who is logged in cannot be reached. You are \
                 not logged out by that. Please try again in a minute.",
            ),
            Self::Fields(errors) => {
                let mut problem = self.refusal();
                problem.errors = errors.problems();
                problem
            }
            Self::Busy(sandbox) => {
                let mut problem = self.refusal();
                problem.sandbox = Some(sandbox.clone());
                problem
            }
            Self::Db(error) if error.is_passing() => Problem::new(
                "database-unavailable",
                "The database cannot be reached just now",
                503,
                "Nothing is lost that was saved before. Please try again in a moment, and look \
                 first whether what you just did was saved.",
            ),
            Self::Db(DbError::Nul) => Problem::new(
                "bad-request",
                "The request cannot be read",
                400,
                "A text in it holds the character NUL (U+0000). Send it again without.",
            ),
            Self::Db(_)
            | Self::Cut(_)
            | Self::Hash(_)
            | Self::Session(_)
            | Self::Template(_)
            | Self::Unwritable(_)
            | Self::Upload(_) => Problem::new(
                "internal",
                "Something went wrong on our side",
                500,
                "Nothing was changed. Please try again; the operator finds the cause in the \
                     log.",
            ),
            _ => self.refusal(),
        }
    }

    fn refusal(&self) -> Problem {
        let (kind, title, status) = self.class();
        Problem::new(kind, title, status, self.detail())
    }

    fn class(&self) -> (&'static str, &'static str, u16) {
        match self {
            Self::NoSuchPage => ("not-found", "There is nothing here", 404),
            Self::WrongMethod { .. } => ("wrong-method", "That cannot be done here", 405),
            Self::NoSuchProject => ("no-such-project", "There is no such project", 404),
            Self::NoSuchSandbox => ("no-such-sandbox", "There is no such sandbox", 404),
            Self::NoSuchQuota => ("no-such-quota", "There is no such quota", 404),
            Self::NoSuchUser => ("no-such-user", "There is no such account", 404),
            Self::NoSuchBuild => ("no-such-build", "There is no such build", 404),
            Self::NoSuchToken => ("no-such-token", "There is no such token", 404),
            Self::BadToken => ("bad-token", "This token does not hold", 401),
            Self::NeedsLogin { .. } => ("needs-login", "Please log in", 401),
            Self::Forbidden => ("forbidden", "That is not yours to do", 403),
            Self::ReadOnlyToken => ("read-only-token", "This token is for reading only", 403),
            Self::ForgedForm => ("forged-form", "This form has expired", 403),
            Self::CrossSite => ("cross-site", "Another site asked for this", 403),
            Self::BadForm(_) => ("bad-form", "The form cannot be read", 400),
            Self::FormTooLarge { .. } => ("too-large", "That is too much at once", 413),
            Self::BadRequest(_) => ("bad-request", "The request cannot be read", 400),
            Self::BadJson(_) => ("bad-json", "The body cannot be read", 400),
            Self::WrongMediaType(_) => ("wrong-media-type", "The body cannot be read", 415),
            Self::TooLarge { .. } => ("too-large", "That is too much at once", 413),
            Self::Fields(_) => ("invalid", "Something is not right yet", 422),
            Self::NotReady => ("not-ready", "Not ready to be tried", 409),
            Self::LastAdministrator => {
                ("last-administrator", "Somebody has to look after the site", 409)
            }
            Self::Quota(refusal) => {
                ("quota-reached", refusal.words().0, if refusal.passes() { 409 } else { 403 })
            }
            Self::Busy(_) => ("quota-reached", "One sandbox at a time", 409),
            Self::TooMany { .. } => ("too-many", "Too many sandboxes in a short time", 429),
            Self::TooOften { .. } => ("too-often", "Too many attempts", 429),
            _ => ("internal", "Something went wrong on our side", 500),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoSuchPage => "The address leads nowhere. Check it, or start from the home page.",
            Self::WrongMethod { .. } => "This address exists, but not for this kind of request.",
            Self::NoSuchProject => {
                "It may have been removed, or the address is mistyped. The home page lists what \
                 can be tried."
            }
            Self::NoSuchSandbox => {
                "It is not yours, or it never existed. Sandboxes can be opened only by the \
                 browser that started them."
            }
            Self::LastAdministrator => {
                "This is the last administrator. Make somebody else one first."
            }
            Self::NoSuchQuota => "What is more general holds already.",
            Self::NoSuchUser => "Nobody has that name. Accounts are named in lower case.",
            Self::NoSuchBuild => "It is not yours to see, or it never existed.",
            Self::NeedsLogin { .. } => "This needs an account. Log in and try again.",
            Self::NoSuchToken => "It was revoked, or it is not yours.",
            Self::BadToken => {
                "It is mistyped, was revoked or has ended. Copy it again, whole, or make a new one in \
                 the settings of your account."
            }
            Self::Fields(_) => "Nothing was changed. See `errors` for what is wrong where.",
            Self::Forbidden => "Only its maintainer may do that.",
            Self::ReadOnlyToken => {
                "Make a token that may write, in the settings of your account, and use that one."
            }
            Self::ForgedForm => {
                "The page with the form was open for too long, or cookies are blocked. Go back, \
                 reload the page and send it again."
            }
            Self::CrossSite => {
                "The request came from another site, so it was not carried out. Open the page \
                 here and try again."
            }
            Self::NotReady => "Its first build has not succeeded yet. Please come back later.",
            Self::Busy(_) => "You have a sandbox open already. Go back to it, or stop it first.",
            Self::BadForm(what) | Self::BadRequest(what) | Self::BadJson(what) => {
                return what.clone();
            }
            Self::WrongMediaType(expected) => {
                return format!("Send the header `Content-Type: {expected}`, and a body of that kind.");
            }
            Self::TooLarge { limit } => {
                return format!("The body may hold up to {} KiB.", limit >> 10);
            }
            Self::FormTooLarge { limit } => {
                return format!("The form may hold up to {} MiB.", limit >> 20);
            }
            Self::Quota(refusal) => return refusal.words().1,
            Self::TooOften { retry_after } => {
                return format!(
                    "There were many attempts in a short time, so this one was not looked at. \
                     Please try again in {retry_after} seconds. Whoever is logged in stays so."
                );
            }
            Self::TooMany { retry_after } => {
                return format!(
                    "Many sandboxes were started from your network within a minute. Please try \
                     again in {retry_after} seconds."
                );
            }
            _ => "Please try again; the operator finds the cause in the log.",
        }
        .to_owned()
    }

    /// Seconds after which another attempt makes sense.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } | Self::TooOften { retry_after } => Some(*retry_after),
            Self::Containers(ClientError::Unreachable(_)) | Self::Redis(_) => Some(30),
            Self::Db(error) if error.is_passing() => Some(5),
            _ => None,
        }
    }

    /// What the answer's headers say besides.
    fn headers(&self) -> Vec<(header::HeaderName, String)> {
        let bearer = |words: &str| (header::WWW_AUTHENTICATE, format!("Bearer{words}"));
        let mut headers = match self {
            Self::WrongMethod { allow } => vec![(header::ALLOW, allow.clone())],
            Self::NeedsLogin { .. } => vec![bearer("")],
            Self::BadToken => vec![bearer(" error=\"invalid_token\"")],
            Self::ReadOnlyToken => {
                vec![bearer(" error=\"insufficient_scope\", scope=\"write\"")]
            }
            _ => Vec::new(),
        };
        if let Some(seconds) = self.retry_after() {
            headers.push((header::RETRY_AFTER, seconds.to_string()));
        }
        headers
    }

    fn log(&self, status: StatusCode) {
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
    }
}

impl From<ThrottleError> for Error {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Refused { wait } => Self::TooOften { retry_after: wait.as_secs() + 1 },
            ThrottleError::Redis(error) => Self::Redis(error),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Db(error) => Self::Db(error),
            StoreError::Redis(error) => Self::Redis(error),
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

/// An error of a page.
#[derive(Debug)]
pub struct PageError(pub Error);

/// An error of the API.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        status(&self.0.problem())
    }

    fn error_response(&self) -> HttpResponse {
        if let Error::NeedsLogin { next } = &self.0 {
            return pages::see_other(&format!("/login?next={}", address::local_path(next)));
        }
        self.0.log(self.status_code());
        let problem = self.0.problem();
        let mut response = HttpResponse::build(status(&problem));
        for header in self.0.headers() {
            response.insert_header(header);
        }
        response.content_type("text/html; charset=utf-8").body(pages::error::render(&problem))
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(&self.0.problem())
    }

    fn error_response(&self) -> HttpResponse {
        self.0.log(self.status_code());
        let problem = self.0.problem();
        let mut response = HttpResponse::build(status(&problem));
        for header in self.0.headers() {
            response.insert_header(header);
        }
        response
            .insert_header((header::CONTENT_TYPE, container_api::problem::CONTENT_TYPE))
            .body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

/// The error as fits the path: a problem document under `/api`, a page elsewhere.
#[must_use]
pub fn at(path: &str, error: Error) -> actix_web::Error {
    if address::is_api(path) { ApiError(error).into() } else { PageError(error).into() }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
