//! `/signup`: making an account.

use super::{Frame, PageResult, html, login::Next, oauth::Buttons, see_other};
use crate::{
    accounts::{self, NewAccount, SignUpError},
    http::{address::local_path, form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
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
    email: &'a str,
    next: &'a str,
    errors: FieldErrors,
    oauth: Buttons<'a>,
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    query: web::Query<Next>,
) -> PageResult {
    let next = local_path(&query.next);
    if visitor.user().is_some() {
        return Ok(see_other(next));
    }
    let frame = Frame::of(&visitor, "/signup")?;
    let oauth = Buttons::of(&services, "");
    let errors = FieldErrors::default();
    html(StatusCode::OK, &SignUp { frame, username: "", email: "", next, errors, oauth })
}

/// The form. Who signs up is logged in.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let wish = NewAccount {
        name: form.text("username").trim().to_owned(),
        email: form.text("email").trim().to_owned(),
        password: form.text("password").to_owned(),
    };
    let next = local_path(form.text("next"));
    match accounts::sign_up(&services, &visitor.asker(), &wish).await {
        Ok(user) => {
            visitor.log_in(&services, &user).await?;
            let welcome = t("Welcome, {name}. You can publish projects now.");
            visitor.flash(&fill(welcome, &[("name", &user.name)]))?;
            Ok(see_other(next))
        }
        Err(SignUpError::Fields(errors)) => {
            let frame = Frame::of(&visitor, "/signup")?;
            let oauth = Buttons::of(&services, "");
            let page =
                SignUp { frame, username: &wish.name, email: &wish.email, next, errors, oauth };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(SignUpError::Other(error)) => Err(error.into()),
    }
}
