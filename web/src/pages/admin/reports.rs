//! `/admin/reports`: what people find wrong, and what becomes of it.

use super::{Frame, PageResult, check, frame, html, moment, see_other};
use crate::{
    comments,
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    models::{
        comments::{self as comment_rows, Comment},
        projects as project_rows,
        reports::{self as rows, Report},
        users,
    },
    pages::report,
    policy,
    projects::upkeep,
    reports,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use std::collections::HashMap;

const HERE: &str = "/admin/reports";
/// Reports on a page.
const ROWS: usize = 50;
/// How much of a comment is shown, in characters.
const EXCERPT: usize = 400;

/// Which reports are wanted.
#[derive(Debug, Deserialize)]
pub struct Wish {
    /// `done` for those that somebody has dealt with.
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: Option<i64>,
}

/// A report with what it is about.
struct Line {
    report: Report,
    /// Nothing where the project is meant, or the comment is gone.
    comment: Option<Comment>,
    /// The account that reported it; nothing for guests and those who left.
    reporter: Option<String>,
    /// Whom a ban would meet: who wrote the comment, or published the project.
    author: String,
}

impl Line {
    fn why(&self) -> &'static str {
        report::words(self.report.new.reason)
    }

    fn may_be_banned(&self) -> bool {
        !self.author.is_empty() && !policy::is_the_sites_own(&self.author)
    }

    fn excerpt(&self) -> String {
        let body = self.comment.as_ref().map_or("", |comment| comment.body.as_str());
        let cut: String = body.chars().take(EXCERPT).collect();
        if cut.len() < body.len() { format!("{cut}…") } else { cut }
    }
}

#[derive(Template)]
#[template(path = "admin/reports.html")]
struct Reports {
    frame: Frame,
    lines: Vec<Line>,
    open: bool,
    is_first: bool,
    /// Where it goes on.
    next: Option<i64>,
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    wish: web::Query<Wish>,
) -> PageResult {
    check(&visitor, HERE)?;
    let Wish { state, before } = wish.into_inner();
    let (open, is_first) = (state != "done", before.is_none());
    let found = services.db.read(move |conn| {
        let mut found = rows::list(conn, open, before, ROWS as i64 + 1)?;
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        let numbers: Vec<i64> = found.iter().filter_map(|r| r.new.comment_id).collect();
        let comments = comment_rows::by_ids(conn, &numbers)?;
        let comments: HashMap<i64, Comment> =
            comments.into_iter().map(|comment| (comment.id, comment)).collect();
        let mut lines = Vec::new();
        for report in found {
            let comment = report.new.comment_id.and_then(|id| comments.get(&id).cloned());
            let account = report.new.reporter.strip_prefix("u:").and_then(|id| id.parse().ok());
            let reporter = match account {
                Some(id) => users::by_id(conn, id)?.map(|user| user.name),
                None => None,
            };
            let author = match &comment {
                Some(comment) => comment.author.clone(),
                None => match project_rows::by_id(conn, report.new.project_id)? {
                    Some(project) => project_rows::owner_name(conn, project.owner_id)?,
                    None => String::new(),
                },
            };
            lines.push(Line { report, comment, reporter, author });
        }
        Ok((lines, more))
    });
    let (lines, more) = found.await?;
    let next = lines.last().filter(|_| more).map(|line| line.report.id);
    html(StatusCode::OK, &Reports { frame: frame(&visitor)?, lines, open, is_first, next })
}

/// `POST /admin/reports/{id}`: keeps what was reported, or does away with it.
pub async fn submit(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<i64>,
    form: Form,
) -> PageResult {
    check(&visitor, HERE)?;
    let (id, asker) = (id.into_inner(), visitor.asker());
    let found = services.db.read(move |conn| rows::by_id(conn, id)).await?;
    let report = found.ok_or(Error::NoSuchPage)?;
    let words = match form.text("action") {
        "keep" => {
            reports::resolve(&services, &asker, id).await?;
            t("The report is dealt with; what it was about stays.").to_owned()
        }
        "delete-comment" => {
            let number = report.new.comment_id.ok_or(Error::NoSuchComment)?.to_string();
            let (comment, _) =
                comments::open_to_delete(&services, &number, visitor.actor()).await?;
            // Its reports go with it.
            comments::delete(&services, &asker, &comment).await?;
            t("The comment is deleted, and its reports with it.").to_owned()
        }
        "archive" => {
            let number = report.new.project_id;
            let project = services.db.read(move |conn| project_rows::by_id(conn, number)).await?;
            let project = project.ok_or(Error::NoSuchProject)?;
            upkeep::archive(&services, &asker, &project, true).await?;
            reports::resolve(&services, &asker, id).await?;
            let words = t("{name} is archived, and the report is dealt with.");
            fill(words, &[("name", &project.texts.name)])
        }
        _ => return Err(Error::BadForm(t("Choose one of the list.").to_owned()).into()),
    };
    visitor.flash(&words)?;
    Ok(see_other(HERE))
}
