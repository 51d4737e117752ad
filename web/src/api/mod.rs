//! What programs call: `/api/v1`, one file a resource.

mod json;
pub mod openapi;
pub mod sandboxes;

use crate::error::ApiError;
use actix_web::HttpResponse;

/// What a handler of the API answers.
type ApiResult = Result<HttpResponse, ApiError>;
