//! `/p/{slug}`: what a project is, and the way into it.

use super::{
    Frame, PageResult,
    badge_panel::BadgePanel,
    comments::{Draft, SHOWN, Said, Talk},
    html, measures, moment, see_other,
    terminal::Busy,
};
use crate::{
    builds::{self, waiting::Waiting, words},
    demo,
    error::Error,
    http::{address, form::Form, visitor::Visitor},
    i18n::filters,
    models::{
        builds::{self as build_rows, Build},
        comments::{self, Comment},
        pace,
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
use serde::Deserialize;

/// Which comments are shown.
#[derive(Deserialize)]
pub struct Older {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "project.html")]
struct ProjectPage {
    frame: Frame,
    project: Project,
    owner: String,
    is_mine: bool,
    description: String,
    build: Option<Build>,
    /// How the build under way stands, for those who wait for it.
    waiting: Option<Waiting>,
    /// The median start.
    start_ms: Option<i64>,
    talk: Talk,
    badge: BadgePanel,
}

impl ProjectPage {
    fn build_words(&self) -> &'static str {
        self.build.as_ref().map_or("Not built yet", |build| words::state(build.state))
    }

    fn build_state(&self) -> &'static str {
        self.build.as_ref().map_or("queued", |build| build.state.as_str())
    }

    fn demo_steps(&self) -> usize {
        demo::step_count(&self.project.demo)
    }

    fn has_failed(&self) -> bool {
        self.build.as_ref().is_some_and(|build| build.state == BuildState::Failed)
    }

    /// When the newest build ended, or was asked for: for machines and for people.
    fn build_time(&self) -> Option<(String, String)> {
        let build = self.build.as_ref()?;
        let at = build.ended_at.unwrap_or(build.created_at);
        Some((moment::machine(&at), moment::human(&at)))
    }

    fn size(&self) -> Option<String> {
        self.project.image_bytes.map(measures::size)
    }

    fn start(&self) -> Option<String> {
        self.start_ms.map(measures::short_time)
    }

    /// The repository's address as people read it.
    fn repository_text(&self) -> &str {
        let address = self.project.texts.repository.as_str();
        address.strip_prefix("https://").unwrap_or(address).trim_end_matches('/')
    }
}

/// What is known of a project.
struct Known {
    project: Project,
    owner: String,
    build: Option<Build>,
    start_ms: Option<i64>,
    comments: Vec<Comment>,
    count: i64,
}

async fn known(services: &Services, slug: &str, before: Option<i64>) -> Result<Known, Error> {
    let slug = slug.to_owned();
    let found = services.db.read(move |conn| {
        let Some(project) = projects::by_slug(conn, &slug)? else { return Ok(None) };
        let build = project.latest_build.as_ref().map(|id| build_rows::by_id(conn, id));
        Ok(Some(Known {
            build: build.transpose()?.flatten(),
            owner: projects::owner_name(conn, project.owner_id)?,
            start_ms: pace::start_ms(conn, project.id)?,
            comments: comments::of_project(conn, project.id, before, SHOWN + 1)?,
            count: comments::count_of(conn, project.id)?,
            project,
        }))
    });
    found.await?.ok_or(Error::NoSuchProject)
}

/// `GET /p/{slug}`
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    slug: web::Path<String>,
    older: web::Query<Older>,
) -> PageResult {
    page(&request, &services, &visitor, &slug, older.before, Draft::default()).await
}

/// The page, with what the visitor has typed for a comment.
pub async fn page(
    request: &HttpRequest,
    services: &Services,
    visitor: &Visitor,
    slug: &str,
    before: Option<i64>,
    draft: Draft,
) -> PageResult {
    let known = known(services, slug, before).await?;
    policy::check(visitor.actor(), Action::SeeProject, "/", Error::NoSuchProject)?;
    let Known { mut project, owner, build, start_ms, comments, count } = known;
    let build = match build {
        Some(build) if !build.state.is_final() => Some(news(services, build, &mut project).await?),
        other => other,
    };
    let action = Action::EditProject { owner: project.owner_id };
    let is_mine = decide(visitor.actor(), action) == Answer::Yes;
    let waits = |build: &&Build| !build.state.is_final() && (is_mine || project.image.is_none());
    let waiting = match build.as_ref().filter(waits) {
        Some(build) => Some(builds::waiting(services, build).await?),
        None => None,
    };
    let status = match draft.errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let site = address::origin_of(request).http();
    let frame = Frame::of(visitor, "/")?;
    let page = ProjectPage {
        talk: talk(visitor, &frame, &project, (comments, count, before), draft),
        frame,
        is_mine,
        description: markdown::to_html(&project.texts.description),
        badge: BadgePanel::of(&site, &project.slug, &project.texts.name, is_mine),
        owner,
        build,
        waiting,
        start_ms,
        project,
    };
    html(status, &page)
}

fn talk(
    visitor: &Visitor,
    frame: &Frame,
    project: &Project,
    (mut comments, count, before): (Vec<Comment>, i64, Option<i64>),
    draft: Draft,
) -> Talk {
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let more = comments.len() > shown;
    comments.truncate(shown);
    let older = comments.last().filter(|_| more).map(|last| last.id);
    let said = |comment| Said::of(comment, project, visitor.actor());
    Talk {
        frame: frame.clone(),
        slug: project.slug.clone(),
        said: comments.into_iter().map(said).collect(),
        later: before.is_some(),
        count,
        older,
        draft,
    }
}

/// A build under way may have ended since it was last looked at. Without the container server the
/// page shows what is known.
async fn news(services: &Services, build: Build, project: &mut Project) -> Result<Build, Error> {
    match builds::refresh(services, build.clone()).await {
        Ok(fresh) => {
            if let (BuildState::Pushed, Some(image)) = (fresh.state, &fresh.image) {
                project.image = Some(image.clone());
                project.image_bytes = fresh.image_bytes;
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
