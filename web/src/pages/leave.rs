//! `/account/leave`: what goes, and going.

use super::{Frame, PageResult, html, see_other};
use crate::{
    accounts::{
        SignUpError,
        leave::{self, Outlook},
    },
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::filters,
    input::FieldErrors,
    models::users::User,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

const HERE: &str = "/account/leave";

#[derive(Template)]
#[template(path = "leave.html")]
struct Leave<'a> {
    frame: Frame,
    user: &'a User,
    outlook: Outlook,
    name: &'a str,
    errors: FieldErrors,
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    name: &str,
    errors: FieldErrors,
) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let outlook = leave::outlook(services, user).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(status, &Leave { frame: Frame::of(visitor, HERE)?, user, outlook, name, errors })
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    page(&services, &visitor, "", FieldErrors::default()).await
}

/// The form.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let name = form.text("name");
    let words = (name, form.text("password"));
    match leave::leave(&services, &visitor.asker(), user, words).await {
        Ok(()) => {
            visitor.forget();
            Ok(see_other("/account/left"))
        }
        Err(SignUpError::Fields(errors)) => page(&services, &visitor, name, errors).await,
        Err(SignUpError::Other(error)) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "left.html")]
struct Left {
    frame: Frame,
}

/// `GET /account/left`: the goodbye. The cookie is gone, so it cannot be a word for the next page.
pub async fn left(visitor: Visitor) -> PageResult {
    html(StatusCode::OK, &Left { frame: Frame::of(&visitor, HERE)? })
}
