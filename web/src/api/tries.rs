//! `GET /api/v1/tries`: what one has tried.

use super::{
    ApiResult,
    paging::{self, ByTime, Query},
};
use crate::{
    http::{mark, visitor::Visitor},
    models::history::{self, Filter, Tried},
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
    /// What its visitor calls it.
    tag: String,
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
            tag: row.tag,
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
            let read = move |conn: &mut _| {
                history::page(conn, &key, &Filter::default(), after.as_ref(), limit + 1)
            };
            services.db.read(read).await?
        }
        // A guest who never started anything.
        None => Vec::new(),
    };
    let rows: Vec<View> = rows.into_iter().map(View::from).collect();
    paging::respond(&request, "tries", rows, limit, |last| {
        mark::write(&(last.started_at, last.id.to_string()))
    })
}
