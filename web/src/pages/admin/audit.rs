//! `GET /admin/audit`: what changed state, the newest first.

use super::{Frame, PageResult, check, encode, frame, html, moment};
use crate::{
    http::visitor::Visitor,
    i18n::filters,
    models::audit::{self, Entry, Filter},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

/// Rows on a page.
const ROWS: usize = 100;

/// Which rows are wanted.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    before: Option<i64>,
}

impl Wish {
    /// A name alone is an account's.
    fn filter(self) -> Filter {
        let actor = match self.actor.trim() {
            "" => String::new(),
            known @ ("guest" | "system") => known.to_owned(),
            other if other.contains(':') => other.to_owned(),
            name => format!("user:{name}"),
        };
        Filter {
            actor,
            action: self.action.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            before: self.before,
        }
    }
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Audit {
    frame: Frame,
    rows: Vec<Entry>,
    filter: Filter,
    /// Whether older rows follow.
    more: bool,
    /// Days that rows are kept.
    days: u32,
}

impl Audit {
    fn machine(&self, row: &Entry) -> String {
        moment::machine(&row.at.and_utc())
    }

    fn human(&self, row: &Entry) -> String {
        moment::human(&row.at.and_utc())
    }

    fn is_filtered(&self) -> bool {
        Filter { before: None, ..self.filter.clone() } != Filter::default()
    }

    /// The same rows, from the newest.
    fn newest(&self) -> String {
        let Filter { actor, action, subject, .. } = &self.filter;
        format!(
            "/admin/audit?actor={}&action={}&subject={}",
            encode(actor),
            encode(action),
            encode(subject)
        )
    }

    fn older(&self) -> String {
        let before = self.rows.last().map_or(0, |row| row.id);
        format!("{}&before={before}", self.newest())
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    wish: web::Query<Wish>,
) -> PageResult {
    check(&visitor, "/admin/audit")?;
    let filter = wish.into_inner().filter();
    let wanted = filter.clone();
    let limit = ROWS as i64 + 1;
    let mut rows = services.db.read(move |conn| audit::page(conn, &wanted, limit)).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let days = services.audit.days;
    html(StatusCode::OK, &Audit { frame: frame(&visitor)?, rows, filter, more, days })
}
