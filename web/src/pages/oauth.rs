//! `/login/{provider}`: going to another site to log in, and coming back.

use super::{Frame, PageResult, html, identities, see_other};
use crate::{
    error::Error,
    http::{
        address::{local_path, origin_of},
        form::Form,
        visitor::Visitor,
    },
    i18n::{fill, filters, t},
    oauth::{self, Button, Pending, Refusal, SIGN_UP_PATH, Welcome, callback_path},
    service::Services,
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use serde::Deserialize;

/// The buttons of `oauth_buttons.html`.
pub struct Buttons<'a> {
    /// One for each provider.
    pub all: Vec<Button<'a>>,
    /// The provider at which the visitor did not go on; empty mostly.
    pub declined: &'a str,
}

impl<'a> Buttons<'a> {
    /// The buttons of this site. `declined` is a provider's name, as far as the address tells.
    pub fn of(services: &'a Services, declined: &str) -> Self {
        let declined = services.oauth.button(declined).map_or("", |button| button.label);
        Self { all: services.oauth.buttons(), declined }
    }
}

#[derive(Template)]
#[template(path = "oauth_going.html")]
struct Going<'a> {
    frame: Frame,
    label: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "oauth_problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    title: &'a str,
    detail: &'a str,
    back: &'a str,
    way_back: &'a str,
}

/// What a provider sends a browser back with.
#[derive(Deserialize)]
pub struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Somebody who reloads, or followed an address.
pub async fn back(services: web::Data<Services>, provider: web::Path<String>) -> PageResult {
    services.oauth.button(&provider).ok_or(Error::NoSuchPage)?;
    Ok(see_other("/login"))
}

/// The button. The browser is sent on by a page rather than by the answer itself: the
/// Content-Security-Policy lets forms lead nowhere but here, redirects included.
pub async fn begin(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    provider: web::Path<String>,
    form: Form,
) -> PageResult {
    let button = services.oauth.button(&provider).ok_or(Error::NoSuchPage)?;
    let link = match (form.text("link"), visitor.user()) {
        ("", _) => None,
        (_, Some(user)) => Some(user.id),
        (_, None) => return Err(Error::NeedsLogin { next: identities::HERE.to_owned() }.into()),
    };
    let next = local_path(form.text("next"));
    let begun = services.oauth.begin(button.name, callback_url(&request, button.name), next, link);
    let (pending, url) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refuse(&visitor, button, link.is_some(), refusal),
    };
    let frame = Frame::of(&visitor, "/login")?;
    let page = Going { frame, label: button.label, url: url.as_str() };
    let mut response = html(StatusCode::OK, &page)?;
    let refresh = header::HeaderValue::from_str(&format!("0;url={url}"));
    let refresh = refresh.map_err(|error| Error::BadRequest(error.to_string()))?;
    response.headers_mut().insert(header::REFRESH, refresh);
    add_cookie(&mut response, &services.oauth.seal.pending(&pending)?)?;
    Ok(response)
}

/// Where the provider sends the browser back to. Whatever becomes of it, this log-in is over.
pub async fn callback(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    provider: web::Path<String>,
    query: web::Query<Answer>,
) -> PageResult {
    let button = services.oauth.button(&provider).ok_or(Error::NoSuchPage)?;
    let answer = query.into_inner();
    let state = answer.state.clone().unwrap_or_default();
    let Some(pending) = services.oauth.seal.open_pending(&request, button.name, &state) else {
        return refuse(&visitor, button, false, Refusal::Stale);
    };
    let linking = pending.link.is_some();
    let callback = callback_url(&request, button.name);
    let mut response = match come_back(&services, &visitor, button, pending, answer, callback).await
    {
        Ok(response) => response,
        Err(refusal) => refuse(&visitor, button, linking, refusal)?,
    };
    let forget = services.oauth.seal.forget_pending(button.name, &state);
    add_cookie(&mut response, &forget)?;
    Ok(response)
}

async fn come_back(
    services: &Services,
    visitor: &Visitor,
    button: Button<'_>,
    pending: Pending,
    answer: Answer,
    callback: String,
) -> Result<HttpResponse, Refusal> {
    services.oauth.accept(&pending, answer.iss.as_deref()).await?;
    let code = match (answer.code, answer.error) {
        (Some(code), None) if !code.is_empty() => code,
        (_, Some(error)) if matches!(error.as_str(), "access_denied" | "consent_required") => {
            return Ok(declined(button, &pending));
        }
        (_, error) => return Err(Refusal::no_code(error)),
    };
    let (link, next) = (pending.link.is_some(), pending.next.clone());
    let asker = visitor.asker();
    match oauth::welcome(services, &asker, visitor.user(), pending, code, callback).await? {
        Welcome::Known(user) => {
            visitor.log_in(services, &user).await?;
            Ok(see_other(&next))
        }
        Welcome::Linked => {
            let linked = t("You can log in with {site} now.");
            visitor.flash(&fill(linked, &[("site", &button.label)]))?;
            Ok(see_other(identities::HERE))
        }
        Welcome::Elsewhere => Ok(problem(
            visitor,
            StatusCode::CONFLICT,
            &fill(t("This {site} account is linked already"), &[("site", &button.label)]),
            &fill(
                t("It belongs to another account here, so nothing was changed. To move it, log \
                   in to that account with {site}, unlink it there, and come back."),
                &[("site", &button.label)],
            ),
            link,
        )?),
        Welcome::New(arrival) => {
            let mut response = see_other(SIGN_UP_PATH);
            add_cookie(&mut response, &services.oauth.seal.arrival(&arrival)?)?;
            Ok(response)
        }
    }
}

/// Back where the visitor came from, with a word about it.
fn declined(button: Button<'_>, pending: &Pending) -> HttpResponse {
    let name = button.name;
    see_other(&match pending.link {
        Some(_) => format!("{}?declined={name}", identities::HERE),
        None => {
            let query = [("next", pending.next.as_str()), ("declined", name)];
            let query =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            format!("/login?{query}")
        }
    })
}

fn refuse(visitor: &Visitor, button: Button<'_>, linking: bool, refusal: Refusal) -> PageResult {
    let label = button.label;
    let (status, title, detail) = match refusal {
        Refusal::Ours(error) => return Err(error.into()),
        Refusal::Stale => (
            StatusCode::BAD_REQUEST,
            t("This log-in is over").to_owned(),
            t("It took longer than ten minutes, was used already, or began in another browser. If \
               you are not logged in yet, please start again.")
            .to_owned(),
        ),
        Refusal::MixedUp => {
            tracing::warn!(provider = button.name, "an answer with the `iss` of another provider");
            (
                StatusCode::BAD_REQUEST,
                fill(t("This answer is not from {site}"), &[("site", &label)]),
                t("It names another provider, so it was not used. Please start again.").to_owned(),
            )
        }
        Refusal::LoggedOut => (
            StatusCode::CONFLICT,
            t("You are not logged in any more").to_owned(),
            fill(
                t("So {site} was not linked. Log in to your account and link it again."),
                &[("site", &label)],
            ),
        ),
        Refusal::Provider(error) => {
            tracing::warn!(provider = button.name, %error, "a provider did not answer properly");
            (
                StatusCode::BAD_GATEWAY,
                fill(t("{site} did not answer properly"), &[("site", &label)]),
                t("Nobody was logged in, and nothing was changed. Try again in a minute, or use \
                   another way to log in. If it stays like this, tell the operator of this site: \
                   the cause is in the log.")
                .to_owned(),
            )
        }
    };
    Ok(problem(visitor, status, &title, &detail, linking)?)
}

fn problem(
    visitor: &Visitor,
    status: StatusCode,
    title: &str,
    detail: &str,
    linking: bool,
) -> Result<HttpResponse, Error> {
    let (back, way_back) = match linking && visitor.user().is_some() {
        true => (identities::HERE, t("Back to your account")),
        false => ("/login", t("Back to the log-in page")),
    };
    let frame = Frame::of(visitor, "/login")?;
    let page = ProblemPage { frame, title, detail, back, way_back };
    html(status, &page).map_err(|error| error.0)
}

pub(super) fn add_cookie(response: &mut HttpResponse, cookie: &Cookie<'_>) -> Result<(), Error> {
    response.add_cookie(cookie).map_err(|error| Error::Cookie(error.to_string()))
}

fn callback_url(request: &HttpRequest, provider: &str) -> String {
    format!("{}{}", origin_of(request).http(), callback_path(provider))
}
