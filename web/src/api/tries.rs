//! `GET /api/v1/tries`: what one has tried.

use super::{
    ApiResult,
    paging::{self, ByTime, Query},
};
use crate::{
    http::visitor::Visitor,
    models::listing::{self, Tried},
    service::Services,
};
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use container_api::{EndReason, SandboxId};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    id: SandboxId,
    project: String,
    title: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    end: Option<EndReason>,
}

impl From<Tried> for View {
    fn from(row: Tried) -> Self {
        Self {
            id: row.id,
            project: row.slug,
            title: row.name,
            started_at: row.started_at,
            ended_at: row.ended_at,
            end: row.end,
        }
    }
}

/// The list, the newest first.
pub async fn list(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    Query(wish): Query<ByTime>,
) -> ApiResult {
    let (limit, after) = wish.read()?;
    let rows = match visitor.key() {
        Some(key) => {
            let read = move |conn: &mut _| listing::tries_of(conn, &key, after.as_ref(), limit + 1);
            services.db.read(read).await?
        }
        // A guest who never started anything.
        None => Vec::new(),
    };
    let rows: Vec<View> = rows.into_iter().map(View::from).collect();
    paging::respond(&request, "tries", rows, limit, |last| {
        paging::write_mark(&(last.started_at, last.id.to_string()))
    })
}
