//! `GET /projects`: what a maintainer has published, and what is offered to them.

use super::{Frame, PageResult, html};
use crate::{
    builds::words,
    error::Error,
    http::visitor::Visitor,
    i18n::filters,
    models::{
        now,
        owned::{self, Owned},
        upkeep::{self, Offer},
    },
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::Days;
use container_api::BuildState;

pub const HERE: &str = "/projects";

#[derive(Template)]
#[template(path = "my_projects.html")]
struct MyProjects {
    frame: Frame,
    projects: Vec<Owned>,
    offers: Vec<Offer>,
}

impl MyProjects {
    fn words(&self, state: &BuildState) -> &'static str {
        words::state(*state)
    }
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: HERE.to_owned() })?.id;
    // Today and the six days before.
    let since = now().date_naive() - Days::new(6);
    let found = services
        .db
        .read(move |conn| Ok((owned::of(conn, user, since)?, upkeep::offers_to(conn, user)?)));
    let (projects, offers) = found.await?;
    html(StatusCode::OK, &MyProjects { frame: Frame::of(&visitor, HERE)?, projects, offers })
}
