//! `/api/v1/tokens`: what programs log in with.

use super::{
    ApiResult,
    json::{Json, whole},
    no_store, signed_in,
};
use crate::{
    error::Error,
    http::visitor::Visitor,
    models::tokens::{self as rows, Token},
    policy::{self, Action, Scope},
    service::Services,
    tokens::{self, Wish},
};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A request for a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    name: String,
    scope: Scope,
    #[serde(default, deserialize_with = "whole")]
    expires_in_days: Option<u32>,
}

/// A token as its holder sees it.
#[derive(Debug, Serialize)]
struct View {
    id: i64,
    name: String,
    scope: Scope,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    used_at: Option<DateTime<Utc>>,
    /// The token itself, in the answer to its making alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl View {
    fn new(token: Token) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scope: token.scope,
            created_at: token.created_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
            token: None,
        }
    }
}

#[derive(Serialize)]
struct List {
    tokens: Vec<View>,
}

/// `GET /api/v1/tokens`
pub async fn list(services: web::Data<Services>, visitor: Visitor) -> ApiResult {
    let id = signed_in(&visitor)?.id;
    policy::check(visitor.actor(), Action::SeeAccount { id }, "/", Error::NoSuchPage)?;
    let tokens = services.db.read(move |conn| rows::of_user(conn, id)).await?;
    let tokens = tokens.into_iter().map(View::new).collect();
    Ok(HttpResponse::Ok().json(List { tokens }))
}

/// `POST /api/v1/tokens`
pub async fn create(
    services: web::Data<Services>,
    visitor: Visitor,
    Json(wish): Json<Create>,
) -> ApiResult {
    let user = signed_in(&visitor)?;
    policy::check(visitor.actor(), Action::ChangeAccount { id: user.id }, "/", Error::NoSuchPage)?;
    let wish = Wish { name: wish.name, scope: wish.scope, days: wish.expires_in_days };
    let (token, secret) =
        tokens::make(&services, &visitor.asker(), user, wish, visitor.bearer()).await?;
    let location = format!("/api/v1/tokens/{}", token.id);
    let view = View { token: Some(secret.reveal().to_owned()), ..View::new(token) };
    let mut response = HttpResponse::Created();
    Ok(response.insert_header(("location", location)).insert_header(no_store()).json(view))
}

/// `DELETE /api/v1/tokens/{id}`
pub async fn revoke(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> ApiResult {
    let user = signed_in(&visitor)?;
    policy::check(visitor.actor(), Action::ChangeAccount { id: user.id }, "/", Error::NoSuchPage)?;
    let id = id.parse().map_err(|_| Error::NoSuchToken)?;
    tokens::revoke(&services, &visitor.asker(), user, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
