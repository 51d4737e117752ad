//! `POST /s/{id}/…`: freezing, thawing, extending, restarting and naming a sandbox, from its terminal
//! or from the list of one's own.

use super::{PageResult, containers, see_other};
use crate::{
    error::Error,
    http::{address, form::Form, visitor::Visitor},
    i18n::t,
    service::Services,
    tries::steer::{self, Turn},
};
use actix_web::web;

/// `POST /s/{id}/freeze`
pub async fn freeze(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    turn(&services, &visitor, &id, &form, Turn::Freeze).await
}

/// `POST /s/{id}/thaw`
pub async fn thaw(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    turn(&services, &visitor, &id, &form, Turn::Thaw).await
}

/// `POST /s/{id}/extend`
pub async fn extend(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    turn(&services, &visitor, &id, &form, Turn::Extend).await
}

/// `POST /s/{id}/restart`
pub async fn restart(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    turn(&services, &visitor, &id, &form, Turn::Restart).await
}

/// `POST /s/{id}/name`
pub async fn name(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    match steer::name(&services, &visitor.asker(), &id, form.text("tag")).await {
        Ok(()) => visitor.flash(t("Saved."))?,
        // Said on the list, where it can be typed again.
        Err(Error::BadForm(words)) => visitor.flash_refusal(&words)?,
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(&back_to(&form, &id)))
}

async fn turn(
    services: &web::Data<Services>,
    visitor: &Visitor,
    id: &str,
    form: &Form,
    turn: Turn,
) -> PageResult {
    match steer::steer(services, &visitor.asker(), id, turn).await {
        Ok(_) => {}
        Err(error) => match steer::refusal(&error) {
            Some(words) => visitor.flash_refusal(words)?,
            None => return Err(error.into()),
        },
    }
    Ok(see_other(&back_to(form, id)))
}

/// The page that the form was on.
pub fn back_to(form: &Form, id: &str) -> String {
    match form.text("from") {
        "containers" => containers::HERE.to_owned(),
        _ => address::local_path(&format!("/s/{id}")).to_owned(),
    }
}
