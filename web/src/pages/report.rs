//! `/p/{slug}/report` and `/comments/{id}/report`: telling those who look after the site.

use super::{
    Frame, PageResult,
    comments::{Draft, for_form},
    html, see_other,
};
use crate::{
    comments::{
        self,
        report::{self, Noted},
    },
    error::Error,
    http::{form::Form, visitor::Visitor},
    i18n::{filters, t},
    input::comment::DETAIL_LIMIT,
    models::{comments::Comment, projects::Project, reports::Reason},
    policy::Action,
    projects,
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    project: Project,
    comment: Option<Comment>,
    reason: String,
    draft: Draft,
}

impl ReportPage {
    fn reasons(&self) -> [(&'static str, &'static str); 5] {
        Reason::ALL.map(|reason| (reason.as_str(), words(reason)))
    }

    fn action(&self) -> String {
        match &self.comment {
            Some(comment) => format!("/comments/{}/report", comment.id),
            None => format!("/p/{}/report", self.project.slug),
        }
    }

    fn limit(&self) -> usize {
        DETAIL_LIMIT
    }
}

/// A reason, as people read it.
#[must_use]
pub fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Spam => t("Spam or advertising"),
        Reason::Abuse => t("Insults, threats or hatred"),
        Reason::Malware => t("A program that does harm, or a trap"),
        Reason::Rights => t("Somebody else's work, name or private data"),
        Reason::Other => t("Something else"),
    }
}

/// What is reported.
type Thing = (Project, Option<Comment>);

async fn open_project(services: &Services, visitor: &Visitor, slug: &str) -> Result<Thing, Error> {
    let action = |_| Action::Report;
    Ok((projects::open(services, slug, visitor.actor(), action, "/").await?, None))
}

async fn open_comment(services: &Services, visitor: &Visitor, id: &str) -> Result<Thing, Error> {
    let action = |_: &_, _: &_| Action::Report;
    let (comment, project) = comments::open(services, id, visitor.actor(), action).await?;
    Ok((project, Some(comment)))
}

/// `GET /p/{slug}/report`
pub async fn project(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    show(&visitor, open_project(&services, &visitor, &slug).await?)
}

/// `GET /comments/{id}/report`
pub async fn comment(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> PageResult {
    show(&visitor, open_comment(&services, &visitor, &id).await?)
}

/// `POST /p/{slug}/report`
pub async fn submit_project(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let thing = open_project(&services, &visitor, &slug).await?;
    submit(&services, &visitor, thing, &form).await
}

/// `POST /comments/{id}/report`
pub async fn submit_comment(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    let thing = open_comment(&services, &visitor, &id).await?;
    submit(&services, &visitor, thing, &form).await
}

fn show(visitor: &Visitor, (project, comment): Thing) -> PageResult {
    let frame = Frame::of(visitor, "/")?;
    let (reason, draft) = (String::new(), Draft::default());
    html(StatusCode::OK, &ReportPage { frame, project, comment, reason, draft })
}

async fn submit(
    services: &Services,
    visitor: &Visitor,
    (project, comment): Thing,
    form: &Form,
) -> PageResult {
    let (reason, detail) = (form.text("reason"), form.text("detail"));
    let reporter = visitor.key_or_new()?;
    let of = (&project, comment.as_ref());
    let noted = report::report(services, &visitor.asker(), reporter, of, (reason, detail)).await;
    match noted {
        Ok(noted) => {
            visitor.flash(match noted {
                Noted::Now => t("Thank you. Those who look after the site will look at it."),
                Noted::Before => t("You have reported this already. It will be looked at."),
            })?;
            Ok(see_other(&format!("/p/{}", project.slug)))
        }
        Err(error) => {
            let draft = Draft { text: detail.to_owned(), errors: for_form(error)? };
            let (frame, reason) = (Frame::of(visitor, "/")?, reason.to_owned());
            let page = ReportPage { frame, project, comment, reason, draft };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
