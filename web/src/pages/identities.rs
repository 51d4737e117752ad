//! `/account/identities`: the accounts at other sites that one logs in with.

use super::{Frame, PageResult, html, moment, oauth::Buttons, see_other};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::identities::{self, Identity},
    oauth::{self, Unlinked},
    policy::{self, Action},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

/// The page's path.
pub const HERE: &str = "/account/identities";

#[derive(Template)]
#[template(path = "identities.html")]
struct Identities<'a> {
    frame: Frame,
    identities: Vec<Identity>,
    has_password: bool,
    last_way_in: bool,
    oauth: Buttons<'a>,
}

impl Identities<'_> {
    /// What people call a provider; its bare name where the operator took it away.
    fn label<'b>(&'b self, identity: &'b Identity) -> &'b str {
        let button = self.oauth.all.iter().find(|button| button.name == identity.provider);
        button.map_or(identity.provider.as_str(), |button| button.label)
    }

    fn may_unlink(&self) -> bool {
        self.has_password || self.identities.len() > 1
    }
}

/// What people call a provider; its bare name where the operator took it away.
pub(super) fn provider_label(services: &Services, provider: &str) -> String {
    let button = services.oauth.button(provider);
    button.map_or_else(|| provider.to_owned(), |button| button.label.to_owned())
}

/// Whether there is any provider.
pub(super) fn providers(services: &Services) -> bool {
    !Buttons::of(services, "").all.is_empty()
}

/// What the address says.
#[derive(Deserialize)]
pub struct Declined {
    #[serde(default)]
    declined: String,
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    query: web::Query<Declined>,
) -> PageResult {
    page(&services, &visitor, StatusCode::OK, &query.declined).await
}

/// The button beside one.
pub async fn unlink(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let id = id.parse().map_err(|_| Error::NoSuchPage)?;
    match oauth::unlink(&services, &visitor.asker(), user, id).await? {
        Unlinked::Gone(provider) => {
            let label = provider_label(&services, &provider);
            let gone = t("{site} is unlinked. It does not log you in any more.");
            visitor.flash(&fill(gone, &[("site", &label)]))?;
            Ok(see_other(HERE))
        }
        Unlinked::Nothing => Ok(see_other(HERE)),
        Unlinked::LastWayIn => page(&services, &visitor, StatusCode::CONFLICT, "").await,
    }
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    status: StatusCode,
    declined: &str,
) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?;
    let id = user.id;
    policy::check(visitor.actor(), Action::SeeAccount { id }, HERE, Error::NoSuchPage)?;
    let identities = services.db.read(move |conn| identities::of_user(conn, id)).await?;
    let page = Identities {
        frame: Frame::of(visitor, HERE)?,
        identities,
        has_password: user.password_hash.is_some(),
        last_way_in: status == StatusCode::CONFLICT,
        oauth: Buttons::of(services, declined),
    };
    html(status, &page)
}
