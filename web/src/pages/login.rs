//! `/login`: coming back.

use super::{Frame, PageResult, html, oauth::Buttons, see_other};
use crate::{
    accounts,
    http::{address::local_path, form::Form, visitor::Visitor},
    i18n::filters,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

/// Where to go on to afterwards.
#[derive(Debug, Deserialize)]
pub struct Next {
    /// A path on this site; what leads elsewhere counts as `/`.
    #[serde(default)]
    pub next: String,
    /// The provider at which the visitor did not go on.
    #[serde(default)]
    pub declined: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LogIn<'a> {
    frame: Frame,
    username: &'a str,
    next: &'a str,
    failed: bool,
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
    let frame = Frame::of(&visitor, "/login")?;
    let oauth = Buttons::of(&services, &query.declined);
    html(StatusCode::OK, &LogIn { frame, username: "", next, failed: false, oauth })
}

/// The form. An unknown name and a wrong password get the same answer.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let (username, next) = (form.text("username").trim(), local_path(form.text("next")));
    let password = form.text("password");
    if let Some(user) = accounts::log_in(&services, &visitor.asker(), username, password).await? {
        visitor.log_in(&services, &user).await?;
        return Ok(see_other(next));
    }
    let frame = Frame::of(&visitor, "/login")?;
    let oauth = Buttons::of(&services, "");
    html(StatusCode::UNPROCESSABLE_ENTITY, &LogIn { frame, username, next, failed: true, oauth })
}
