//! `GET /admin`: how the site stands.

use super::{Frame, PageResult, check, frame, html, human, machine};
use crate::{
    builds::words,
    http::visitor::Visitor,
    i18n::filters,
    models::oversight::{self, Counts, LiveBuild},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use container_api::Status;

/// The most builds on the page.
const BUILDS: i64 = 50;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    frame: Frame,
    counts: Counts,
    builds: Vec<LiveBuild>,
    /// What the container server says, if it can be asked.
    status: Option<Status>,
    version: &'static str,
}

impl Overview {
    fn words(&self, build: &LiveBuild) -> &'static str {
        words::state(build.state)
    }

    fn machine(&self, build: &LiveBuild) -> String {
        machine(build.created_at)
    }

    fn human(&self, build: &LiveBuild) -> String {
        human(build.created_at)
    }
}

/// The page. Without the container server it shows what is known.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    check(&visitor, "/admin")?;
    let known = services
        .db
        .read(|conn| Ok((oversight::counts(conn)?, oversight::under_way(conn, BUILDS)?)));
    let (counts, builds) = known.await?;
    let status = services.containers.status().await;
    let status = status.inspect_err(|error| tracing::debug!(%error, "no status to show")).ok();
    let version = env!("CARGO_PKG_VERSION");
    let page = Overview { frame: frame(&visitor)?, counts, builds, status, version };
    html(StatusCode::OK, &page)
}
