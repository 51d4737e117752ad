//! `GET /admin`: how the site stands; `GET /admin/live`: the part of it that moves.

use super::{
    Frame, PageResult, chart, check, checks, frame, html,
    load::{self, Chart, Row},
    moment, see_other,
    walls::{self, Wall},
};
use crate::{
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    models::{
        audit::{self, Event},
        now,
        oversight::{self, Counts},
    },
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use container_api::{ClientError, SelfTest, Status};

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    frame: Frame,
    live: Live,
    walls: Vec<Wall>,
    version: &'static str,
}

/// What is fetched again every few seconds. Each source stands for itself: what fails leaves the
/// others as they are.
#[derive(Template)]
#[template(path = "admin/live.html")]
struct Live {
    counts: Option<Counts>,
    /// What the container server says, if it can be asked.
    status: Option<Status>,
    /// The same of the load; no chart in its first seconds.
    load: Option<(Vec<Chart>, Vec<Row>)>,
    columns: [&'static str; 5],
}

impl Live {
    fn width(&self) -> f64 {
        chart::WIDTH
    }

    fn height(&self) -> f64 {
        chart::HEIGHT
    }
}

impl Overview {
    fn self_test(&self) -> Option<&SelfTest> {
        self.live.status.as_ref()?.engine.self_test.as_ref()
    }
}

/// What was asked, if there is an answer; the log has why not.
fn told<T>(answer: Result<T, ClientError>) -> Option<T> {
    answer.inspect_err(|error| tracing::debug!(%error, "the container server says nothing")).ok()
}

async fn look(services: &Services) -> Live {
    let (counts, status, samples) = tokio::join!(
        services.db.read(oversight::counts),
        services.containers.status(),
        services.containers.load(),
    );
    let counts = counts.inspect_err(|error| tracing::error!(%error, "nothing is counted")).ok();
    let moment = now();
    let load =
        told(samples).map(|samples| (load::charts(&samples, moment), load::rows(&samples, moment)));
    Live { counts, status: told(status), load, columns: load::titles() }
}

/// The page.
pub async fn show(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    check(&visitor, "/admin")?;
    let live = look(&services).await;
    let facts = live.status.as_ref().and_then(|status| status.engine.facts.as_ref());
    let walls = facts.map(walls::walls).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    html(StatusCode::OK, &Overview { frame: frame(&visitor)?, live, walls, version })
}

/// `POST /admin/self-test`: has the walls tried now.
pub async fn self_test(services: web::Data<Services>, visitor: Visitor, _form: Form) -> PageResult {
    check(&visitor, "/admin")?;
    let test = services.containers.self_test().await.map_err(Error::from)?;
    let outcome = if test.passed { "It passed." } else { "It did not pass." };
    let event = Event::by(&visitor.asker(), "self-test.run", "sandboxes").saying(outcome);
    services.db.write(move |conn| audit::add(conn, &event)).await.map_err(Error::from)?;
    visitor.flash(match test.passed {
        true => t("The self-test was made: every wall stands."),
        false => t("The self-test was made: a wall does not stand."),
    })?;
    Ok(see_other("/admin"))
}

/// The part of it that moves.
pub async fn live(services: web::Data<Services>, visitor: Visitor) -> PageResult {
    check(&visitor, "/admin")?;
    html(StatusCode::OK, &look(&services).await)
}
