//! `/v2/<name>/tags/list`.

use super::{page::page, query::Query};
use crate::{
    Registry,
    failure::{RegistryError, Result},
    model::{RepositoryName, Tag},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::json;

/// The repository's tags.
pub async fn list(
    request: HttpRequest,
    registry: web::Data<Registry>,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    let name: RepositoryName = name.parse()?;
    let tags = registry.store().store().tags(&name).await?;
    let tags = tags.ok_or_else(|| RegistryError::RepositoryUnknown(name.clone()))?;
    let tags = tags.iter().map(Tag::to_string).collect();
    let page = page(request.path(), tags, &Query::of(&request)?)?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.link {
        response.insert_header((header::LINK, link));
    }
    Ok(response.json(json!({ "name": name.as_str(), "tags": page.entries })))
}
