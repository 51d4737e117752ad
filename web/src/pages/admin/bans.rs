//! `/admin/bans`: who is kept out.

use super::{Frame, PageResult, encode, frame, html, moment, see_other};
use crate::{
    bans,
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    input::{
        FieldErrors,
        ban::{self, BanForm, LENGTHS, REASON},
    },
    models::now,
    policy::{ban::Ban, subject::Subject},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

const HERE: &str = "/admin/bans";

/// Whom the form is filled in for.
#[derive(Debug, Deserialize)]
pub struct Wish {
    #[serde(default)]
    subject: String,
}

#[derive(Template)]
#[template(path = "admin/bans.html")]
struct Page {
    frame: Frame,
    rows: Vec<Ban>,
    moment: DateTime<Utc>,
    form: BanForm,
    errors: FieldErrors,
}

impl Page {
    fn holds(&self, ban: &Ban) -> bool {
        ban.is_in_force(self.moment)
    }

    /// What the audit log has of somebody.
    fn log(&self, ban: &Ban) -> String {
        match &ban.subject {
            Subject::OneUser(name) => format!("/admin/audit?actor={}", encode(name)),
            other => format!("/admin/audit?subject={}", encode(&other.to_string())),
        }
    }

    fn most(&self) -> usize {
        REASON
    }

    /// What the form offers, with its words.
    fn lengths(&self) -> [(&'static str, &'static str); 6] {
        let words = [
            t("Until it is lifted"),
            t("1 hour"),
            t("1 day"),
            t("1 week"),
            t("30 days"),
            t("1 year"),
        ];
        std::array::from_fn(|n| (LENGTHS[n], words[n]))
    }
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    form: BanForm,
    errors: FieldErrors,
) -> PageResult {
    let rows = bans::list(services, &visitor.asker(), HERE).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(status, &Page { frame: frame(visitor)?, rows, moment: now(), form, errors })
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    wish: web::Query<Wish>,
) -> PageResult {
    let form = BanForm { subject: wish.into_inner().subject, ..BanForm::default() };
    page(&services, &visitor, form, FieldErrors::default()).await
}

/// The form: keeps somebody out, in the place of what was said of them before.
pub async fn submit(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    let text = |name| form.text(name).to_owned();
    let form = BanForm { subject: text("subject"), reason: text("reason"), lasts: text("lasts") };
    let ban = match form.check(now()) {
        Ok(ban) => ban,
        Err(errors) => return page(&services, &visitor, form, errors).await,
    };
    let kept = ban.subject.to_string();
    match bans::set(&services, &visitor.asker(), ban).await {
        Ok(()) => {
            let words = t("{subject} is banned from now on, and what they had running is stopped.");
            visitor.flash(&fill(words, &[("subject", &kept)]))?;
            Ok(see_other(HERE))
        }
        Err(Error::Fields(errors)) => page(&services, &visitor, form, errors).await,
        Err(Error::NoSuchUser) => {
            let errors = FieldErrors::of("subject", t("There is no such account."));
            page(&services, &visitor, form, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/bans/lift`
pub async fn lift(services: web::Data<Services>, visitor: Visitor, form: Form) -> PageResult {
    // Whoever may not see the page is told so first.
    super::check(&visitor, HERE)?;
    let subject = ban::subject(form.text("subject")).map_err(Error::BadForm)?;
    let name = subject.to_string();
    let words = match bans::lift(&services, &visitor.asker(), subject).await? {
        true => t("{subject} is let in again."),
        false => t("{subject} was not banned any more."),
    };
    visitor.flash(&fill(words, &[("subject", &name)]))?;
    Ok(see_other(HERE))
}
