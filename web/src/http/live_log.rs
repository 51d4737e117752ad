//! A build's log as an answer that goes on until the build ends. The header `Last-Event-ID` says
//! which event the reader has, and the answer goes on behind it.

use super::address::header_text;
use crate::{
    builds::events::{self, Format},
    error::Error,
    models::builds::Build,
    service::Services,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ContentEncoding},
    web,
};

/// The answer.
///
/// # Errors
/// When the container server cannot be asked.
pub async fn respond(
    request: &HttpRequest,
    services: web::Data<Services>,
    build: Build,
    format: Format,
) -> Result<HttpResponse, Error> {
    let seen = header_text(request, "last-event-id").and_then(|id| id.parse::<usize>().ok());
    let from = seen.map_or(0, |seen| seen.saturating_add(1));
    let log = events::follow(services, build, from, format).await?;
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((CACHE_CONTROL, "no-store"))
        // A compressor would hold lines back.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(log))
}
