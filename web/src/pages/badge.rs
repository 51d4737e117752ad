//! `GET /p/{slug}/badge.svg`: for READMEs.

use super::PageResult;
use crate::{error::Error, http::address::header_text, models::projects, service::Services};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Drawn by hand, on whole pixels. The widths of the words are fixed, so that a missing font
/// changes nothing around them.
const BADGE: &str = include_str!("badge.svg");

static TAG: LazyLock<String> =
    LazyLock::new(|| format!("\"{}\"", hex::encode(&Sha256::digest(BADGE)[..12])));

/// The image. It may be kept for an hour, and asked for again cheaply.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
) -> PageResult {
    let slug = slug.into_inner();
    let known = services.db.read(move |conn| projects::exists(conn, &slug)).await?;
    if !known {
        return Err(Error::NoSuchProject.into());
    }
    let has_it = header_text(&request, "if-none-match")
        .is_some_and(|tags| tags.split(',').any(|t| t.trim().trim_start_matches("W/") == *TAG));
    let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, TAG.as_str()))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        // READMEs show it from other sites.
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header(("access-control-allow-origin", "*"));
    Ok(if has_it { response.finish() } else { response.body(BADGE) })
}
