//! Every URL of this service.

use crate::{
    api,
    error::{self, Error},
    http::{assets, fetch_site, headers},
    pages,
    service::WebService,
};
use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession, TtlExtensionPolicy},
    storage::CookieSessionStore,
};
use actix_web::{
    HttpRequest, Resource, Route,
    cookie::{Key, SameSite, time::Duration},
    guard::{Any, Get, Head},
    middleware::{Compress, from_fn},
    web::{self, QueryConfig, ServiceConfig, delete, post, resource},
};
use tracing_actix_web::TracingLogger;

/// How long a visitor is remembered.
const SESSION: Duration = Duration::days(30);

/// The service's routes, for `App::configure`. They answer at every path, so what else the
/// application serves (terminals, the registry) is configured before them.
pub fn routes(service: &WebService) -> impl Fn(&mut ServiceConfig) + Clone + Send + use<> {
    let services = service.services.clone();
    let config = service.session.clone();
    move |cfg| {
        let session =
            SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&config.key.0))
                .cookie_name("trythis".to_owned())
                .cookie_secure(config.secure_cookies)
                .cookie_same_site(SameSite::Lax)
                .cookie_content_security(CookieContentSecurity::Private)
                .session_lifecycle(
                    PersistentSession::default()
                        .session_ttl(SESSION)
                        .session_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges),
                )
                .build();
        cfg.service(
            web::scope("")
                .app_data(services.clone())
                .app_data(QueryConfig::default().error_handler(|_, request| bad_query(request)))
                .configure(pages)
                .configure(api)
                .default_service(web::to(nothing_here))
                .wrap(session)
                .wrap(from_fn(fetch_site::refuse_other_sites))
                .wrap(from_fn(headers::secure))
                .wrap(Compress::default())
                .wrap(TracingLogger::default()),
        );
    }
}

fn pages(cfg: &mut ServiceConfig) {
    use pages::{
        badge, build, edit_project, health, home, login, logout, my_projects, new_project, project,
        signup, terminal,
    };
    for resource in [
        at("/", [get().to(home::show)]),
        at("/signup", [get().to(signup::show), post().to(signup::submit)]),
        at("/login", [get().to(login::show), post().to(login::submit)]),
        at("/logout", [post().to(logout::submit)]),
        at("/projects", [get().to(my_projects::show)]),
        at("/projects/new", [get().to(new_project::show), post().to(new_project::submit)]),
        at("/p/{slug}", [get().to(project::show)]),
        at("/p/{slug}/try", [get().to(project::back), post().to(project::submit_try)]),
        at("/p/{slug}/badge.svg", [get().to(badge::show)]),
        at("/p/{slug}/edit", [get().to(edit_project::show), post().to(edit_project::submit)]),
        at("/builds/{id}", [get().to(build::show)]),
        at("/builds/{id}/log", [get().to(build::log)]),
        at("/builds/{id}/cancel", [post().to(build::cancel)]),
        at("/s/{id}", [get().to(terminal::show)]),
        at("/s/{id}/stop", [get().to(terminal::back), post().to(terminal::stop)]),
        at("/static/{version}/{path:.*}", [get().to(assets::serve)]),
        at("/healthz", [get().to(health::show)]),
    ] {
        cfg.service(resource);
    }
}

fn api(cfg: &mut ServiceConfig) {
    use api::{openapi, sandboxes};
    for resource in [
        at("/api/v1/openapi.json", [get().to(openapi::show)]),
        at("/api/v1/sandboxes", [post().to(sandboxes::create)]),
        at("/api/v1/sandboxes/{id}", [get().to(sandboxes::show), delete().to(sandboxes::stop)]),
    ] {
        cfg.service(resource);
    }
}

/// Answers `HEAD` too: readers of READMEs and checkers of links ask by it.
fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// A path and what it answers to.
fn at<const N: usize>(path: &str, routes: [Route; N]) -> Resource {
    let resource = resource(path).default_service(web::to(wrong_method));
    routes.into_iter().fold(resource, Resource::route)
}

async fn nothing_here(request: HttpRequest) -> Result<String, actix_web::Error> {
    Err(error::at(request.path(), Error::NoSuchPage))
}

fn bad_query(request: &HttpRequest) -> actix_web::Error {
    let what = "The part of the address behind the question mark cannot be read.";
    error::at(request.path(), Error::BadRequest(what.to_owned()))
}

async fn wrong_method(request: HttpRequest) -> Result<String, actix_web::Error> {
    Err(error::at(request.path(), Error::WrongMethod))
}
