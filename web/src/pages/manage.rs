//! `/p/{slug}/manage`: a maintainer's builds and images of a project, and the ways out of it.

use super::{Frame, PageResult, html, moment, my_projects, see_other};
use crate::{
    builds::words,
    error::Error,
    http::{form::Form, mark, visitor::Visitor},
    i18n::{fill, filters, t},
    input::FieldErrors,
    models::{
        builds::{self, Build},
        listing::Mark,
        projects::Project,
        upkeep::{self, Offer},
    },
    policy::Action,
    projects::{self, SaveError, upkeep as use_case},
    service::Services,
};
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

/// Builds on a page, and images at the most.
const PAGE: usize = 20;

/// Which builds are asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "manage.html")]
struct Manage {
    frame: Frame,
    project: Project,
    builds: Vec<Build>,
    /// The newest that were pushed.
    images: Vec<Build>,
    offer: Option<Offer>,
    errors: FieldErrors,
    /// Whom the project was about to be offered to.
    to: String,
    /// Where older builds are; empty where there are none.
    next: String,
}

impl Manage {
    fn words(&self, build: &Build) -> &'static str {
        words::state(build.state)
    }

    fn took(&self, build: &Build) -> String {
        build.ended_at.map(|end| moment::lasted(end - build.created_at)).unwrap_or_default()
    }

    /// Why a build failed, in a few words.
    fn why(&self, build: &Build) -> String {
        build.failure.as_ref().map(|cause| words::failure(cause).title).unwrap_or_default()
    }

    fn digest<'a>(&self, build: &'a Build) -> &'a str {
        build.image.as_ref().map_or("", |image| image.digest.as_str())
    }

    /// Enough of a digest to tell it from others.
    fn short<'a>(&self, build: &'a Build) -> &'a str {
        let digest = self.digest(build);
        digest.get(..19).unwrap_or(digest)
    }

    fn size(&self, build: &Build) -> String {
        build.image_bytes.map(size).unwrap_or_default()
    }

    fn is_current(&self, build: &Build) -> bool {
        build.image.is_some() && build.image == self.project.image
    }
}

fn size(bytes: i64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    fill(t("{n} MB"), &[("n", &format!("{}.{}", tenths / 10, tenths % 10))])
}

/// The page.
pub async fn show(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    web::Query(wish): web::Query<Wish>,
) -> PageResult {
    let after = match wish.after.as_str() {
        "" => None,
        text => Some(mark::read(text).ok_or(Error::NoSuchPage)?),
    };
    let project = mine(&services, &visitor, &slug).await?;
    page(&services, &visitor, project, after, (FieldErrors::default(), String::new())).await
}

/// The page, with what is wrong with the form that offers the project to somebody.
pub async fn page(
    services: &Services,
    visitor: &Visitor,
    project: Project,
    after: Option<Mark>,
    (errors, to): (FieldErrors, String),
) -> PageResult {
    let (id, limit) = (project.id, i64::try_from(PAGE).unwrap_or(i64::MAX));
    let found = services.db.read(move |conn| {
        let builds = builds::of_project(conn, id, after.as_ref(), limit + 1)?;
        Ok((builds, builds::pushed_of(conn, id, limit)?, upkeep::offer_of(conn, id)?))
    });
    let (mut builds, images, offer) = found.await?;
    let more = builds.len() > PAGE;
    builds.truncate(PAGE);
    let last = builds.last().filter(|_| more);
    let next = last.map(|last| {
        let mark = mark::write(&(last.created_at, last.id.to_string()));
        format!("/p/{}/manage?after={mark}", project.slug)
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visitor, my_projects::HERE)?;
    let next = next.unwrap_or_default();
    html(status, &Manage { frame, project, builds, images, offer, errors, to, next })
}

/// A project of the visitor's.
pub async fn mine(services: &Services, visitor: &Visitor, slug: &str) -> Result<Project, Error> {
    let here = format!("/p/{slug}/manage");
    let action = |owner| Action::EditProject { owner };
    projects::open(services, slug, visitor.actor(), action, &here).await
}

/// `POST /p/{slug}/rebuild`: to the build.
pub async fn rebuild(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    match projects::rebuild(&services, &visitor.asker(), project).await {
        Ok(build) => Ok(see_other(&format!("/builds/{build}"))),
        // The files were used up: they are chosen again in the form.
        Err(SaveError::Fields(errors)) => {
            visitor.flash_refusal(errors.at("context"))?;
            Ok(see_other(&format!("/p/{slug}/edit")))
        }
        Err(SaveError::Other(error)) => Err(error.into()),
    }
}

/// `POST /p/{slug}/rollback`
pub async fn rollback(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let project = mine(&services, &visitor, &slug).await?;
    match use_case::rollback(&services, &visitor.asker(), &project, form.text("build")).await {
        Ok(()) => visitor.flash(t("Visitors get that image now."))?,
        Err(error @ Error::ImageGone) => visitor.flash_refusal(&error.problem().detail)?,
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(&format!("/p/{slug}/manage")))
}

/// `POST /p/{slug}/archive`
pub async fn archive(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    set_archived(&services, &visitor, &slug, true).await?;
    visitor.flash(t("Archived. It is in no list any more, and cannot be tried."))?;
    Ok(see_other(&format!("/p/{slug}/manage")))
}

/// `POST /p/{slug}/unarchive`
pub async fn unarchive(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    _form: Form,
) -> PageResult {
    set_archived(&services, &visitor, &slug, false).await?;
    visitor.flash(t("It is back in the catalogue."))?;
    Ok(see_other(&format!("/p/{slug}/manage")))
}

async fn set_archived(
    services: &Services,
    visitor: &Visitor,
    slug: &str,
    archived: bool,
) -> Result<(), Error> {
    let here = format!("/p/{slug}/manage");
    let action = |owner| Action::ArchiveProject { owner };
    let project = projects::open(services, slug, visitor.actor(), action, &here).await?;
    use_case::archive(services, &visitor.asker(), &project, archived).await
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_in_megabytes() {
        for (bytes, text) in [(0, "0.0 MB"), (49_999, "0.0 MB"), (12_345_678, "12.3 MB")] {
            assert_eq!(size(bytes), text);
        }
    }
}
