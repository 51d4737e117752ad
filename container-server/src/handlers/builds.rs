//! Builds over HTTP.

use super::Services;
use crate::error::ApiError;
use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Json, Path},
};
use container_api::{BuildId, BuildView, CreateBuild};
use futures_util::StreamExt;

/// The media type of a stream of JSON documents, one a line.
const NDJSON: &str = "application/x-ndjson";

pub(crate) async fn create(
    services: Data<Services>,
    wish: Json<CreateBuild>,
) -> Result<HttpResponse, ApiError> {
    let view = services.builds.create(wish.into_inner()).await?;
    Ok(HttpResponse::Created().json(view))
}

pub(crate) async fn show(
    services: Data<Services>,
    id: Path<String>,
) -> Result<Json<BuildView>, ApiError> {
    services.builds.view(&parse(&id)?).map(Json).ok_or(ApiError::NoSuchBuild)
}

pub(crate) async fn cancel(
    services: Data<Services>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    services.builds.cancel(&parse(&id)?).ok_or(ApiError::NoSuchBuild)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The log from its beginning, followed until the build ends.
pub(crate) async fn log(
    services: Data<Services>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let events = services.builds.log(&parse(&id)?).ok_or(ApiError::NoSuchBuild)?;
    let lines = events.map(|event| {
        let mut line = serde_json::to_vec(&event)?;
        line.push(b'\n');
        Ok::<_, serde_json::Error>(Bytes::from(line))
    });
    Ok(HttpResponse::Ok().content_type(NDJSON).streaming(lines))
}

/// What is no id names no build.
fn parse(id: &str) -> Result<BuildId, ApiError> {
    id.parse().map_err(|_| ApiError::NoSuchBuild)
}
