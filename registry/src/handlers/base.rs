//! `/v2/`: is this a registry?

use actix_web::HttpResponse;

/// Yes.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({}))
}
