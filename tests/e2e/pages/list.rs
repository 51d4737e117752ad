//! Which pages are there? The one list of them: who adds a page to the site adds its line here, and
//! it is checked and has its pictures taken in each language, theme and width.

use super::world::World;
use crate::support::{browser::Browser, people, server::Server};

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Guest,
    /// Somebody with projects.
    Maintainer,
    Administrator,
}

impl Who {
    pub const ALL: [Self; 3] = [Self::Guest, Self::Maintainer, Self::Administrator];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "",
            Self::Maintainer => "ada",
            Self::Administrator => "grace",
        }
    }

    /// Becomes them, whoever the browser was.
    pub async fn log_in(self, server: &Server, browser: &Browser) {
        match self {
            Self::Guest => browser.driver.delete_all_cookies().await.unwrap(),
            Self::Maintainer | Self::Administrator => {
                people::log_in(server, browser, self.name()).await;
            }
        }
    }
}

/// A page to be looked at.
pub struct Page {
    pub who: Who,
    /// Its name in pictures.
    pub name: &'static str,
    pub path: String,
    /// What is there once the page is complete.
    pub ready: &'static str,
    /// Whether another page's script leads there, which is nobody's click.
    pub led: bool,
    /// Whether its form is sent as it is, so that it comes back with errors.
    pub sent: bool,
    /// What is typed into its terminal at each new size, which a program may not survive unharmed.
    pub typed: &'static str,
}

/// A page that is complete when it is loaded.
fn page(who: Who, name: &'static str, path: impl Into<String>) -> Page {
    Page { who, name, path: path.into(), ready: "main", led: false, sent: false, typed: "" }
}

/// A page whose form comes back with errors.
fn wrong(who: Who, name: &'static str, path: &str) -> Page {
    Page { ready: "[aria-invalid]", sent: true, ..page(who, name, path) }
}

/// All of them. Those of one reader stand together.
pub fn pages(world: &World) -> Vec<Page> {
    use Who::{Administrator, Guest, Maintainer};
    vec![
        page(Guest, "home", "/"),
        page(Guest, "search", "/search"),
        page(Guest, "search-found", "/search?q=without+instaling"),
        page(Guest, "search-nothing", "/search?q=quartz+sphinx"),
        page(Guest, "project", "/p/busybox"),
        page(Guest, "project-unbuilt", "/p/broken"),
        // This reader has a sandbox, and is asked which it is to be.
        page(Guest, "busy", "/p/vi/start"),
        page(Guest, "containers", "/containers"),
        page(Guest, "embed", "/p/busybox/embed"),
        page(Guest, "login", "/login"),
        page(Guest, "signup", "/signup"),
        wrong(Guest, "signup-errors", "/signup"),
        page(Guest, "not-found", "/nothing/here"),
        page(Guest, "left", "/account/left"),
        Page {
            ready: "[data-terminal][data-state=connected]",
            typed: "clear; ls -l /\n",
            ..page(Guest, "terminal", &world.terminal)
        },
        page(Guest, "ended", &world.ended),
        page(Maintainer, "home-maintainer", "/"),
        page(Maintainer, "search-many", "/search"),
        Page { led: true, ..page(Maintainer, "start", "/p/busybox/start") },
        Page {
            ready: "[data-terminal][data-state=connected]",
            ..page(Maintainer, "terminal-demo", &world.demo)
        },
        page(Maintainer, "containers-maintainer", "/containers"),
        page(Maintainer, "projects", "/projects"),
        page(Maintainer, "project-own", "/p/busybox"),
        page(Maintainer, "project-new", "/projects/new"),
        wrong(Maintainer, "project-new-errors", "/projects/new"),
        page(Maintainer, "project-edit", "/p/busybox/edit"),
        page(Maintainer, "project-archived", "/p/netcat"),
        page(Maintainer, "demo-edit", "/p/awk/demo/edit"),
        page(Maintainer, "demo-edit-empty", "/p/busybox/demo/edit"),
        page(Maintainer, "report", "/p/busybox/report"),
        page(Maintainer, "report-comment", format!("/comments/{}/report", world.theirs)),
        page(Maintainer, "comment-edit", format!("/comments/{}/edit", world.own)),
        page(Maintainer, "project-manage", "/p/busybox/manage"),
        page(Maintainer, "project-statistics", "/p/busybox/statistics"),
        page(Maintainer, "project-delete", "/p/busybox/delete"),
        page(Maintainer, "embed-settings", "/p/busybox/embed/settings"),
        Page { ready: ".log-step", ..page(Maintainer, "build-done", &world.built) },
        Page { ready: ".log-step", ..page(Maintainer, "build-failed", &world.failed) },
        page(Maintainer, "account", "/account"),
        page(Maintainer, "identities", "/account/identities"),
        page(Maintainer, "tokens", "/account/tokens"),
        page(Maintainer, "leave", "/account/leave"),
        page(Administrator, "admin", "/admin"),
        page(Administrator, "admin-sandboxes", "/admin/sandboxes"),
        page(Administrator, "admin-builds", "/admin/builds"),
        page(Administrator, "admin-projects", "/admin/projects"),
        page(Administrator, "admin-users", "/admin/users"),
        page(Administrator, "admin-quotas", "/admin/quotas"),
        page(Administrator, "admin-reports", "/admin/reports"),
        page(Administrator, "admin-bans", "/admin/bans"),
        wrong(Administrator, "admin-bans-errors", "/admin/bans"),
        page(Administrator, "admin-audit", "/admin/audit"),
    ]
}
