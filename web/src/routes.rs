//! Every URL of this service.

use crate::{
    api,
    error::{self, Error},
    http::{assets, fetch_site, headers, mislaid},
    i18n, pages,
    service::WebService,
};
use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession, TtlExtensionPolicy},
    storage::CookieSessionStore,
};
use actix_web::{
    FromRequest, Handler, HttpRequest, Resource, Responder, Route,
    cookie::{Key, SameSite, time::Duration},
    guard::{Any, Get, Head},
    http::Method,
    middleware::{Compress, from_fn},
    web::{self, QueryConfig, ServiceConfig, resource},
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
                .wrap(from_fn(mislaid::lead))
                .wrap(session)
                .wrap(from_fn(fetch_site::refuse_other_sites))
                .wrap(from_fn(i18n::speak))
                .wrap(from_fn(headers::secure))
                .wrap(Compress::default())
                .wrap(TracingLogger::default()),
        );
    }
}

fn pages(cfg: &mut ServiceConfig) {
    use pages::{
        account, admin, badge, build, comments, containers, delete_project, edit_demo,
        edit_project, embed, embed_settings, health, home, identities, language, leave, login,
        logout, manage, my_projects, new_project, oauth, oauth_finish, project, report, search,
        signup, start, statistics, steer, terminal, tokens, transfer, usage,
    };
    for resource in [
        at("/", [get().to(home::show)]),
        at("/search", [get().to(search::show)]),
        at("/sponsor/{tag}", [get().to(home::sponsor)]),
        at("/language", [post().to(language::choose)]),
        at("/signup", [get().to(signup::show), post().to(signup::submit)]),
        at("/login", [get().to(login::show), post().to(login::submit)]),
        at("/logout", [post().to(logout::submit)]),
        at("/login/{provider}", [get().to(oauth::back), post().to(oauth::begin)]),
        at("/login/{provider}/callback", [get().to(oauth::callback)]),
        at("/signup/finish", [get().to(oauth_finish::show), post().to(oauth_finish::submit)]),
        at("/account", [get().to(account::show)]),
        at("/account/email", [post().to(account::email)]),
        at("/account/password", [post().to(account::password)]),
        at("/account/sessions/revoke-others", [post().to(account::revoke_others)]),
        at("/account/sessions/{id}/revoke", [post().to(account::revoke)]),
        at("/account/export", [get().to(account::export)]),
        at("/account/leave", [get().to(leave::show), post().to(leave::submit)]),
        at("/account/left", [get().to(leave::left)]),
        at("/account/identities", [get().to(identities::show)]),
        at("/account/identities/{id}/unlink", [post().to(identities::unlink)]),
        at("/account/tokens", [get().to(tokens::show), post().to(tokens::create)]),
        at("/account/tokens/{id}/revoke", [post().to(tokens::revoke)]),
        at("/projects", [get().to(my_projects::show)]),
        at("/projects/new", [get().to(new_project::show), post().to(new_project::submit)]),
        at("/projects/new/import", [get().to(new_project::back), post().to(new_project::import)]),
        at("/p/{slug}", [get().to(project::show)]),
        at("/p/{slug}/try", [get().to(project::back), post().to(project::submit_try)]),
        at("/p/{slug}/start", [get().to(start::show)]),
        at("/p/{slug}/badge.svg", [get().to(badge::show)]),
        at("/p/{slug}/live-badge.svg", [get().to(badge::live)]),
        at("/p/{slug}/embed", [get().to(embed::show)]),
        at("/p/{slug}/embed/start", [get().to(embed::back), post().to(embed::start)]),
        at("/p/{slug}/embed/stop", [get().to(embed::back), post().to(embed::stop)]),
        at(
            "/p/{slug}/embed/settings",
            [get().to(embed_settings::show), post().to(embed_settings::submit)],
        ),
        at("/p/{slug}/edit", [get().to(edit_project::show), post().to(edit_project::submit)]),
        at("/p/{slug}/demo/edit", [get().to(edit_demo::show), post().to(edit_demo::submit)]),
        at("/p/{slug}/manage", [get().to(manage::show)]),
        at("/p/{slug}/rebuild", [post().to(manage::rebuild)]),
        at("/p/{slug}/rollback", [post().to(manage::rollback)]),
        at("/p/{slug}/archive", [post().to(manage::archive)]),
        at("/p/{slug}/unarchive", [post().to(manage::unarchive)]),
        at("/p/{slug}/transfer", [post().to(transfer::offer)]),
        at("/p/{slug}/transfer/withdraw", [post().to(transfer::withdraw)]),
        at("/p/{slug}/transfer/accept", [post().to(transfer::accept)]),
        at("/p/{slug}/transfer/decline", [post().to(transfer::decline)]),
        at("/p/{slug}/statistics", [get().to(statistics::show)]),
        at("/p/{slug}/delete", [get().to(delete_project::show), post().to(delete_project::submit)]),
        at("/p/{slug}/comments", [get().to(comments::back), post().to(comments::write)]),
        at("/p/{slug}/report", [get().to(report::project), post().to(report::submit_project)]),
        at("/comments/{id}/edit", [get().to(comments::show), post().to(comments::edit)]),
        at("/comments/{id}/delete", [post().to(comments::delete)]),
        at("/comments/{id}/report", [get().to(report::comment), post().to(report::submit_comment)]),
        at("/builds/{id}", [get().to(build::show)]),
        at("/builds/{id}/log", [get().to(build::log)]),
        at("/builds/{id}/cancel", [post().to(build::cancel)]),
        at("/s/{id}", [get().to(terminal::show)]),
        at("/s/{id}/stop", [get().to(terminal::back), post().to(terminal::stop)]),
        at("/s/{id}/freeze", [post().to(steer::freeze)]),
        at("/s/{id}/thaw", [post().to(steer::thaw)]),
        at("/s/{id}/extend", [post().to(steer::extend)]),
        at("/s/{id}/restart", [post().to(steer::restart)]),
        at("/s/{id}/name", [post().to(steer::name)]),
        at("/containers", [get().to(containers::show)]),
        at("/containers/usage", [get().to(usage::show)]),
        at("/admin", [get().to(admin::overview::show)]),
        at("/admin/live", [get().to(admin::overview::live)]),
        at("/admin/self-test", [post().to(admin::overview::self_test)]),
        at("/admin/sandboxes", [get().to(admin::sandboxes::show)]),
        at("/admin/sandboxes/{id}/stop", [post().to(admin::sandboxes::stop)]),
        at("/admin/builds", [get().to(admin::builds::show)]),
        at("/admin/builds/{id}/cancel", [post().to(admin::builds::cancel)]),
        at("/admin/projects", [get().to(admin::projects::show)]),
        at("/admin/projects/{slug}/archive", [post().to(admin::projects::archive)]),
        at("/admin/users", [get().to(admin::users::show)]),
        at("/admin/users/role", [post().to(admin::users::submit)]),
        at("/admin/quotas", [get().to(admin::quotas::show), post().to(admin::quotas::submit)]),
        at("/admin/quotas/remove", [post().to(admin::quotas::remove)]),
        at("/admin/reports", [get().to(admin::reports::show)]),
        at("/admin/reports/{id}", [post().to(admin::reports::submit)]),
        at("/admin/bans", [get().to(admin::bans::show), post().to(admin::bans::submit)]),
        at("/admin/bans/lift", [post().to(admin::bans::lift)]),
        at("/admin/audit", [get().to(admin::audit::show)]),
        at("/static/{version}/{path:.*}", [get().to(assets::serve)]),
        at("/healthz", [get().to(health::show)]),
    ] {
        cfg.service(resource);
    }
}

fn api(cfg: &mut ServiceConfig) {
    for (path, verbs) in api_routes() {
        cfg.service(at(path, verbs));
    }
}

/// What programs may call. A test holds it against the description that they read.
fn api_routes() -> Vec<(&'static str, Vec<Verb>)> {
    use api::{admin, builds, comments, contexts, me, openapi, projects, sandboxes, tokens, tries};
    vec![
        ("/api/v1/openapi.json", vec![get().to(openapi::show)]),
        ("/api/v1/tokens", vec![get().to(tokens::list), post().to(tokens::create)]),
        ("/api/v1/tokens/{id}", vec![delete().to(tokens::revoke)]),
        ("/api/v1/me", vec![get().to(me::show)]),
        ("/api/v1/projects", vec![get().to(projects::list), post().to(projects::create)]),
        (
            "/api/v1/projects/{slug}",
            vec![
                get().to(projects::show),
                patch().to(projects::update),
                delete().to(projects::delete),
            ],
        ),
        (
            "/api/v1/projects/{slug}/demo",
            vec![get().to(projects::demo::show), put().to(projects::demo::set)],
        ),
        (
            "/api/v1/projects/{slug}/builds",
            vec![get().to(builds::list), post().to(projects::rebuild)],
        ),
        ("/api/v1/projects/{slug}/rollback", vec![post().to(projects::rollback)]),
        ("/api/v1/projects/{slug}/archive", vec![post().to(projects::archive)]),
        ("/api/v1/projects/{slug}/unarchive", vec![post().to(projects::unarchive)]),
        (
            "/api/v1/projects/{slug}/comments",
            vec![get().to(comments::list), post().to(comments::create)],
        ),
        (
            "/api/v1/comments/{id}",
            vec![patch().to(comments::update), delete().to(comments::delete)],
        ),
        ("/api/v1/builds/{id}", vec![get().to(builds::show)]),
        ("/api/v1/builds/{id}/log", vec![get().to(builds::log)]),
        ("/api/v1/builds/{id}/cancel", vec![post().to(builds::cancel)]),
        ("/api/v1/contexts", vec![post().to(contexts::create)]),
        ("/api/v1/tries", vec![get().to(tries::list)]),
        ("/api/v1/admin/quotas", vec![get().to(admin::quotas::list)]),
        (
            "/api/v1/admin/quotas/{subject}",
            vec![put().to(admin::quotas::set), delete().to(admin::quotas::remove)],
        ),
        ("/api/v1/admin/bans", vec![get().to(admin::bans::list)]),
        (
            "/api/v1/admin/bans/{subject}",
            vec![put().to(admin::bans::set), delete().to(admin::bans::lift)],
        ),
        ("/api/v1/admin/audit", vec![get().to(admin::audit::list)]),
        ("/api/v1/sandboxes", vec![get().to(sandboxes::list), post().to(sandboxes::create)]),
        ("/api/v1/sandboxes/{id}", vec![get().to(sandboxes::show), delete().to(sandboxes::stop)]),
        ("/api/v1/sandboxes/{id}/statistics", vec![get().to(sandboxes::statistics)]),
        ("/api/v1/sandboxes/{id}/freeze", vec![post().to(sandboxes::freeze)]),
        ("/api/v1/sandboxes/{id}/thaw", vec![post().to(sandboxes::thaw)]),
        ("/api/v1/sandboxes/{id}/extend", vec![post().to(sandboxes::extend)]),
        ("/api/v1/sandboxes/{id}/restart", vec![post().to(sandboxes::restart)]),
    ]
}

/// A method and what answers it.
struct Verb {
    method: Method,
    route: Route,
}

impl Verb {
    fn new(method: Method) -> Self {
        let route = match method {
            // `HEAD` too: readers of READMEs and checkers of links ask by it.
            Method::GET => web::route().guard(Any(Get()).or(Head())),
            _ => web::method(method.clone()),
        };
        Self { method, route }
    }

    fn to<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Self { route: self.route.to(handler), ..self }
    }
}

fn get() -> Verb {
    Verb::new(Method::GET)
}

fn post() -> Verb {
    Verb::new(Method::POST)
}

fn patch() -> Verb {
    Verb::new(Method::PATCH)
}

fn put() -> Verb {
    Verb::new(Method::PUT)
}

fn delete() -> Verb {
    Verb::new(Method::DELETE)
}

/// A path and what it answers to; what else is asked of it is told what could be.
fn at(path: &str, verbs: impl IntoIterator<Item = Verb>) -> Resource {
    let mut allow = Vec::new();
    let mut here = resource(path);
    for Verb { method, route } in verbs {
        if method == Method::GET {
            allow.push(Method::HEAD.to_string());
        }
        allow.push(method.to_string());
        here = here.route(route);
    }
    let allow = allow.join(", ");
    here.default_service(web::to(move |request| wrong_method(request, allow.clone())))
}

async fn nothing_here(request: HttpRequest) -> Result<String, actix_web::Error> {
    Err(error::at(request.path(), Error::NoSuchPage))
}

fn bad_query(request: &HttpRequest) -> actix_web::Error {
    let what = i18n::t("The part of the address behind the question mark cannot be read.");
    error::at(request.path(), Error::BadRequest(what.to_owned()))
}

async fn wrong_method(request: HttpRequest, allow: String) -> Result<String, actix_web::Error> {
    Err(error::at(request.path(), Error::WrongMethod { allow }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_call_is_described_and_every_description_is_of_a_call() {
        let document: Value = serde_json::from_str(api::openapi::DOCUMENT).unwrap();
        let mut described = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys().filter(|key| *key != "parameters")
            {
                described.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let calls = api_routes().into_iter().flat_map(|(path, verbs)| {
            verbs.into_iter().map(move |verb| format!("{} {path}", verb.method))
        });
        assert_eq!(calls.collect::<BTreeSet<_>>(), described);
    }
}
