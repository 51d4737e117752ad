//! `GET /p/{slug}/badge.svg`: for READMEs.

use super::PageResult;
use crate::{error::Error, http::cached::Cached, models::projects, service::Services};
use actix_web::{
    HttpRequest,
    http::header::{CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue},
    web,
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Drawn by hand, on whole pixels. The widths of the words are fixed, so that a missing font
/// changes nothing around them.
const BADGE: &str = include_str!("badge.svg");

static TAG: LazyLock<String> = LazyLock::new(|| hex::encode(&Sha256::digest(BADGE)[..12]));

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
    let badge = Cached {
        tag: TAG.clone(),
        keep: "public, max-age=3600",
        media_type: "image/svg+xml",
        body: BADGE,
    };
    let mut response = badge.respond(&request);
    // READMEs show it from other sites.
    let headers = response.headers_mut();
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    Ok(response)
}
