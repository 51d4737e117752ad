//! `GET /api/v1/me`: who the server takes the caller for.

use super::ApiResult;
use crate::{http::visitor::Visitor, policy::Scope};
use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

#[derive(Serialize)]
struct Me {
    /// Nothing for guests.
    user: Option<User>,
    /// How far the key reaches by which the caller came in.
    scope: Scope,
}

#[derive(Serialize)]
struct User {
    name: String,
    role: &'static str,
    email: Option<String>,
    created_at: DateTime<Utc>,
}

/// The answer.
pub async fn show(visitor: Visitor) -> ApiResult {
    let user = visitor.user().map(|user| User {
        name: user.name.clone(),
        role: user.role.as_str(),
        email: user.email.clone(),
        created_at: user.created_at,
    });
    let scope = visitor.bearer().map_or(Scope::Write, |token| token.scope);
    Ok(HttpResponse::Ok().json(Me { user, scope }))
}
