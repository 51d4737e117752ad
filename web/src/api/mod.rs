//! What programs call: `/api/v1`, one file a resource.

pub mod admin;
pub mod builds;
pub mod comments;
pub mod contexts;
mod json;
pub mod me;
pub mod openapi;
mod paging;
pub mod projects;
pub mod sandboxes;
pub mod tokens;
pub mod tries;

use crate::{
    error::{ApiError, Error},
    http::visitor::Visitor,
    models::users::User,
};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, HeaderName},
};

/// What a handler of the API answers.
type ApiResult = Result<HttpResponse, ApiError>;

/// The account, where one is needed.
fn signed_in(visitor: &Visitor) -> Result<&User, Error> {
    visitor.user().ok_or(Error::NeedsLogin { next: "/".to_owned() })
}

/// For answers with a secret in them.
fn no_store() -> (HeaderName, &'static str) {
    (CACHE_CONTROL, "no-store")
}
