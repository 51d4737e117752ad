//! Comments below a project: `/p/{slug}/comments` and `/comments/{id}`.

use super::{Frame, PageResult, html, moment, project, see_other};
use crate::{
    comments,
    error::Error,
    http::{address, form::Form, visitor::Visitor},
    i18n::{fill, filters, t},
    input::{FieldErrors, comment::COMMENT_LIMIT},
    models::{comments::Comment, projects::Project},
    policy::{self, Action, Actor, Answer, decide},
    projects::{self, markdown},
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

/// How many comments a page shows.
pub const SHOWN: i64 = 20;

/// What a visitor has typed so far, and what is wrong with it.
#[derive(Default)]
pub struct Draft {
    pub text: String,
    pub errors: FieldErrors,
}

/// The comments' part of a project's page.
#[derive(Template)]
#[template(path = "comments.html")]
pub struct Talk {
    pub frame: Frame,
    pub slug: String,
    pub count: i64,
    pub said: Vec<Said>,
    /// Whether the newest are left out.
    pub later: bool,
    /// Where the older ones begin.
    pub older: Option<i64>,
    pub draft: Draft,
}

/// A comment as this visitor sees it.
pub struct Said {
    comment: Comment,
    html: String,
    by_maintainer: bool,
    may_edit: bool,
    may_delete: bool,
}

impl Said {
    pub fn of(comment: Comment, project: &Project, actor: Actor) -> Self {
        let author = comment.author_id;
        let may = |action| decide(actor, action) == Answer::Yes;
        Self {
            html: markdown::comment_to_html(&comment.body),
            by_maintainer: policy::owns(author, project.owner_id),
            may_edit: may(Action::EditComment { author }),
            may_delete: may(Action::DeleteComment { author, owner: project.owner_id }),
            comment,
        }
    }
}

impl Talk {
    fn limit(&self) -> usize {
        COMMENT_LIMIT
    }
}

/// `GET /p/{slug}/comments`: they are on the project's page.
pub async fn back(slug: web::Path<String>) -> PageResult {
    let path = format!("/p/{slug}");
    Ok(see_other(address::local_path(&path)))
}

/// `POST /p/{slug}/comments`
pub async fn write(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let here = format!("/p/{slug}");
    let next = || Error::NeedsLogin { next: here.clone() };
    let user = visitor.user().ok_or_else(next)?;
    let action = |_| Action::WriteComment;
    let project = projects::open(&services, &slug, visitor.actor(), action, &here).await?;
    let text = form.text("body");
    match comments::write(&services, &visitor.asker(), user.id, &project, text).await {
        Ok(id) => Ok(see_other(&format!("{here}#comment-{id}"))),
        Err(error) => {
            let errors = for_form(error)?;
            let draft = Draft { text: text.to_owned(), errors };
            project::page(&request, &services, &visitor, &slug, None, draft).await
        }
    }
}

/// What belongs above or into the form, so that nothing typed is lost.
pub fn for_form(error: Error) -> Result<FieldErrors, Error> {
    match error {
        Error::Fields(errors) => Ok(errors),
        Error::TooOften { retry_after } => {
            let minutes = retry_after.div_ceil(60);
            let message = t(
                "That was a lot in a short time. Try again in {n} min. What you typed is still here.",
            );
            Ok(FieldErrors::of("", fill(message, &[("n", &minutes)])))
        }
        other => Err(other),
    }
}

#[derive(Template)]
#[template(path = "comment_edit.html")]
struct EditPage {
    frame: Frame,
    id: i64,
    slug: String,
    name: String,
    draft: Draft,
}

impl EditPage {
    fn of(visitor: &Visitor, id: i64, project: Project, draft: Draft) -> Result<Self, Error> {
        let frame = Frame::of(visitor, "/")?;
        Ok(Self { frame, id, slug: project.slug, name: project.texts.name, draft })
    }
}

async fn mine(
    services: &Services,
    visitor: &Visitor,
    id: &str,
) -> Result<(Comment, Project), Error> {
    let action = |comment: &Comment, _: &_| Action::EditComment { author: comment.author_id };
    comments::open(services, id, visitor.actor(), action).await
}

/// `GET /comments/{id}/edit`
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> PageResult {
    let (comment, project) = mine(&services, &visitor, &id).await?;
    let draft = Draft { text: comment.body, errors: FieldErrors::default() };
    html(StatusCode::OK, &EditPage::of(&visitor, comment.id, project, draft)?)
}

/// `POST /comments/{id}/edit`
pub async fn edit(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    let (comment, project) = mine(&services, &visitor, &id).await?;
    let text = form.text("body");
    match comments::edit(&services, &visitor.asker(), &comment, text).await {
        Ok(()) => Ok(see_other(&format!("/p/{}#comment-{}", project.slug, comment.id))),
        Err(error) => {
            let draft = Draft { text: text.to_owned(), errors: for_form(error)? };
            let page = EditPage::of(&visitor, comment.id, project, draft)?;
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `POST /comments/{id}/delete`
pub async fn delete(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    _form: Form,
) -> PageResult {
    let (comment, project) = comments::open_to_delete(&services, &id, visitor.actor()).await?;
    comments::delete(&services, &visitor.asker(), &comment).await?;
    visitor.flash(t("The comment was removed."))?;
    Ok(see_other(&format!("/p/{}#comments", project.slug)))
}
