//! How do people talk about a project, and how do they say that something is wrong with it?

pub mod report;

use crate::{
    error::Error,
    input::{FieldErrors, comment},
    models::{
        audit::{self, Event},
        comments::{self, Comment},
        projects::{self, Project},
    },
    policy::{self, Action, Actor, Asker},
    service::Services,
    throttle::Rate,
};
use std::time::Duration;

/// How many comments an account may write.
const WRITING: Rate = Rate::new(10, Duration::from_secs(600));

/// Writes a comment on a project; gives its number.
///
/// # Errors
/// When the policy refuses, the text is not in order (the field `body`), or there were many of the
/// account's in a short time.
pub async fn write(
    services: &Services,
    asker: &Asker,
    author: i64,
    project: &Project,
    typed: &str,
) -> Result<i64, Error> {
    let here = format!("/p/{}", project.slug);
    policy::check(asker.actor, Action::WriteComment, &here, Error::NoSuchProject)?;
    let body = checked(typed)?;
    services.throttle.take(&format!("comment:{author}"), WRITING).await?;
    let (project_id, who) = (project.id, asker.clone());
    let of = format!("Of project:{}.", project.slug);
    let written = services.db.write(move |conn| {
        let id = comments::create(conn, project_id, author, &body)?;
        let event = Event::by(&who, "comment.create", format!("comment:{id}")).saying(&of);
        audit::add(conn, &event)?;
        Ok(id)
    });
    Ok(written.await?)
}

fn checked(typed: &str) -> Result<String, Error> {
    comment::comment(typed).map_err(|message| Error::Fields(FieldErrors::of("body", message)))
}

/// Changes what a comment says.
///
/// # Errors
/// When the text is not in order, or the comment is gone.
pub async fn edit(
    services: &Services,
    asker: &Asker,
    comment: &Comment,
    typed: &str,
) -> Result<(), Error> {
    let body = checked(typed)?;
    if body == comment.body {
        return Ok(());
    }
    let id = comment.id;
    let event = Event::by(asker, "comment.update", format!("comment:{id}"));
    let changed = services.db.write(move |conn| {
        let there = comments::edit(conn, id, &body)?;
        if there {
            audit::add(conn, &event)?;
        }
        Ok(there)
    });
    if changed.await? { Ok(()) } else { Err(Error::NoSuchComment) }
}

/// Removes a comment. One that is gone already is as good as removed.
///
/// # Errors
/// When the database cannot be written.
pub async fn delete(services: &Services, asker: &Asker, comment: &Comment) -> Result<(), Error> {
    let id = comment.id;
    let event = Event::by(asker, "comment.delete", format!("comment:{id}"))
        .saying(format!("By user:{}.", comment.author));
    let gone = services.db.write(move |conn| match comments::delete(conn, id)? {
        true => audit::add(conn, &event),
        false => Ok(()),
    });
    Ok(gone.await?)
}

/// The comment of this number, for somebody who wishes to remove it.
///
/// # Errors
/// See [`open`].
pub async fn open_to_delete(
    services: &Services,
    id: &str,
    actor: Actor,
) -> Result<(Comment, Project), Error> {
    let action = |comment: &Comment, project: &Project| Action::DeleteComment {
        author: comment.author_id,
        owner: project.owner_id,
    };
    open(services, id, actor, action).await
}

/// The comment of this number and its project, for somebody who wishes to do something with it.
/// `action` is given both.
///
/// # Errors
/// [`Error::NoSuchComment`], or why the policy refuses.
pub async fn open(
    services: &Services,
    id: &str,
    actor: Actor,
    action: impl FnOnce(&Comment, &Project) -> Action,
) -> Result<(Comment, Project), Error> {
    let id: i64 = id.parse().map_err(|_| Error::NoSuchComment)?;
    let found = services.db.read(move |conn| {
        let Some(comment) = comments::by_id(conn, id)? else { return Ok(None) };
        let project = projects::by_id(conn, comment.project_id)?;
        Ok(project.map(|project| (comment, project)))
    });
    let (comment, project) = found.await?.ok_or(Error::NoSuchComment)?;
    let here = format!("/p/{}", project.slug);
    policy::check(actor, action(&comment, &project), &here, Error::NoSuchComment)?;
    Ok((comment, project))
}
