//! `POST /p/{slug}/transfer…`: giving a project to another account, and what that account answers.

use super::{PageResult, manage, my_projects, see_other};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::t,
    models::users::User,
    projects::{SaveError, transfer},
    service::Services,
};
use actix_web::web;

/// `POST /p/{slug}/transfer`
pub async fn offer(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let project = manage::mine(&services, &visitor, &slug).await?;
    let (to, confirmed) = (form.text("to"), form.text("confirm"));
    match transfer::offer(&services, &visitor.asker(), &project, to, confirmed).await {
        Ok(()) => {
            visitor.flash(t("Offered. It stays yours until it is accepted."))?;
            Ok(see_other(&format!("/p/{slug}/manage")))
        }
        Err(SaveError::Fields(errors)) => {
            manage::page(&services, &visitor, project, None, (errors, to.to_owned())).await
        }
        Err(SaveError::Other(error)) => Err(error.into()),
    }
}

/// `POST /p/{slug}/transfer/withdraw`
pub async fn withdraw(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    let project = manage::mine(&services, &visitor, &slug).await?;
    transfer::withdraw(&services, &visitor.asker(), &project).await?;
    visitor.flash(t("The offer is taken back."))?;
    Ok(see_other(&format!("/p/{slug}/manage")))
}

/// `POST /p/{slug}/transfer/accept`
pub async fn accept(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    let user = signed_in(&visitor)?.id;
    transfer::accept(&services, &visitor.asker(), user, &slug).await?;
    visitor.flash(t("It is yours now."))?;
    Ok(see_other(my_projects::HERE))
}

/// `POST /p/{slug}/transfer/decline`
pub async fn decline(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    let user = signed_in(&visitor)?.id;
    transfer::decline(&services, &visitor.asker(), user, &slug).await?;
    visitor.flash(t("Declined. It stays with its maintainer."))?;
    Ok(see_other(my_projects::HERE))
}

fn signed_in(visitor: &Visitor) -> Result<&User, Error> {
    visitor.user().ok_or(Error::NeedsLogin { next: my_projects::HERE.to_owned() })
}
