//! `/containers`: what a visitor has running, and what came of the rest. For guests too.

use super::{
    Frame, PageResult, html, moment,
    usage::{self, UsageTable},
};
use crate::{
    error::Error,
    http::{mark, visitor::Visitor},
    i18n::filters,
    models::history::{Filter, Tried},
    service::Services,
    tries::{
        mine::{self, Mine, Running},
        words,
    },
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use container_api::{Limits, SandboxState};
use serde::Deserialize;

pub const HERE: &str = "/containers";
/// Rows of the history on a page.
const PAGE: usize = 25;

/// What of the history is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    project: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    after: String,
}

impl Wish {
    fn filter(&self) -> Filter {
        // No row holds the character, and PostgreSQL refuses to look for it.
        let given = |text: &String| Some(text.replace('\0', "?")).filter(|text| !text.is_empty());
        Filter { ended: true, project: given(&self.project), tag: given(&self.tag) }
    }
}

#[derive(Template)]
#[template(path = "containers.html")]
struct Containers {
    frame: Frame,
    mine: Mine,
    /// What those that run use.
    usage: UsageTable,
    wish: Wish,
    limits: Limits,
    /// The address of the next page; empty on the last.
    next: String,
}

impl Containers {
    fn state(&self, row: &Running) -> &'static str {
        row.view.as_ref().map_or("unknown", |view| view.state.as_str())
    }

    fn is_frozen(&self, row: &Running) -> bool {
        row.view.as_ref().is_some_and(|view| view.state == SandboxState::Frozen)
    }

    fn is_running(&self, row: &Running) -> bool {
        row.view.as_ref().is_some_and(|view| view.state == SandboxState::Running)
    }

    fn ends_at(&self, row: &Running) -> Option<DateTime<Utc>> {
        row.view.as_ref().map(|view| view.expires_at)
    }

    fn is_filtered(&self) -> bool {
        !self.wish.project.is_empty() || !self.wish.tag.is_empty()
    }

    fn lasted(&self, row: &Tried) -> String {
        row.ended_at.map(|end| moment::lasted(end - row.started_at)).unwrap_or_default()
    }

    fn end(&self, row: &Tried) -> (String, String) {
        let Some(end) = &row.end else { return Default::default() };
        let (title, text) = words::of(end, &self.limits);
        (title.to_owned(), text)
    }
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    web::Query(wish): web::Query<Wish>,
) -> PageResult {
    let after = match wish.after.as_str() {
        "" => None,
        text => Some(mark::read(text).ok_or(Error::NoSuchPage)?),
    };
    let mut mine = match visitor.key() {
        Some(key) => {
            let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
            mine::of(&services, key, wish.filter(), after, limit).await?
        }
        // A guest who never started anything.
        None => Mine { asked: true, ..Mine::default() },
    };
    let more = mine.past.len() > PAGE;
    mine.past.truncate(PAGE);
    let last = mine.past.last().filter(|_| more);
    let next = last.map(|last| next(&wish, &mark::write(&(last.started_at, last.id.to_string()))));
    let page = Containers {
        frame: Frame::of(&visitor, HERE)?,
        limits: services.tries.limits,
        next: next.unwrap_or_default(),
        usage: usage::of(&services, &mine.running).await,
        mine,
        wish,
    };
    html(StatusCode::OK, &page)
}

fn next(wish: &Wish, after: &str) -> String {
    let fields = [("project", wish.project.as_str()), ("tag", &wish.tag), ("after", after)];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("{HERE}?{}", query.finish())
}
