//! `POST /logout`: leaving nothing behind, neither in the browser nor here.

use super::{PageResult, see_other};
use crate::{
    http::{form::Form, visitor::Visitor},
    service::Services,
};
use actix_web::web;

/// The form.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, _form: Form) -> PageResult {
    visitor.log_out(&services).await?;
    Ok(see_other("/"))
}
