//! `GET /api/v1/openapi.json`: the API, described for programs (OpenAPI 3.1).

use actix_web::HttpResponse;

/// The description, as it is checked in.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// The description.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT)
}
