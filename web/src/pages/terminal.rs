//! `/s/{id}`: a sandbox's terminal, its end, and the question which of two is wanted.

use super::{Frame, PageResult, html, moment, see_other, steer};
use crate::{
    demo::{self, Demo, Part},
    error::Error,
    http::{address, form::Form, headers, visitor::Visitor},
    i18n::filters,
    models::projects::{self, Project},
    policy::Action,
    service::Services,
    tries::{
        self, Standing, Wish,
        extension::{self, Extension},
        words,
    },
};
use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, HeaderValue},
    },
    web,
};
use askama::Template;
use chrono::SecondsFormat;
use container_api::{SandboxId, SandboxState, SandboxView};

#[derive(Template)]
#[template(path = "terminal.html")]
struct Terminal {
    frame: Frame,
    view: SandboxView,
    project: Project,
    nonce: String,
    memory_mib: u64,
    demo: Option<Demo>,
    extension: Option<Extension>,
}

impl Terminal {
    fn is_frozen(&self) -> bool {
        self.view.state == SandboxState::Frozen
    }

    fn expires_at(&self) -> String {
        self.view.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

#[derive(Template)]
#[template(path = "ended.html")]
struct Ended {
    frame: Frame,
    project: Project,
    title: &'static str,
    text: String,
}

/// The page. Another visitor's sandbox does not exist.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
) -> PageResult {
    let (row, project) =
        tries::open(&services, &id, &visitor.asker(), |own| Action::UseSandbox { own }).await?;
    let view = tries::look(&services, &row).await?;
    let frame = Frame::of(&visitor, "")?;
    let view = match tries::standing(&row, view) {
        Standing::Live(view) => view,
        Standing::Ended(reason) => {
            let (title, text) = words::of(&reason, &services.tries.limits);
            return html(StatusCode::OK, &Ended { frame, project, title, text });
        }
    };
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let policy = headers::policy(&address::origin_of(&request), Some(&nonce));
    let extension = extension::offer(&view, &services.tries);
    let memory_mib = services.tries.limits.memory_bytes >> 20;
    let demo = demo::keep::of(&project);
    let page = Terminal { frame, view, project, nonce, memory_mib, extension, demo };
    let mut response = html(StatusCode::OK, &page)?;
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// `POST /s/{id}/stop`
pub async fn stop(
    services: web::Data<Services>,
    visitor: Visitor,
    id: web::Path<String>,
    form: Form,
) -> PageResult {
    let asker = visitor.asker();
    let (row, _) = tries::open(&services, &id, &asker, |own| Action::StopSandbox { own }).await?;
    tries::stop(&services, &asker, &row.id, asker.is(&row.owner_key)).await?;
    Ok(see_other(&steer::back_to(&form, &id)))
}

/// `GET /s/{id}/stop`: nothing stops by a GET.
pub async fn back(id: web::Path<String>) -> PageResult {
    let path = format!("/s/{id}");
    Ok(see_other(address::local_path(&path)))
}

/// One sandbox at a time: which one is it to be?
#[derive(Template)]
#[template(path = "busy.html")]
pub struct Busy {
    frame: Frame,
    running: SandboxId,
    running_name: String,
    wanted: Project,
    columns: u16,
    rows: u16,
}

impl Busy {
    /// The page.
    pub async fn show(
        services: &Services,
        visitor: &Visitor,
        wish: &Wish,
        running: &SandboxId,
    ) -> PageResult {
        let slug = wish.slug.clone();
        let wanted = services.db.read(move |conn| projects::by_slug(conn, &slug)).await?;
        let view = services.containers.sandbox(running).await.map_err(Error::from)?;
        let page = Self {
            frame: Frame::of(visitor, "")?,
            running: running.clone(),
            running_name: view.title,
            wanted: wanted.ok_or(Error::NoSuchProject)?,
            columns: wish.size.columns,
            rows: wish.size.rows,
        };
        html(StatusCode::CONFLICT, &page)
    }
}
