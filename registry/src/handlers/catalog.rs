//! `/v2/_catalog`: not in the specification, but many clients ask for it.

use super::{page::page, query::Query};
use crate::{Registry, failure::Result};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::json;

/// Every repository.
pub async fn list(request: HttpRequest, registry: web::Data<Registry>) -> Result<HttpResponse> {
    let repositories = registry.repositories().await?;
    let page = page(request.path(), repositories, &Query::of(&request)?)?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.link {
        response.insert_header((header::LINK, link));
    }
    Ok(response.json(json!({ "repositories": page.entries })))
}
