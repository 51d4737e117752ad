//! `/p/{slug}/statistics`: how often a project is tried, and how it goes.

use super::{Frame, PageResult, html, moment, my_projects};
use crate::{
    http::visitor::Visitor,
    i18n::{fill, filters, t},
    models::{now, projects::Project, statistics as rows},
    policy::{Action, Answer, decide},
    projects::{
        self,
        statistics::{self, Day, Ending, Figures, Stage},
    },
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{Days, NaiveTime};
use serde::Deserialize;

/// The newest tries that are looked at.
const SAMPLES: i64 = 20_000;
/// What a page can be about: so many days.
const SPANS: [u64; 2] = [30, 90];

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Wish {
    #[serde(default)]
    days: String,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct Statistics {
    frame: Frame,
    project: Project,
    /// Whether the other pages of the project's upkeep are the visitor's too.
    is_mine: bool,
    span: u64,
    days: Vec<Day>,
    figures: Figures,
}

/// A bar of the chart, in its own units: each day is ten wide, and all are a thousand high.
struct Bar {
    x: usize,
    y: i64,
    height: i64,
    day: Day,
}

impl Statistics {
    fn spans(&self) -> [u64; 2] {
        SPANS
    }

    fn most(&self) -> i64 {
        self.days.iter().map(|day| day.tries).max().unwrap_or(0)
    }

    fn all(&self) -> i64 {
        self.days.iter().map(|day| day.tries).sum()
    }

    fn width(&self) -> usize {
        self.days.len() * 10
    }

    fn bars(&self) -> Vec<Bar> {
        let most = self.most().max(1);
        let bar = |(index, day): (usize, &Day)| {
            // What is there at all is seen.
            let height = if day.tries == 0 { 0 } else { (day.tries * 1_000 / most).max(12) };
            Bar { x: index * 10 + 1, y: 1_000 - height, height, day: *day }
        };
        self.days.iter().enumerate().map(bar).collect()
    }

    fn is_capped(&self) -> bool {
        i64::try_from(self.figures.tries).unwrap_or(i64::MAX) >= SAMPLES
    }

    fn percent(&self, number: &usize) -> usize {
        number * 100 / self.figures.tries.max(1)
    }

    fn quick(&self, time: &Option<i64>) -> String {
        time.map_or_else(|| "–".to_owned(), moment::quick)
    }

    fn stage(&self, stage: &Stage) -> String {
        match stage {
            Stage::Started => t("Pressed Try").to_owned(),
            Stage::Prompt => t("Got a prompt").to_owned(),
            Stage::FirstLine => t("Typed a first line").to_owned(),
            Stage::Stayed(1) => t("Stayed over a minute").to_owned(),
            Stage::Stayed(n) => fill(t("Stayed over {n} minutes"), &[("n", n)]),
        }
    }

    fn ending(&self, ending: &Ending) -> &'static str {
        match ending {
            Ending::Running => t("Running still"),
            Ending::Stopped => t("Stopped by the visitor"),
            Ending::Exited => t("The program ended"),
            Ending::ExitedBadly => t("The program ended with an error"),
            Ending::OutOfMemory => t("Out of memory"),
            Ending::Idle => t("The visitor went away"),
            Ending::Lifetime => t("The time was up"),
            Ending::Operator => t("Ended by the operator"),
            Ending::Failed => t("It could not go on"),
        }
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    web::Query(wish): web::Query<Wish>,
) -> PageResult {
    let here = format!("/p/{slug}/statistics");
    let action = |owner| Action::SeeStatistics { owner };
    let project = projects::open(&services, &slug, visitor.actor(), action, &here).await?;
    let span = wish.days.parse().ok().filter(|days| SPANS.contains(days)).unwrap_or(SPANS[0]);
    let (id, now) = (project.id, now());
    let today = now.date_naive();
    let first = today - Days::new(span - 1);
    let since = first.and_time(NaiveTime::MIN).and_utc();
    let found = services.db.read(move |conn| {
        Ok((rows::days(conn, id, first)?, rows::samples(conn, id, since, SAMPLES)?))
    });
    let (days, samples) = found.await?;
    let edit = Action::EditProject { owner: project.owner_id };
    let page = Statistics {
        frame: Frame::of(&visitor, my_projects::HERE)?,
        is_mine: decide(visitor.actor(), edit) == Answer::Yes,
        project,
        span,
        days: statistics::days(&days, today, span),
        figures: statistics::figures(&samples, now),
    };
    html(StatusCode::OK, &page)
}
