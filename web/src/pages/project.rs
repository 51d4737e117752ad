//! `/p/{slug}`: what a project is, and the way into it.

use super::{Frame, PageResult, badge_panel::BadgePanel, html, see_other, terminal::Busy};
use crate::{
    builds::{self, words},
    error::Error,
    http::{address, form::Form, visitor::Visitor},
    i18n::filters,
    models::{
        builds::{self as build_rows, Build},
        projects::{self, Project},
    },
    policy::{self, Action, Answer, decide},
    projects::markdown,
    service::Services,
    tries::{self, Wish},
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use container_api::{BuildState, TerminalSize};

#[derive(Template)]
#[template(path = "project.html")]
struct ProjectPage {
    frame: Frame,
    project: Project,
    owner: String,
    is_mine: bool,
    description: String,
    build: Option<Build>,
    badge: BadgePanel,
}

impl ProjectPage {
    fn build_words(&self) -> &'static str {
        self.build.as_ref().map_or("Not built yet", |build| words::state(build.state))
    }

    fn build_state(&self) -> &'static str {
        self.build.as_ref().map_or("queued", |build| build.state.as_str())
    }

    fn is_building(&self) -> bool {
        self.build.as_ref().is_some_and(|build| !build.state.is_final())
    }

    fn has_failed(&self) -> bool {
        self.build.as_ref().is_some_and(|build| build.state == BuildState::Failed)
    }
}

/// The page.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
) -> PageResult {
    let slug = slug.into_inner();
    let found = services.db.read(move |conn| {
        let Some(project) = projects::by_slug(conn, &slug)? else { return Ok(None) };
        let owner = projects::owner_name(conn, project.owner_id)?;
        let build = project.latest_build.as_ref().map(|id| build_rows::by_id(conn, id));
        Ok(Some((project, owner, build.transpose()?.flatten())))
    });
    let (mut project, owner, build) = found.await?.ok_or(Error::NoSuchProject)?;
    policy::check(visitor.actor(), Action::SeeProject, "/", Error::NoSuchProject)?;
    let build = match build {
        Some(build) if !build.state.is_final() => Some(news(&services, build, &mut project).await?),
        other => other,
    };
    let edit = Action::EditProject { owner: project.owner_id };
    let is_mine = decide(visitor.actor(), edit) == Answer::Yes;
    let site = address::origin_of(&request).http();
    let page = ProjectPage {
        frame: Frame::of(&visitor, "/")?,
        is_mine,
        badge: BadgePanel::of(&site, &project.slug, &project.texts.name, is_mine),
        description: markdown::to_html(&project.texts.description),
        owner,
        build,
        project,
    };
    html(StatusCode::OK, &page)
}

/// A build under way may have ended since it was last looked at. Without the container server the
/// page shows what is known.
async fn news(services: &Services, build: Build, project: &mut Project) -> Result<Build, Error> {
    match builds::refresh(services, build.clone()).await {
        Ok(fresh) => {
            if let (BuildState::Pushed, Some(image)) = (fresh.state, &fresh.image) {
                project.image = Some(image.clone());
            }
            Ok(fresh)
        }
        Err(Error::Containers(_)) => Ok(build),
        Err(error) => Err(error),
    }
}

/// `POST /p/{slug}/try`: to the terminal, or to the sandbox that is in the way.
pub async fn submit_try(
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    form: Form,
) -> PageResult {
    let usual = TerminalSize::default();
    let wish = Wish {
        slug: slug.into_inner(),
        owner: visitor.key_or_new()?,
        asker: visitor.asker(),
        size: TerminalSize {
            columns: form.text("columns").parse().unwrap_or(usual.columns),
            rows: form.text("rows").parse().unwrap_or(usual.rows),
        },
        replace: form.text("replace") == "1",
    };
    match tries::start(&services, wish.clone()).await {
        Ok(view) => Ok(see_other(&format!("/s/{}", view.id))),
        Err(Error::Busy(running)) => Busy::show(&services, &visitor, &wish, &running).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /p/{slug}/try`: nothing starts by a GET; the button is on the project's page.
pub async fn back(slug: web::Path<String>) -> PageResult {
    let path = format!("/p/{slug}");
    Ok(see_other(address::local_path(&path)))
}
