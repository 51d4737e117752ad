//! `/p/{slug}/start`: where badges lead. It starts by itself for a person who comes by a click; a
//! GET alone starts nothing: the page's script sends the form that the button would.

use super::{Frame, PageResult, html};
use crate::{
    builds::{self, waiting::Waiting},
    error::Error,
    http::{navigation, visitor::Visitor},
    i18n::filters,
    models::{
        badges::{self, Known},
        builds as build_rows, now,
    },
    policy::{self, Action},
    service::Services,
};
use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web,
};
use askama::Template;

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    frame: Frame,
    slug: String,
    known: Known,
    /// Whether the script may press the button.
    by_itself: bool,
    /// Whether all places are taken.
    full: bool,
    /// How long the first build will still take.
    waiting: Option<Waiting>,
}

/// The page.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    policy::check(visitor.actor(), Action::SeeProject, "/", Error::NoSuchProject)?;
    let (slug, today) = (slug.into_inner(), now().date_naive());
    let wanted = slug.clone();
    let known = services.db.read(move |conn| badges::of(conn, &wanted, today)).await?;
    let known = known.ok_or(Error::NoSuchProject)?;
    let full = known.has_image && is_full(&services).await;
    let waiting = match known.is_building() && !known.has_image {
        true => first_build(&services, &slug).await?,
        false => None,
    };
    let page = StartPage {
        frame: Frame::of(&visitor, "")?,
        slug,
        known,
        by_itself: navigation::is_persons(&request) && !full,
        full,
        waiting,
    };
    let mut response = html(StatusCode::OK, &page)?;
    // The project's page is the one to find.
    let robots = HeaderName::from_static("x-robots-tag");
    response.headers_mut().insert(robots, HeaderValue::from_static("noindex"));
    Ok(response)
}

/// How the newest build stands.
async fn first_build(services: &Services, slug: &str) -> Result<Option<Waiting>, Error> {
    let slug = slug.to_owned();
    let build = services.db.read(move |conn| build_rows::newest(conn, &slug)).await?;
    let Some(build) = build else { return Ok(None) };
    // It may have ended since it was last looked at. Without an answer the page says what is known.
    let build = match builds::refresh(services, build.clone()).await {
        Err(Error::Containers(_)) => build,
        refreshed => refreshed?,
    };
    Ok(Some(builds::waiting(services, &build).await?))
}

/// Whether there is no place now, as far as it is known: the one who gives places has the last word.
async fn is_full(services: &Services) -> bool {
    let status = services.containers.status().await.ok();
    status.is_some_and(|now| now.capacity.is_some_and(|places| now.sandboxes >= places))
}
