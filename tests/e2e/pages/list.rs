//! Which pages are there? The one list of them: who adds a page to the site adds its line here, and
//! it is checked and has its pictures taken in each language, theme and width.

use crate::support::{
    PATIENCE,
    browser::Browser,
    client::Client,
    server::{BINARY, Server},
    until,
};
use reqwest::StatusCode;
use std::process::Command;

const PASSWORD: &str = "correct horse battery";

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

    const fn name(self) -> &'static str {
        match self {
            Self::Guest => "",
            Self::Maintainer => "ada",
            Self::Administrator => "grace",
        }
    }

    /// Becomes them, in a browser that is nobody.
    pub async fn log_in(self, server: &Server, browser: &Browser) {
        browser.driver.delete_all_cookies().await.unwrap();
        if self != Self::Guest {
            browser.goto(&server.url("/login")).await;
            browser.fill("input[name=username]", self.name()).await;
            browser.fill("input[name=password]", PASSWORD).await;
            browser.click("main form button[type=submit]").await;
            until("logged in", PATIENCE, async || (browser.path().await == "/").then_some(()))
                .await;
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
    /// Whether its form is sent as it is, so that it comes back with errors.
    pub sent: bool,
    /// What is typed into its terminal at each new size, which a program may not survive unharmed.
    pub typed: &'static str,
}

/// A page that is complete when it is loaded.
fn page(who: Who, name: &'static str, path: impl Into<String>) -> Page {
    Page { who, name, path: path.into(), ready: "main", sent: false, typed: "" }
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
        page(Maintainer, "start", "/p/busybox/start"),
        page(Maintainer, "projects", "/projects"),
        page(Maintainer, "project-own", "/p/busybox"),
        page(Maintainer, "project-new", "/projects/new"),
        wrong(Maintainer, "project-new-errors", "/projects/new"),
        page(Maintainer, "project-edit", "/p/busybox/edit"),
        page(Maintainer, "report", "/p/busybox/report"),
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
        page(Administrator, "admin-users", "/admin/users"),
        page(Administrator, "admin-quotas", "/admin/quotas"),
        page(Administrator, "admin-audit", "/admin/audit"),
    ]
}

/// What there is to be looked at.
pub struct World {
    /// A guest's running sandbox, in the browser that is given to [`World::new`].
    pub terminal: String,
    /// One that has ended.
    pub ended: String,
    /// A build that went well, and one that did not.
    pub built: String,
    pub failed: String,
}

/// Projects that need no network: name, category, a line, a script. The last one is broken.
const PROJECTS: [(&str, &str, &str, &str); 5] = [
    ("BusyBox", "Tools", "The Swiss army knife of small systems", "echo made > /made"),
    ("Vi", "Text", "The editor that is everywhere, in its smallest form", "true"),
    ("Awk", "Data", "A language for rows and columns, without installing it first", "true"),
    ("Netcat", "Network", "Reads and writes over the network; 한국어 설명도 있어요", "true"),
    ("Broken", "Other", "Its maintainer is at it", "echo 'cc: not found' >&2; exit 127"),
];

impl World {
    /// Fills an empty site.
    pub async fn new(server: &Server, browser: &Browser) -> Self {
        let ada = Client::of(server);
        ada.sign_up(Who::Maintainer.name()).await;
        let mut builds = Vec::new();
        for (name, category, line, script) in PROJECTS {
            let build = publish(&ada, name, category, line, script).await;
            until(&format!("{name} is built"), PATIENCE, async || {
                let page = ada.page(&build).await;
                let done = ["pushed", "failed"].map(|state| format!("data-state=\"{state}\""));
                done.iter().any(|state| page.contains(state)).then_some(())
            })
            .await;
            builds.push(build);
        }
        Client::of(server).sign_up(Who::Administrator.name()).await;
        let mut grant = Command::new(BINARY);
        grant.args(["admin", "grant", Who::Administrator.name()]);
        assert!(grant.env("TRYTHIS_DATA", server.data()).status().unwrap().success());

        let ended = try_it(server, browser, "busybox").await;
        browser.click("[data-stop] button").await;
        browser.css(".error-page, [data-state=ended]").await;
        let terminal = try_it(server, browser, "busybox").await;
        let failed = builds.pop().unwrap();
        Self { terminal, ended, built: builds.swap_remove(0), failed }
    }
}

async fn try_it(server: &Server, browser: &Browser, slug: &str) -> String {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser.path().await
}

/// Publishes a project; gives the build's path.
async fn publish(client: &Client, name: &str, category: &str, line: &str, script: &str) -> String {
    let script = format!("#!/bin/sh\n{script}\n");
    let text = format!("**{name}** in a terminal of its own.\n\n- `{name} --help`\n- and so on\n");
    let fields = [
        ("name", name),
        ("category", category),
        ("short_description", line),
        ("long_description", &text),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", &script),
    ];
    let answer = client.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}
