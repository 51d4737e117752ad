//! `GET /api/v1/admin/audit`: what changed state, the newest first.

use crate::{
    api::{
        ApiResult,
        paging::{self, Query},
    },
    error::Error,
    http::visitor::Visitor,
    models::audit::{self, Entry, Filter},
    policy::{self, Action},
    service::Services,
};
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which rows are asked for.
#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Serialize)]
struct View {
    id: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    address: String,
}

impl From<Entry> for View {
    fn from(row: Entry) -> Self {
        let Entry { id, at, actor, action, subject, detail, address } = row;
        Self { id, at: at.and_utc(), actor, action, subject, detail, address }
    }
}

/// `GET /api/v1/admin/audit`
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Query(wish): Query<Wish>,
) -> ApiResult {
    policy::check(visitor.actor(), Action::Oversee, "/", Error::NoSuchPage)?;
    let limit = paging::limit(wish.limit)?;
    let before = paging::number(wish.after.as_deref())?;
    let Wish { actor, action, subject, .. } = wish;
    let filter = Filter { actor, action, subject, before };
    let rows = services.db.read(move |conn| audit::page(conn, &filter, limit + 1)).await?;
    let rows: Vec<View> = rows.into_iter().map(View::from).collect();
    paging::respond(&request, "events", rows, limit, |last| last.id.to_string())
}
