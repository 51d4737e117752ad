//! A guided demo beside the terminal: the catalogue's jq, step by step.

use crate::support::{
    PATIENCE,
    browser::Browser,
    client::{Client, until_triable},
    device::Device,
    server::Server,
    until,
};
use reqwest::StatusCode;

/// A project of the catalogue: its slug, its command, its script and its demo.
type Project = (&'static str, &'static str, &'static str, &'static str);

const JQ: Project = (
    "jq",
    "bash",
    include_str!("../../catalogue/jq/install.sh"),
    include_str!("../../catalogue/jq/demo.md"),
);
const SQLITE: Project = (
    "sqlite3",
    "sqlite3 sample.db",
    include_str!("../../catalogue/sqlite3/install.sh"),
    include_str!("../../catalogue/sqlite3/demo.md"),
);

#[actix_web::test]
async fn journey_through_a_guided_demo() {
    let server = Server::options().with_debian().start();
    publish(&Client::of(&server), JQ).await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        through_jqs_demo(&server, &browser).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}

async fn through_jqs_demo(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/jq")).await;
    assert!(browser.text("main").await.contains("Has a guided demo (5 steps)"));
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with('#')).await;

    // Nothing is done by itself; Run types. The terminal keeps the focus, but on a phone, whose keyboard
    // would cover it.
    shows(browser, 0, "Step 1 of 5").await;
    run(browser, 1).await;
    browser.sees("\"ansible\"").await;
    done(browser, 1).await;
    assert_eq!(said(browser).await, "Step 1 is done.");
    let focused = "return document.activeElement.className";
    let focused = browser.driver.execute(focused, vec![]).await.unwrap();
    let has_focus = focused.json().as_str().unwrap().contains("xterm-helper-textarea");
    assert_eq!(has_focus, browser.device == Device::Desk);
    browser.picture("terminal-demo").await;

    // The command's own echo is not its answer: one typed wrongly does nothing.
    browser.click("[data-demo-next]").await;
    shows(browser, 1, "Step 2 of 5").await;
    browser.types("echo no '\"jq\"'\n").await;
    browser.sees("no \"jq\"").await;
    run(browser, 2).await;
    done(browser, 2).await;

    // A reload comes back to the same step; a closed panel gives its room to the terminal.
    browser.click("[data-demo-next]").await;
    browser.driver.refresh().await.unwrap();
    browser.connected().await;
    shows(browser, 2, "Step 3 of 5").await;
    let little = cells(browser).await;
    browser.click("[data-demo-close]").await;
    until("the terminal is larger", PATIENCE, async || {
        (cells(browser).await * 4 > little * 5).then_some(())
    })
    .await;
    browser.click("[data-demo-toggle]").await;
    until("and small again", PATIENCE, async || (cells(browser).await == little).then_some(()))
        .await;

    // What is typed by hand counts too.
    browser.click(".xterm-screen").await;
    browser.types("jq '.programs[] | select(.year > 2010) | .name' sample.json\n").await;
    done(browser, 3).await;
    for step in [4, 5] {
        browser.click("[data-demo-next]").await;
        run(browser, step).await;
        done(browser, step).await;
    }
    assert!(said(browser).await.contains("The terminal is yours"));

    browser.click("[data-stop] button").await;
    browser.css("[data-try-form]").await;
}

#[actix_web::test]
async fn each_step_of_sqlite3s_demo_is_met_by_its_own_commands() {
    let server = Server::options().with_debian().start();
    publish(&Client::of(&server), SQLITE).await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        through_sqlite3s_demo(&server, &browser).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}

async fn through_sqlite3s_demo(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/")).await;
    browser.click("button[name=language][value=ko]").await;
    browser.goto(&server.url("/p/sqlite3")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.sees("sqlite>").await;
    for step in 1..=5 {
        assert_eq!(said(browser).await.is_empty(), step == 1, "nothing is done by itself");
        let commands = if step == 5 { 2 } else { 1 };
        for command in 0..commands {
            let buttons = format!("[aria-labelledby=demo-step-{step}] [data-demo-run]:enabled");
            browser.css(&buttons).await;
            let buttons = browser.driver.find_all(thirtyfour::By::Css(&buttons)).await.unwrap();
            buttons[command].click().await.unwrap();
            browser.fits().await;
        }
        browser.css(&format!("[data-demo-mark]:nth-child({step})[data-done]")).await;
        if step == 3 {
            browser.picture("terminal-demo-ko").await;
        }
        if step < 5 {
            browser.click("[data-demo-next]").await;
        }
    }
}

async fn publish(maker: &Client, (slug, command, script, demo): Project) {
    maker.sign_up("maker").await;
    let fields = [
        ("name", slug),
        ("category", "Data"),
        ("short_description", "One of the catalogue's"),
        ("kind", "script"),
        ("base", "debian:12"),
        ("command", command),
        ("script", script),
    ];
    let answer = maker.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    let edit = &format!("/p/{slug}/demo/edit");
    let answer = maker.submit(edit, edit, &[("demo", demo), ("action", "save")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    until_triable(maker, slug).await;
}

/// Waits until a step, from 0, is the one that is shown.
async fn shows(browser: &Browser, step: usize, place: &str) {
    let script =
        "return [...document.querySelectorAll('[data-demo-step]')].findIndex(s => !s.hidden)";
    until(&format!("step {step} is shown"), PATIENCE, async || {
        let shown = browser.driver.execute(script, vec![]).await.ok()?;
        (shown.json().as_u64() == Some(step as u64)).then_some(())
    })
    .await;
    assert_eq!(browser.text("[data-demo-place]").await, place);
}

/// Presses the first Run of a step, from 1, once it may be pressed.
async fn run(browser: &Browser, step: usize) {
    let step = format!("[aria-labelledby=demo-step-{step}]");
    browser.click(&format!("{step} [data-demo-run]:enabled")).await;
}

async fn done(browser: &Browser, step: usize) {
    let marks = format!("[data-demo-mark]:nth-child({step})[data-done]");
    browser.css(&marks).await;
    assert!(browser.text("[data-demo-step]:not([hidden]) [data-demo-done]").await.contains("Done"));
}

/// What screen readers are told; it is not seen.
async fn said(browser: &Browser) -> String {
    let script = "return document.querySelector('[data-demo-said]').textContent";
    let said = browser.driver.execute(script, vec![]).await.unwrap();
    said.json().as_str().unwrap_or_default().to_owned()
}

/// How much room the terminal has: beside the panel on a desk, above it on a phone.
async fn cells(browser: &Browser) -> u64 {
    let script = "const { columns, rows } = document.querySelector('[data-terminal]').dataset;\
                  return columns * rows";
    browser.driver.execute(script, vec![]).await.unwrap().json().as_u64().unwrap_or_default()
}
