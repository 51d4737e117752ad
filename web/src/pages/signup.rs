//! `/signup`: making an account.

use super::{Frame, PageResult, html, login::Next, see_other};
use crate::{
    accounts::{self, SignUpError},
    http::{address::local_path, form::Form, visitor::Visitor},
    input::FieldErrors,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUp<'a> {
    frame: Frame,
    username: &'a str,
    next: &'a str,
    errors: FieldErrors,
}

/// The page.
pub async fn show(visitor: Visitor, query: web::Query<Next>) -> PageResult {
    let next = local_path(&query.next);
    if visitor.user().is_some() {
        return Ok(see_other(next));
    }
    let frame = Frame::of(&visitor, "/signup")?;
    html(StatusCode::OK, &SignUp { frame, username: "", next, errors: FieldErrors::default() })
}

/// The form. Who signs up is logged in.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let username = form.text("username").trim().to_owned();
    let next = local_path(form.text("next"));
    match accounts::sign_up(&services, &username, form.text("password")).await {
        Ok(user) => {
            visitor.log_in(&services, &user).await?;
            visitor.flash(&format!("Welcome, {}. You can publish projects now.", user.name))?;
            Ok(see_other(next))
        }
        Err(SignUpError::Fields(errors)) => {
            let frame = Frame::of(&visitor, "/signup")?;
            let page = SignUp { frame, username: &username, next, errors };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(SignUpError::Other(error)) => Err(error.into()),
    }
}
