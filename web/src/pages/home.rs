//! `GET /`: what there is to try.

use super::{Frame, PageResult, html};
use crate::{
    discover::{front::Front, sponsor::Sponsor},
    error::Error,
    http::{cached::Cached, visitor::Visitor},
    i18n::filters,
    models::{cards::Card, search::Found},
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame,
    front: Arc<Front>,
    /// Everything, while that is little; what is on its way comes too.
    all: Vec<Found>,
    /// What this visitor may like.
    liked: Vec<Found>,
    sponsor: Option<&'a Sponsor>,
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    let front = services.discover.front(&services.db).await?;
    let liked = front.liked(&services.db, visitor.key()).await?;
    let all = front.all.iter().map(found).collect();
    let sponsor = services.discover.sponsor.as_ref();
    let frame = Frame::of(&visitor, "/")?;
    html(StatusCode::OK, &Home { frame, front, all, liked, sponsor })
}

/// A card as lists of what was found have it.
fn found(card: &Card) -> Found {
    Found {
        id: 0,
        slug: card.slug.clone(),
        name: card.name.clone(),
        short: card.short.clone(),
        at: [card.category.clone(), String::new(), String::new()],
        tries: card.tries,
        ready: card.ready,
    }
}

/// `GET /sponsor/{tag}`: the picture of the banner.
pub async fn sponsor(
    request: HttpRequest,
    services: web::Data<Services>,
    tag: web::Path<String>,
) -> PageResult {
    let image = services.discover.sponsor.as_ref().and_then(|sponsor| sponsor.image.as_ref());
    let image = image.filter(|image| image.tag == *tag).ok_or(Error::NoSuchPage)?;
    Ok(Cached {
        tag: image.tag.clone(),
        keep: "public, max-age=31536000, immutable",
        media_type: image.media_type,
        body: image.bytes.clone(),
    }
    .respond(&request))
}
