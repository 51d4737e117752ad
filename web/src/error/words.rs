//! In which words does the reader hear of an error?

use super::Error;
use crate::{
    bans,
    db::DbError,
    i18n::{fill, t},
};
use container_api::{ClientError, Problem};

impl Error {
    /// What the reader gets.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Containers(ClientError::Refused(problem)) if problem.status != 401 => {
                of_containers(problem)
            }
            Self::Containers(_) => Problem::new(
                "unavailable",
                t("Sandboxes are not available just now"),
                503,
                t("The server that runs sandboxes and builds cannot be reached. Please try again \
                   in a minute."),
            ),
            Self::Redis(_) => Problem::new(
                "unavailable",
                t("Log-ins cannot be checked just now"),
                503,
                t("The part of the site that remembers who is logged in cannot be reached. You \
                   are not logged out by that. Please try again in a minute."),
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
                t("The database cannot be reached just now"),
                503,
                t("Nothing is lost that was saved before. Please try again in a moment, and look \
                   first whether what you just did was saved."),
            ),
            Self::Db(DbError::Nul) => Problem::new(
                "bad-request",
                t("The request cannot be read"),
                400,
                t("A text in it holds the character NUL (U+0000). Send it again without."),
            ),
            Self::Db(_)
            | Self::Cut(_)
            | Self::Hash(_)
            | Self::Session(_)
            | Self::Template(_)
            | Self::Unwritable(_)
            | Self::Upload(_) => Problem::new(
                "internal",
                t("Something went wrong on our side"),
                500,
                t("Nothing was changed. Please try again; the operator finds the cause in the \
                   log."),
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
            Self::NoSuchPage => ("not-found", t("There is nothing here"), 404),
            Self::WrongMethod { .. } => ("wrong-method", t("That cannot be done here"), 405),
            Self::NoSuchProject => ("no-such-project", t("There is no such project"), 404),
            Self::NoSuchSandbox => ("no-such-sandbox", t("There is no such sandbox"), 404),
            Self::NoSuchQuota => ("no-such-quota", t("There is no such quota"), 404),
            Self::NoSuchBan => ("no-such-ban", t("There is no such ban"), 404),
            Self::Banned(ban) => ("banned", bans::words::told(ban).0, 403),
            Self::NoSuchUser => ("no-such-user", t("There is no such account"), 404),
            Self::NoSuchBuild => ("no-such-build", t("There is no such build"), 404),
            Self::NoSuchComment => ("no-such-comment", t("There is no such comment"), 404),
            Self::NoSuchToken => ("no-such-token", t("There is no such token"), 404),
            Self::BadToken => ("bad-token", t("This token does not hold"), 401),
            Self::NeedsLogin { .. } => ("needs-login", t("Please log in"), 401),
            Self::Forbidden | Self::NotYourComment | Self::NotYoursToRemove => {
                ("forbidden", t("That is not yours to do"), 403)
            }
            Self::ReadOnlyToken => ("read-only-token", t("This token is for reading only"), 403),
            Self::ForgedForm => ("forged-form", t("This form has expired"), 403),
            Self::CrossSite => ("cross-site", t("Another site asked for this"), 403),
            Self::BadForm(_) => ("bad-form", t("The form cannot be read"), 400),
            Self::FormTooLarge { .. } => ("too-large", t("That is too much at once"), 413),
            Self::BadRequest(_) => ("bad-request", t("The request cannot be read"), 400),
            Self::BadJson(_) => ("bad-json", t("The body cannot be read"), 400),
            Self::WrongMediaType(_) => ("wrong-media-type", t("The body cannot be read"), 415),
            Self::TooLarge { .. } => ("too-large", t("That is too much at once"), 413),
            Self::Fields(_) => ("invalid", t("Something is not right yet"), 422),
            Self::ImageGone => ("image-gone", t("This image is gone"), 409),
            Self::NotReady => ("not-ready", t("Not ready to be tried"), 409),
            Self::Archived => ("archived", t("This project is archived"), 409),
            Self::LastAdministrator => {
                ("last-administrator", t("Somebody has to look after the site"), 409)
            }
            Self::SitesOwn => ("sites-own", t("This account is the site's own"), 409),
            Self::Quota(refusal) => {
                ("quota-reached", refusal.words().0, if refusal.passes() { 409 } else { 403 })
            }
            Self::Busy(_) => ("quota-reached", t("One sandbox at a time"), 409),
            Self::TooMany { .. } => ("too-many", t("Too many sandboxes in a short time"), 429),
            Self::TooOften { .. } => ("too-often", t("Too many attempts"), 429),
            _ => ("internal", t("Something went wrong on our side"), 500),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoSuchPage => {
                t("The address leads nowhere. Check it, or start from the home page.")
            }
            Self::WrongMethod { .. } => t("This address exists, but not for this kind of request."),
            Self::NoSuchProject => {
                t("It may have been removed, or the address is mistyped. The home page lists \
                   what can be tried.")
            }
            Self::NoSuchSandbox => {
                t("It is not yours, or it never existed. Sandboxes can be opened only by the \
                   browser that started them.")
            }
            Self::LastAdministrator => {
                t("This is the last administrator. Make somebody else one first.")
            }
            Self::SitesOwn => {
                t("It owns the projects that come with the site. Nobody can log in as it, so it \
                   is given no role.")
            }
            Self::NoSuchQuota => t("What is more general holds already."),
            Self::NoSuchBan => t("Nobody of that name or network is kept out."),
            Self::Banned(ban) => return bans::words::told(ban).1,
            Self::NoSuchUser => t("Nobody has that name. Accounts are named in lower case."),
            Self::NoSuchComment => t("It was removed, or it never existed."),
            Self::NoSuchBuild => t("It is not yours to see, or it never existed."),
            Self::NeedsLogin { .. } => t("This needs an account. Log in and try again."),
            Self::NoSuchToken => t("It was revoked, or it is not yours."),
            Self::BadToken => {
                t("It is mistyped, was revoked or has ended. Copy it again, whole, or make a new \
                   one in the settings of your account.")
            }
            Self::Fields(_) => t("Nothing was changed. See `errors` for what is wrong where."),
            Self::Forbidden => t("Only its maintainer may do that."),
            Self::NotYourComment => t("Only who wrote the comment may change it."),
            Self::NotYoursToRemove => {
                t("Only who wrote the comment, the project's maintainer and those who look after \
                   the site may delete it.")
            }
            Self::ReadOnlyToken => {
                t("Make a token that may write, in the settings of your account, and use that \
                   one.")
            }
            Self::ForgedForm => {
                t("The page with the form was open for too long, or cookies are blocked. Go \
                   back, reload the page and send it again.")
            }
            Self::CrossSite => {
                t("The request came from another site, so it was not carried out. Open the page \
                   here and try again.")
            }
            Self::ImageGone => {
                t("The registry does not have this image any more, so nothing was changed. Choose \
                   another one, or build the project again.")
            }
            Self::NotReady => t("Its first build has not succeeded yet. Please come back later."),
            Self::Archived => {
                t("Its maintainer has put it away, so it cannot be tried any more. Its page is \
                   still there.")
            }
            Self::Busy(_) => t("You have a sandbox open already. Go back to it, or stop it first."),
            Self::BadForm(what) | Self::BadRequest(what) | Self::BadJson(what) => {
                return what.clone();
            }
            Self::WrongMediaType(expected) => {
                return fill(
                    t("Send the header `Content-Type: {type}`, and a body of that kind."),
                    &[("type", expected)],
                );
            }
            Self::TooLarge { limit } => {
                return fill(t("The body may hold up to {n} KiB."), &[("n", &(limit >> 10))]);
            }
            Self::FormTooLarge { limit } => {
                return fill(t("The form may hold up to {n} MiB."), &[("n", &(limit >> 20))]);
            }
            Self::Quota(refusal) => return refusal.words().1,
            Self::TooOften { retry_after } => {
                return fill(
                    t("There were many attempts in a short time, so this one was not looked at. \
                       Please try again in {n} seconds. Whoever is logged in stays so."),
                    &[("n", retry_after)],
                );
            }
            Self::TooMany { retry_after } => {
                return fill(
                    t("Many sandboxes were started from your network within a minute. Please try \
                       again in {n} seconds."),
                    &[("n", retry_after)],
                );
            }
            _ => t("Please try again; the operator finds the cause in the log."),
        }
        .to_owned()
    }
}

/// What the container server refuses with, in the reader's words where they are known here. It
/// speaks English only; what it says of a Dockerfile, say, stays as it is.
fn of_containers(problem: &Problem) -> Problem {
    let (title, detail) = match problem.kind.as_str() {
        "no-place-left" => (
            t("Every place is taken"),
            t("Every place on this server is taken just now. Please try again in a minute."),
        ),
        "walls-down" => (
            t("Sandboxes are closed to guests just now"),
            t(
                "The server tries the walls around its sandboxes by itself, and one of them does not \
               stand. Until its operator has mended that, sandboxes start only for those who are \
               logged in. Please log in, or try again later.",
            ),
        ),
        "sandbox-stopped" => (
            t("The sandbox was stopped"),
            t("The sandbox was stopped, or its time was up, before it had started."),
        ),
        "sandbox-ended" => {
            (t("The sandbox has ended"), t("This sandbox has ended. Start a new one."))
        }
        "image-not-ready" => (
            t("The image is not ready"),
            t("The project's image could not be made ready on this machine. Please try again in \
               a minute; if it stays so, the project needs a new build."),
        ),
        "engine-unavailable" => (
            t("Sandboxes cannot be started right now"),
            t("What runs the sandboxes does not answer. Please try again in a minute; if it \
               stays so, the server has to be restarted by its operator."),
        ),
        "registry-unavailable" => (
            t("The registry cannot be asked just now"),
            t("What keeps the images does not answer. Nothing was changed; please try again in a \
               minute."),
        ),
        "shutting-down" => (
            t("The server is restarting"),
            t("The server is about to restart. Please try again in a minute."),
        ),
        _ => return problem.clone(),
    };
    Problem { title: title.to_owned(), detail: detail.to_owned(), ..problem.clone() }
}
