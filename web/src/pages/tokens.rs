//! `/account/tokens`: what one's programs log in with.

use super::{Frame, PageResult, html, moment, see_other};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    input::FieldErrors,
    models::{
        now,
        tokens::{self as rows, Token},
        users::User,
    },
    policy::{self, Action, Scope},
    service::Services,
    tokens::{self, LIFETIMES, Wish},
};
use actix_web::{
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue},
    },
    web,
};
use askama::Template;

const HERE: &str = "/account/tokens";

#[derive(Template)]
#[template(path = "tokens.html")]
struct Tokens {
    frame: Frame,
    tokens: Vec<Token>,
    /// The token that was made just now: shown once.
    made: Option<(String, String)>,
    /// What was typed.
    name: String,
    scope: Scope,
    /// The chosen lifetime in days; 0 for no end.
    days: u32,
    errors: FieldErrors,
}

impl Tokens {
    fn lifetimes(&self) -> [u32; 3] {
        LIFETIMES
    }

    fn is_chosen(&self, days: &u32) -> bool {
        self.days == *days
    }

    fn has_expired(&self, token: &Token) -> bool {
        token.has_expired(now())
    }

    async fn of(services: &Services, visitor: &Visitor, user: &User) -> Result<Self, Error> {
        let id = user.id;
        let tokens = services.db.read(move |conn| rows::of_user(conn, id)).await?;
        Ok(Self {
            frame: Frame::of(visitor, HERE)?,
            tokens,
            made: None,
            name: String::new(),
            scope: Scope::Read,
            days: LIFETIMES[1],
            errors: FieldErrors::default(),
        })
    }
}

fn holder(visitor: &Visitor, action: fn(i64) -> Action) -> Result<&User, Error> {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    policy::check(visitor.actor(), action(user.id), HERE, Error::NoSuchPage)?;
    Ok(user)
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let user = holder(&visitor, |id| Action::SeeAccount { id })?;
    html(StatusCode::OK, &Tokens::of(&services, &visitor, user).await?)
}

/// The form. The new token is in the answer itself, and on no other page.
pub async fn create(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let user = holder(&visitor, |id| Action::ChangeAccount { id })?;
    let name = form.text("name").to_owned();
    let scope = if form.text("scope") == "write" { Scope::Write } else { Scope::Read };
    // What is no number is none of the choices, and is told so.
    let days = form.text("expires_in_days").parse().unwrap_or(u32::MAX);
    let wish = Wish { name: name.clone(), scope, days: Some(days).filter(|days| *days != 0) };
    let made = tokens::make(&services, &visitor.asker(), user, wish, None).await;
    let page = Tokens::of(&services, &visitor, user).await?;
    match made {
        Ok((token, secret)) => {
            let made = Some((token.name, secret.reveal().to_owned()));
            let mut response = html(StatusCode::CREATED, &Tokens { made, ..page })?;
            let never = HeaderValue::from_static("no-store");
            response.headers_mut().insert(CACHE_CONTROL, never);
            Ok(response)
        }
        Err(Error::Fields(errors)) => {
            let page = Tokens { name, scope, days, errors, ..page };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/tokens/{id}/revoke`
pub async fn revoke(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<i64>,
    _form: Form,
) -> PageResult {
    let user = holder(&visitor, |id| Action::ChangeAccount { id })?;
    match tokens::revoke(&services, &visitor.asker(), user, *id).await {
        Ok(token) => {
            let gone = t("The token {name} holds no more.");
            visitor.flash(&fill(gone, &[("name", &token.name)]))?;
        }
        // Pressed twice, or in two windows.
        Err(Error::NoSuchToken) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(HERE))
}
