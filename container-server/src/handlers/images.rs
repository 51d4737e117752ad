//! Which images the registry holds, over HTTP.

use super::Services;
use crate::error::ApiError;
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// Nothing is said of the image but that it is there.
pub(crate) async fn show(
    services: Data<Services>,
    image: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (repository, digest) = image.into_inner();
    match services.remote.resolve(&repository, &digest).await? {
        Some(_) => Ok(HttpResponse::NoContent().finish()),
        None => Err(ApiError::NoSuchImage),
    }
}
