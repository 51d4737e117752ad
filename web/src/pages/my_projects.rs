//! `GET /projects`: what a maintainer has published.

use super::{Frame, PageResult, html};
use crate::{
    builds::words,
    error::Error,
    http::visitor::Visitor,
    i18n::filters,
    models::cards::{self, Card},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use container_api::BuildState;

#[derive(Template)]
#[template(path = "my_projects.html")]
struct MyProjects {
    frame: Frame,
    cards: Vec<Card>,
}

impl MyProjects {
    fn words(&self, state: &BuildState) -> &'static str {
        words::state(*state)
    }
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let user = visitor.user().ok_or(Error::NeedsLogin { next: "/projects".to_owned() })?.id;
    let cards = services.db.read(move |conn| cards::of_owner(conn, user)).await?;
    html(StatusCode::OK, &MyProjects { frame: Frame::of(&visitor, "/projects")?, cards })
}
