//! `POST /language`: the switch in the footer.

use super::{PageResult, oauth::add_cookie, see_other};
use crate::{
    error::Error,
    http::{address, form::Form},
    i18n::{COOKIE, Language, fill, t},
    service::Services,
};
use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    web,
};

/// Keeps the choice for a year, and goes back to the page that it was made on.
pub async fn choose(request: HttpRequest, services: web::Data<Services>, form: Form) -> PageResult {
    let wish = Language::of_tag(form.text("language"));
    let language = wish.ok_or_else(|| {
        let words = t("There is no language {tag} here. Choose one at the foot of a page.");
        Error::BadRequest(fill(words, &[("tag", &form.text("language"))]))
    })?;
    let cookie = Cookie::build(COOKIE, language.code())
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(services.secure_cookies)
        .finish();
    let mut response = see_other(&address::page_before(&request));
    add_cookie(&mut response, &cookie)?;
    Ok(response)
}
