//! What a maintainer and an administrator steer by, in Chromium: a form that fills itself in, numbers
//! and charts, and buttons that are seen to do what they say.

use crate::{
    overseer::{Both, site},
    support::{
        PATIENCE, browser::Browser, client::Client, device::Device, host, people, server::Server,
        until,
    },
};
use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use reqwest::StatusCode;
use serde_json::json;
use thirtyfour::By;

/// A forge with one repository, on this machine.
struct Forge {
    address: String,
    server: ServerHandle,
}

impl Forge {
    fn start() -> Self {
        let about = json!({
            "name": "Figures", "description": "Adds up what it is given", "language": "Rust",
            "licenses": ["MIT"], "topics": ["cli", "numbers"],
        });
        let server = HttpServer::new(move || {
            let about = about.clone();
            let tell = move || {
                let about = about.clone();
                async { HttpResponse::Ok().json(about) }
            };
            App::new().route("/api/v1/repos/ada/figures", web::get().to(tell))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0);
        let server = server.bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { address, server: handle }
    }
}

/// Nothing was wrong but what was refused, which the browser tells of as well.
async fn close(browser: Browser) {
    let mut complaints = browser.complaints().await;
    complaints.retain(|line| !line.contains("the server responded with a status of 4"));
    assert_eq!(complaints, Vec::<String>::new());
    browser.close().await;
}

#[actix_web::test]
async fn journey_from_a_repository_to_numbers() {
    let forge = Forge::start();
    let options = Server::options().set("TRYTHIS_IMPORT_FROM", format!("gitea={}", forge.address));
    let server = options.start();
    let anybody = Client::of(&server);
    Client::of(&server).sign_up("ada").await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        let slug = device.name();
        people::log_in(&server, &browser, "ada").await;
        fills_in(&server, &browser, &forge).await;
        publishes(&browser, slug).await;
        opens_to_a_site(&server, &browser, slug).await;
        let policy = anybody.get(&format!("/p/{slug}/embed")).await;
        let policy = policy.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors https://docs.example.org"), "{policy}");
        starts_afresh(&server, &browser, slug).await;
        host::no_sandbox_left(&server.data()).await;
        reads_the_numbers(&server, &browser, slug).await;
        close(browser).await;
    }
    forge.server.stop(false).await;
}

async fn fills_in(server: &Server, browser: &Browser, forge: &Forge) {
    let button = "button[formaction='/projects/new/import']";
    browser.goto(&server.url("/projects/new")).await;
    // Not behind the server's walls, and what was typed stays.
    browser.fill("#name", browser.device.name()).await;
    browser.fill("#import_url", "http://169.254.169.254/latest/meta-data").await;
    browser.click(button).await;
    browser.css("#import_url[aria-invalid]").await;
    browser.says("#import_url-error", "is not asked from here").await;
    browser.picture("import-refused").await;
    browser.fill("#import_url", &format!("{}/ada/figures", forge.address)).await;
    browser.click(button).await;
    browser.says(".notice-success", "nothing is published yet").await;
    for (field, value) in [
        ("#name", browser.device.name()),
        ("#short_description", "Adds up what it is given"),
        ("#licence", "MIT"),
        ("#language", "Rust"),
        ("#topics", "cli numbers"),
    ] {
        let found = browser.css(field).await.value().await.unwrap();
        assert_eq!(found.as_deref(), Some(value), "{field}");
    }
    browser.picture("import-done").await;
}

async fn publishes(browser: &Browser, slug: &str) {
    // A repository of this machine is nobody else's to look at.
    browser.fill("#repository", "https://git.example.org/ada/figures").await;
    browser.fill("#base", "busybox:1").await;
    browser.fill("#command", "sh").await;
    browser.fill("#script", "echo made > /made").await;
    browser.click("#script-form button.button-primary").await;
    browser.css("[data-log][data-state=pushed]").await;
    browser.css(&format!("[data-log-end=pushed]:not([hidden]) a[href='/p/{slug}']")).await;
}

async fn opens_to_a_site(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.click(&format!("a[href='/p/{slug}/embed/settings']")).await;
    browser.fill("#parents", "docs.example.org").await;
    browser.click("main form.form button.button-primary").await;
    browser.css("#parents[aria-invalid]").await;
    browser.says("#parents-error", "docs.example.org").await;
    browser.picture("embed-settings-refused").await;
    browser.fill("#parents", "https://docs.example.org").await;
    browser.click("main form.form button.button-primary").await;
    browser.says(".notice-success", "Saved").await;
    let kept = browser.css("#parents").await.value().await.unwrap();
    assert_eq!(kept.as_deref().map(str::trim), Some("https://docs.example.org"));
}

/// Tries it, and restarts it from the list of one's own: the same container, with nothing in it.
async fn starts_afresh(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    let terminal = browser.path().await;
    browser.types("echo 1 > /tmp/mine; echo kept-$((40+2))\n").await;
    browser.sees("kept-42").await;
    browser.goto(&server.url("/containers")).await;
    browser.click(".run .run-more > summary").await;
    browser.picture("containers-restart").await;
    browser.click("form[action$='/restart'] button").await;
    // The next page, where it is closed again.
    browser.css(".run .run-more:not([open])").await;
    assert_eq!(browser.path().await, "/containers");
    browser.click(".run-title a").await;
    browser.connected().await;
    assert_eq!(browser.path().await, terminal);
    browser.types("cat /tmp/mine || echo afresh-$((50+5))\n").await;
    browser.sees("afresh-55").await;
    browser.goto(&server.url("/containers")).await;
    browser.click("form[action$='/stop'] button").await;
    browser.says("[aria-labelledby=running-title]", "Nothing is running").await;
}

async fn reads_the_numbers(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}/manage"))).await;
    browser.click(".subnav a[href$='/statistics']").await;
    browser.says("[data-figure=tries]", "1").await;
    browser.says("[aria-labelledby=stages-title]", "Pressed Try").await;
    browser.says("[aria-labelledby=ends-title]", "Stopped by the visitor").await;
    browser.click(".chart summary").await;
    browser.says(".chart-table thead", "Tries").await;
    browser.picture("statistics").await;
    browser.click("a[href$='/statistics?days=90']").await;
    browser.css("a[href$='/statistics?days=90'][aria-current=page]").await;
    browser.says("main", "Tries in 90 days").await;
}

/// Presses something of the administration, and reads that it is done.
async fn presses(both: &Both<'_>, page: &str, button: &str, words: &str) {
    both.opens(page).await;
    both.administrator.click(button).await;
    both.administrator.says(".notice-success", words).await;
    both.administrator.fits().await;
}

#[actix_web::test]
async fn journey_of_an_administrators_buttons() {
    let (server, maker) = site().await;
    for device in Device::EACH {
        let both = Both::on(device, &server, &maker).await;
        gives_and_takes_the_role(&both, &maker).await;
        cancels_a_build(&both, &maker).await;
        archives(&both).await;
        watches_and_stops_a_sandbox(&both).await;
        host::no_sandbox_left(&server.data()).await;
        tries_the_walls(&both).await;
        both.close().await;
    }
}

async fn gives_and_takes_the_role(both: &Both<'_>, maker: &Client) {
    let button = "form[action='/admin/users/role']:has(input[value=maker]) button";
    assert_eq!(maker.get("/admin").await.status(), StatusCode::NOT_FOUND);
    presses(both, "users", button, "maker is an administrator now").await;
    both.administrator.says("tr:has(input[value=maker])", "Administrator").await;
    assert_eq!(maker.get("/admin").await.status(), StatusCode::OK);
    both.administrator.picture("admin-role").await;
    presses(both, "users", button, "maker is no administrator any more").await;
    assert_eq!(maker.get("/admin").await.status(), StatusCode::NOT_FOUND);
}

async fn cancels_a_build(both: &Both<'_>, maker: &Client) {
    let name = format!("Slow {}", both.name);
    let fields = [
        ("name", name.as_str()),
        ("category", "Tools"),
        ("short_description", "Never ready"),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", "#!/bin/sh\nsleep 600\n"),
    ];
    let answer = maker.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    let build = answer.headers()["location"].to_str().unwrap().to_owned();
    stands(maker, &build, "running").await;
    let button = format!("form[action='/admin{build}/cancel'] button");
    presses(both, "builds", &button, "cancelled").await;
    stands(maker, &build, "cancelled").await;
    both.opens("builds").await;
    both.administrator.says("main", "Nothing is being built").await;
}

/// Waits until a build's page says that it stands so.
async fn stands(maker: &Client, build: &str, state: &str) {
    until(&format!("the build is {state}"), PATIENCE, async || {
        maker.page(build).await.contains(&format!("data-state=\"{state}\"")).then_some(())
    })
    .await;
}

async fn archives(both: &Both<'_>) {
    let button = format!("form[action='/admin/projects/{}/archive'] button", both.name);
    presses(both, "projects", &button, "is archived").await;
    both.looks().await;
    both.visitor.says("main", "This project is archived").await;
    presses(both, "projects", &button, "is back in the catalogue").await;
    both.looks().await;
    both.visitor.css("[data-try-form] button").await;
}

/// The overview follows what happens by itself; then the visitor is told who ended it.
async fn watches_and_stops_a_sandbox(both: &Both<'_>) {
    let Both { administrator, visitor, .. } = both;
    administrator.goto(&both.server.url("/admin")).await;
    administrator.driver.execute("window.here = 'still'", vec![]).await.unwrap();
    administrator.says(".counts > :first-child", "0 running").await;
    let line = drawn(administrator, "").await;
    both.looks().await;
    visitor.click("[data-try-form] button").await;
    visitor.connected().await;
    administrator.says(".counts > :first-child", "1 running").await;
    administrator.says(".graph:nth-child(4) .graph-title strong", "1").await;
    drawn(administrator, &line).await;
    let here = administrator.driver.execute("return window.here", vec![]).await.unwrap();
    assert_eq!(here.json(), "still", "nobody loaded the page again");
    administrator.picture("admin-live").await;

    presses(both, "sandboxes", "form[action$='/stop'] button", "is stopped").await;
    visitor.css("[data-terminal][data-state=ended]").await;
    visitor.says("[data-terminal-ended-title]", "The server ended this sandbox").await;
    visitor.driver.refresh().await.unwrap();
    visitor.says(".error-page", "an administrator stopped it").await;
    visitor.picture("ended-by-operator").await;
}

/// The line of the processor's chart, once it is another than this.
async fn drawn(browser: &Browser, than: &str) -> String {
    until("the chart is drawn anew", PATIENCE, async || {
        let line = browser.driver.find(By::Css(".graph:first-child .graph-line")).await.ok()?;
        line.attr("d").await.ok()?.filter(|line| line != than)
    })
    .await
}

/// A busy machine may fail a test that it passes a moment later: whoever is told so presses again.
async fn tries_the_walls(both: &Both<'_>) {
    let administrator = &both.administrator;
    until("every wall stands", PATIENCE, async || {
        administrator.goto(&both.server.url("/admin")).await;
        administrator.click("form[action='/admin/self-test'] button").await;
        let said = administrator.text(".notice-success").await;
        assert!(said.contains("The self-test was made"), "{said}");
        said.contains("every wall stands").then_some(())
    })
    .await;
    administrator.css("[aria-labelledby=self-test] .pill[data-state=ready]").await;
    administrator.css(".checks li[data-passed=true]").await;
    administrator.picture("admin-walls").await;
}
