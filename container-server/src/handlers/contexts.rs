//! Build contexts over HTTP.

use super::Services;
use crate::error::ApiError;
use actix_web::{
    HttpResponse,
    web::{Data, Payload},
};
use container_api::ContextView;

pub(crate) async fn upload(
    services: Data<Services>,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let id = services.builds.save_context(body).await?;
    Ok(HttpResponse::Created().json(ContextView { id }))
}
