//! What goes wrong, and how it is told: a page for people, a problem document (RFC 9457) for
//! programs. What is nobody else's business goes to the log.

mod answer;
mod words;

use crate::{
    accounts::password::HashError,
    db::DbError,
    input::FieldErrors,
    policy::{ban::Ban, quota::Refusal},
    redis_link::LinkError,
    sessions::StoreError,
    throttle::ThrottleError,
};
use container_api::{ClientError, SandboxId};
use std::io;

pub use answer::{ApiError, PageError, at};

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
    /// Nobody of that name or address is banned.
    #[error("there is no such ban")]
    NoSuchBan,
    /// No such account.
    #[error("there is no such account")]
    NoSuchUser,
    /// No such comment.
    #[error("there is no such comment")]
    NoSuchComment,
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
    /// An account or a network that is kept out.
    #[error("{} is banned", .0.subject)]
    Banned(Box<Ban>),
    /// An image that the registry holds no more.
    #[error("the registry does not hold this image any more")]
    ImageGone,
    /// Somebody else's to do.
    #[error("that is somebody else's to do")]
    Forbidden,
    /// Somebody else's words to change.
    #[error("that is somebody else's comment")]
    NotYourComment,
    /// Somebody else's words to remove.
    #[error("that is somebody else's comment, on somebody else's project")]
    NotYoursToRemove,
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
    /// The project is archived.
    #[error("the project is archived")]
    Archived,
    /// The visitor has a sandbox already.
    #[error("the visitor has the sandbox {0} already")]
    Busy(SandboxId),
    /// The site would have nobody to look after it.
    #[error("the last administrator")]
    LastAdministrator,
    /// A role for the account that owns the catalogue.
    #[error("this account is the site's own, and can be given no role")]
    SitesOwn,
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
