//! `/p/{slug}/badge.svg` and `/p/{slug}/live-badge.svg`: for READMEs.
//!
//! The live badge has a path of its own and not a query: some caches keep one answer for all
//! queries of a path, and a path needs no escaping in any language that READMEs are written in.
//!
//! Whatever happens, the answer is a picture: a README shows it as it is.

use crate::{
    badge::{self, Drawing, POLICY},
    error::Error,
    http::cached::Cached,
    models::{badges, now, projects},
    service::Services,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue,
            RETRY_AFTER,
        },
    },
    web,
};
use std::sync::Arc;

const SVG: &str = "image/svg+xml";

/// The static badge. It may be kept for an hour, and asked for again cheaply.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
) -> HttpResponse {
    let slug = slug.into_inner();
    let known = match services.badges.find(&slug) {
        Some(_) => Ok(true),
        None => services.db.read(move |conn| projects::exists(conn, &slug)).await,
    };
    shown_anywhere(match known {
        Ok(true) => picture(&request, &badge::STATIC, "public, max-age=3600"),
        Ok(false) => missing(),
        Err(error) => unavailable(error.into()),
    })
}

/// The live badge. It may be kept for two minutes, and shown for ten while a new one is fetched.
pub async fn live(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
) -> HttpResponse {
    let keep = "public, max-age=120, stale-while-revalidate=600";
    shown_anywhere(match drawing(&services, slug.into_inner()).await {
        Ok(Some(drawing)) => picture(&request, &drawing, keep),
        Ok(None) => missing(),
        Err(error) => unavailable(error),
    })
}

async fn drawing(services: &Services, slug: String) -> Result<Option<Arc<Drawing>>, Error> {
    if let Some(drawing) = services.badges.find(&slug) {
        return Ok(Some(drawing));
    }
    let (wanted, today) = (slug.clone(), now().date_naive());
    let known = services.db.read(move |conn| badges::of(conn, &wanted, today)).await?;
    Ok(known.map(|known| {
        let drawing = Arc::new(Drawing::from(badge::said_of(&known)));
        services.badges.keep(slug, drawing.clone());
        drawing
    }))
}

fn picture(request: &HttpRequest, drawing: &Drawing, keep: &'static str) -> HttpResponse {
    let (tag, body) = (drawing.tag.clone(), drawing.svg.clone());
    Cached { tag, keep, media_type: SVG, body }.respond(request)
}

/// It may be published in a moment.
fn missing() -> HttpResponse {
    HttpResponse::NotFound()
        .insert_header((CACHE_CONTROL, "public, max-age=60"))
        .content_type(SVG)
        .body(badge::NOT_FOUND.svg.as_str())
}

fn unavailable(error: Error) -> HttpResponse {
    tracing::error!(%error, "a badge cannot be drawn");
    let wait = error.retry_after().unwrap_or(30);
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((RETRY_AFTER, wait))
        .content_type(SVG)
        .body(badge::UNAVAILABLE.svg.as_str())
}

/// READMEs show it from other sites.
fn shown_anywhere(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
