//! `/p/{slug}/embed`: a project's terminal within a page of somebody else's. [`crate::embed`] tells
//! how it does without cookies.

use super::PageResult;
use crate::{
    embed::{Embeds, HEADER},
    error::Error,
    http::{address, assets, headers},
    i18n::{self, filters, t},
    models::{
        badges::{self, Known},
        embeds, now,
    },
    policy::{Action, Actor, Asker},
    service::Services,
    tries::{self, Standing, Wish},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue},
    },
    web,
};
use askama::Template;
use chrono::SecondsFormat;
use container_api::{SandboxView, TerminalSize};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "embed.html")]
struct EmbedPage<'a> {
    slug: &'a str,
    known: &'a Known,
    /// Whether any site may embed it.
    allowed: bool,
    /// What starts it.
    pass: String,
    /// What the last attempt came to; a title and a sentence.
    notice: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "embed_terminal.html")]
struct EmbedTerminal<'a> {
    slug: &'a str,
    known: &'a Known,
    view: SandboxView,
    /// For the page's calls, and for stopping.
    key: String,
    /// For trying again.
    pass: String,
    header: &'static str,
    nonce: &'a str,
    memory_mib: u64,
}

impl EmbedTerminal<'_> {
    fn expires_at(&self) -> String {
        self.view.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

fn language() -> &'static str {
    i18n::language().code()
}

/// The form that starts. What is missing is as good as wrong.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Start {
    pass: String,
    columns: String,
    rows: String,
}

/// The form that stops.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Stop {
    key: String,
}

/// A form of a page that has no session.
type Sent<T> = Result<web::Form<T>, actix_web::Error>;

/// One project, as one frame is told of it.
struct Within<'a> {
    request: &'a HttpRequest,
    services: &'a Services,
    slug: String,
    known: Known,
    parents: Vec<String>,
}

impl<'a> Within<'a> {
    async fn of(
        request: &'a HttpRequest,
        services: &'a Services,
        slug: String,
    ) -> Result<Self, Error> {
        let (wanted, today) = (slug.clone(), now().date_naive());
        let found = services.db.read(move |conn| {
            let known = badges::of(conn, &wanted, today)?;
            Ok(known.zip(embeds::parents(conn, &wanted)?))
        });
        let (known, parents) = found.await?.ok_or(Error::NoSuchProject)?;
        Ok(Self { request, services, slug, known, parents })
    }

    fn embeds(&self) -> &Embeds {
        &self.services.embeds
    }

    /// Somebody of whom nothing is known but their network.
    fn asker(&self, guest: &str) -> Asker {
        Asker {
            actor: Actor::Guest,
            name: "guest".to_owned(),
            prefix: address::prefix_of(self.request, &self.services.addresses),
            key: Some(guest.to_owned()),
        }
    }

    /// The page with the button.
    fn button(&self, status: StatusCode, notice: Option<(String, String)>) -> PageResult {
        let page = EmbedPage {
            slug: &self.slug,
            known: &self.known,
            allowed: !self.parents.is_empty(),
            pass: self.embeds().pass(&self.slug, now()),
            notice,
        };
        Ok(self.framed(status, page.render()?, None))
    }

    /// The same after something went wrong: an error's own page could not be framed.
    fn refused(&self, error: &Error) -> PageResult {
        let problem = error.problem();
        let status = StatusCode::from_u16(problem.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            tracing::error!(%error, "an embed was not started");
        }
        self.button(status, Some((problem.title, problem.detail)))
    }

    fn terminal(&self, view: SandboxView, guest: &str) -> PageResult {
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let page = EmbedTerminal {
            slug: &self.slug,
            known: &self.known,
            key: self.embeds().key(&view.id, guest),
            view,
            pass: self.embeds().pass(&self.slug, now()),
            header: HEADER,
            nonce: &nonce,
            memory_mib: self.services.tries.limits.memory_bytes >> 20,
        };
        Ok(self.framed(StatusCode::OK, page.render()?, Some(&nonce)))
    }

    /// A page that the maintainer's parents may frame, and nobody else.
    fn framed(&self, status: StatusCode, page: String, nonce: Option<&str>) -> HttpResponse {
        let origin = address::origin_of(self.request);
        let policy = headers::policy_within(&origin, nonce, &self.parents);
        let mut response = HttpResponse::build(status);
        response.content_type("text/html; charset=utf-8");
        response.insert_header((HeaderName::from_static("x-robots-tag"), "noindex"));
        // Without a policy that can be written, the one that lets nobody frame it holds.
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.insert_header((CONTENT_SECURITY_POLICY, policy));
        }
        response.body(page)
    }
}

/// The page with the button. A GET starts nothing.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
) -> PageResult {
    Within::of(&request, &services, slug.into_inner()).await?.button(StatusCode::OK, None)
}

/// `POST /p/{slug}/embed/start`: the terminal, for whoever brings a pass.
pub async fn start(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
    form: Sent<Start>,
) -> PageResult {
    let within = Within::of(&request, &services, slug.into_inner()).await?;
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    if within.parents.is_empty() {
        return within.button(StatusCode::FORBIDDEN, None);
    }
    let Some(guest) = within.embeds().guest(&form.pass, &within.slug, now()) else {
        let title = t("This page has been open for a while.").to_owned();
        let text = t("Press the button once more.").to_owned();
        return within.button(StatusCode::FORBIDDEN, Some((title, text)));
    };
    let asker = within.asker(&guest);
    let usual = TerminalSize::default();
    let wish = Wish {
        slug: within.slug.clone(),
        owner: guest.clone(),
        asker: asker.clone(),
        size: TerminalSize {
            columns: form.columns.parse().unwrap_or(usual.columns),
            rows: form.rows.parse().unwrap_or(usual.rows),
        },
        replace: false,
    };
    match tries::start(&services, wish).await {
        Ok(view) => within.terminal(view, &guest),
        // The frame was loaded anew, and sent its pass again: its sandbox is still there.
        Err(Error::Busy(id)) => {
            let use_it = |own| Action::UseSandbox { own };
            let (row, _) = tries::open(&services, id.as_str(), &asker, use_it).await?;
            match tries::standing(&row, tries::look(&services, &row).await?) {
                Standing::Live(view) => within.terminal(view, &guest),
                Standing::Ended(_) => within.refused(&Error::Busy(id)),
            }
        }
        Err(error) => within.refused(&error),
    }
}

/// `POST /p/{slug}/embed/stop`: the button again, for whoever brings a key.
pub async fn stop(
    request: HttpRequest,
    services: web::Data<Services>,
    slug: web::Path<String>,
    form: Sent<Stop>,
) -> PageResult {
    let within = Within::of(&request, &services, slug.into_inner()).await?;
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let Some((id, guest)) = within.embeds().opened(&form.key) else {
        return within.refused(&Error::NoSuchSandbox);
    };
    let asker = within.asker(&guest);
    let stop_it = |own| Action::StopSandbox { own };
    let stopped = async {
        let (row, _) = tries::open(&services, id.as_str(), &asker, stop_it).await?;
        tries::stop(&services, &asker, &row.id, asker.is(&row.owner_key)).await
    };
    match stopped.await {
        Ok(()) => {
            let said = (t("Stopped.").to_owned(), t("Nothing of it was kept.").to_owned());
            within.button(StatusCode::OK, Some(said))
        }
        Err(error) => within.refused(&error),
    }
}

/// `GET` where a form is sent to: back to the button.
pub async fn back(slug: web::Path<String>) -> PageResult {
    let path = format!("/p/{slug}/embed");
    Ok(super::see_other(address::local_path(&path)))
}
