//! `/signup/finish`: a name for somebody who came by another site.

use super::{Frame, PageResult, html, oauth::add_cookie, see_other};
use crate::{
    accounts::SignUpError,
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    input::FieldErrors,
    oauth::{self, Arrival, Finished},
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "oauth_finish.html")]
struct Finish<'a> {
    frame: Frame,
    provider: &'a str,
    label: &'a str,
    username: &'a str,
    errors: FieldErrors,
}

/// The page. Without somebody who just arrived it leads back to the log-in.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
) -> PageResult {
    let Some(arrival) = services.oauth.seal.open_arrival(&request) else {
        return Ok(see_other("/login"));
    };
    let username = oauth::suggest(&services, &arrival).await?;
    page(&services, &visitor, &arrival, &username, FieldErrors::default())
}

/// The form. Who signs up is logged in.
pub async fn submit(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    form: Form,
) -> PageResult {
    let Some(arrival) = services.oauth.seal.open_arrival(&request) else {
        let late = t("Choosing a name took longer than ten minutes. Please log in once more.");
        visitor.flash_refusal(late)?;
        return Ok(see_other("/login"));
    };
    let username = form.text("username").trim();
    match oauth::finish(&services, &visitor.asker(), &arrival, username).await {
        Ok(Finished::Made(user)) => {
            visitor.log_in(&services, &user).await?;
            let welcome = t("Welcome, {name}. You can publish projects now.");
            visitor.flash(&fill(welcome, &[("name", &user.name)]))?;
        }
        Ok(Finished::Known(user)) => {
            oauth::record_log_in(&services, &visitor.asker(), &user, &arrival.provider).await?;
            visitor.log_in(&services, &user).await?;
        }
        Err(SignUpError::Fields(errors)) => {
            return page(&services, &visitor, &arrival, username, errors);
        }
        Err(SignUpError::Other(error)) => return Err(error.into()),
    }
    let mut response = see_other(&arrival.next);
    add_cookie(&mut response, &services.oauth.seal.forget_arrival())?;
    Ok(response)
}

fn page(
    services: &Services,
    visitor: &Visitor,
    arrival: &Arrival,
    username: &str,
    errors: FieldErrors,
) -> PageResult {
    let status = match errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let frame = Frame::of(visitor, "/signup")?;
    let button = services.oauth.button(&arrival.provider).ok_or(Error::NoSuchPage)?;
    let label = &arrival.label;
    html(status, &Finish { frame, provider: button.label, label, username, errors })
}
