//! `/account`: one's settings. Each form has its own path and comes back here.

use super::{
    Frame, PageResult, html,
    identities::{provider_label, providers},
    moment, see_other,
};
use crate::{
    accounts::{SignUpError, export, settings},
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    input::FieldErrors,
    models::{identities, sessions::Session, users::User},
    service::Services,
    sessions::agent,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

const HERE: &str = "/account";

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    frame: Frame,
    user: &'a User,
    email: &'a str,
    sessions: Vec<Session>,
    /// The id of the session by which this page was asked for.
    this: &'a str,
    /// What people call the sites whose accounts log one in here.
    linked: Vec<String>,
    /// Whether there are such sites.
    can_link: bool,
    errors: FieldErrors,
}

impl Account<'_> {
    fn browser(&self, session: &Session) -> String {
        agent::words(&session.agent)
    }

    fn is_this(&self, session: &Session) -> bool {
        session.id == self.this
    }
}

fn holder(visitor: &Visitor) -> Result<&User, Error> {
    visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    email: Option<&str>,
    errors: FieldErrors,
) -> PageResult {
    let user = holder(visitor)?;
    let id = user.id;
    let linked = services.db.read(move |conn| identities::of_user(conn, id)).await?;
    let linked = linked.iter().map(|one| provider_label(services, &one.provider)).collect();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Account {
        frame: Frame::of(visitor, HERE)?,
        user,
        email: email.or(user.email.as_deref()).unwrap_or_default(),
        sessions: services.sessions.of_user(user.id).await?,
        this: visitor.record().map_or("", |record| record.id.as_str()),
        linked,
        can_link: providers(services),
        errors,
    };
    html(status, &page)
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    page(&services, &visitor, None, FieldErrors::default()).await
}

/// `POST /account/email`
pub async fn email(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let (user, email) = (holder(&visitor)?, form.text("email").trim());
    match settings::change_email(&services, &visitor.asker(), user, email).await {
        Ok(()) => {
            visitor.flash(match email {
                "" => t("The address is removed."),
                _ => t("The address is saved."),
            })?;
            Ok(see_other(HERE))
        }
        Err(SignUpError::Fields(errors)) => page(&services, &visitor, Some(email), errors).await,
        Err(SignUpError::Other(error)) => Err(error.into()),
    }
}

/// `POST /account/password`
pub async fn password(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let user = holder(&visitor)?;
    let words = (form.text("old_password"), form.text("new_password"));
    let record = visitor.record();
    match settings::change_password(&services, &visitor.asker(), user, record, words).await {
        Ok(()) => {
            visitor.flash(t("The password is changed. Every other browser is logged out."))?;
            Ok(see_other(HERE))
        }
        Err(SignUpError::Fields(errors)) => page(&services, &visitor, None, errors).await,
        Err(SignUpError::Other(error)) => Err(error.into()),
    }
}

/// `POST /account/sessions/{id}/revoke`
pub async fn revoke(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    let user = holder(&visitor)?;
    if visitor.record().is_some_and(|record| record.id == *id) {
        visitor.log_out(&services).await?;
        return Ok(see_other("/"));
    }
    if settings::revoke(&services, &visitor.asker(), user, &id).await? {
        visitor.flash(t("That browser is logged out."))?;
    }
    Ok(see_other(HERE))
}

/// `POST /account/sessions/revoke-others`
pub async fn revoke_others(
    services: web::Data<Services>,
    visitor: Visitor,
    _form: Form,
) -> PageResult {
    let (user, record) = (holder(&visitor)?, visitor.record());
    let gone = settings::revoke_others(&services, &visitor.asker(), user, record).await?;
    visitor.flash(match gone {
        0 => t("No other browser was logged in."),
        _ => t("Every other browser is logged out."),
    })?;
    Ok(see_other(HERE))
}

/// `GET /account/export`: a file of everything that is kept.
pub async fn export(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let document = export::export(&services, &visitor.asker(), user).await?;
    let name = format!("attachment; filename=\"trythis-{}.json\"", user.name);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(format!("{document:#}")))
}
