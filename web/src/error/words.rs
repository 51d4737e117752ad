//! In which words does the reader hear of an error?

use super::Error;
use crate::db::DbError;
use container_api::{ClientError, Problem};

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
            Self::Archived => ("archived", "This project is archived", 409),
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
            Self::Archived => {
                "Its maintainer has put it away, so it cannot be tried any more. Its page is still \
                 there."
            }
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
}
