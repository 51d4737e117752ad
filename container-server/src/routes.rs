//! Every URL of this service.
//!
//! The internal API is for other services and needs the bearer token; the public one is for
//! browsers, whose tickets the terminal proxy checks.

use crate::{
    auth,
    config::InternalToken,
    error::ApiError,
    handlers::{Services, builds, contexts, images, sandboxes, status},
};
use actix_web::{
    error::JsonPayloadError,
    middleware::from_fn,
    web::{self, JsonConfig, PathConfig, ServiceConfig},
};
use std::sync::Arc;

/// The largest JSON body: an install script of 256 KiB fits, however it is escaped.
const JSON_LIMIT: usize = 4 << 20;

/// The internal API. It answers at every path, so it wants a listener of its own.
pub(crate) fn internal(
    cfg: &mut ServiceConfig,
    services: web::Data<Services>,
    token: Arc<InternalToken>,
) {
    let api = web::scope("")
        .wrap(from_fn(move |request, next| auth::require(token.clone(), request, next)))
        .app_data(services)
        .app_data(JsonConfig::default().limit(JSON_LIMIT).error_handler(|error, _| json(&error)))
        .app_data(PathConfig::default().error_handler(|_, _| ApiError::NoSuchPath.into()))
        .route("/sandboxes", web::post().to(sandboxes::create))
        .route("/sandboxes", web::get().to(sandboxes::list))
        .route("/sandboxes/{id}", web::get().to(sandboxes::show))
        .route("/sandboxes/{id}", web::delete().to(sandboxes::stop))
        .route("/sandboxes/{id}/statistics", web::get().to(sandboxes::statistics))
        .route("/sandboxes/{id}/freeze", web::post().to(sandboxes::freeze))
        .route("/sandboxes/{id}/thaw", web::post().to(sandboxes::thaw))
        .route("/sandboxes/{id}/extend", web::post().to(sandboxes::extend))
        .route("/sandboxes/{id}/restart", web::post().to(sandboxes::restart))
        .route("/sandboxes/{id}/ticket", web::post().to(sandboxes::ticket))
        .route("/contexts", web::post().to(contexts::upload))
        .route("/builds", web::post().to(builds::create))
        .route("/builds/{id}", web::get().to(builds::show))
        .route("/builds/{id}", web::delete().to(builds::cancel))
        .route("/builds/{id}/log", web::get().to(builds::log))
        .route("/images/{repository:.+}/manifests/{digest}", web::get().to(images::show))
        .route("/status", web::get().to(status::show))
        .route("/status/load", web::get().to(status::load))
        .route("/status/self-test", web::post().to(status::self_test))
        .default_service(web::to(async || Err::<String, _>(ApiError::NoSuchPath)));
    cfg.service(api);
}

fn json(error: &JsonPayloadError) -> actix_web::Error {
    let message = match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            format!("The body is over {} MiB.", JSON_LIMIT >> 20)
        }
        JsonPayloadError::ContentType => "The body must be JSON, and say so.".to_owned(),
        other => format!("The body cannot be read: {other}."),
    };
    ApiError::BadRequest(message).into()
}
