//! A guest's visit, in Chromium: home, project, terminal, Stop.

use crate::support::{
    browser::Browser,
    client::{Client, until_triable},
    device::Device,
    host,
    server::Server,
    until,
};
use std::time::Duration;

/// The starter catalogue takes this long to build on a slow day.
const CATALOGUE: Duration = Duration::from_secs(280);

#[actix_web::test]
async fn journey_of_a_guest_through_the_starter_catalogue() {
    let server = Server::options().with_debian().set("TRYTHIS_STARTER_CATALOGUE", true).start();
    let client = Client::of(&server);
    for slug in ["jq", "htop", "sqlite3", "python"] {
        until(&format!("{slug} is in the catalogue and can be tried"), CATALOGUE, async || {
            let page = client.get(&format!("/p/{slug}")).await;
            let ready =
                page.status().is_success() && page.text().await.unwrap().contains("data-try-form");
            ready.then_some(())
        })
        .await;
    }

    for device in Device::EACH {
        let browser = Browser::on(device).await;
        browser.goto(&server.url("/")).await;
        browser.css("a[href='/p/jq']").await;
        browser.picture("home").await;

        tries_jq(&server, &browser).await;
        tries_htop(&server, &browser).await;

        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}

async fn tries_jq(server: &Server, browser: &Browser) {
    browser.click("a[href='/p/jq']").await;
    browser.css("[data-try-form] button").await;
    browser.picture("project").await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser.types("echo '{\"a\":1}' | jq .a\n").await;
    browser.shows("jq's answer", |screen| screen.lines().any(|line| line == "1")).await;
    browser.picture("terminal-jq").await;

    // A reload comes back to the same shell, with what it showed.
    browser.types("here=still\n").await;
    browser.sees("here=still").await;
    browser.driver.refresh().await.unwrap();
    browser.connected().await;
    browser.sees("jq .a").await;
    browser.types("echo $here-$((40+2))\n").await;
    browser.sees("still-42").await;

    // UTF-8, and Ctrl-C for what runs.
    browser.types("printf 'h\\303\\251llo \\342\\206\\222 \\346\\274\\242\\n'\n").await;
    browser.sees("héllo → 漢").await;
    browser.types("sleep 1000\n").await;
    browser.sees("sleep 1000").await;
    browser.types("\u{e009}c\u{e000}").await;
    browser.types("echo back-$?\n").await;
    browser.sees("back-130").await;

    browser.click("[data-stop] button").await;
    until("the page says that it ended", Duration::from_secs(20), async || {
        let text =
            browser.driver.find(thirtyfour::By::Css("main")).await.ok()?.text().await.ok()?;
        text.contains("topped").then_some(())
    })
    .await;
    host::no_sandbox_left(&server.data()).await;
}

async fn tries_htop(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/htop")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    let wide = browser.shows("htop", |s| s.contains("Mem[") && has_keys(s)).await;
    browser.picture("terminal-htop").await;

    // A smaller window, or a phone that is turned.
    let (width, height) = browser.device.size();
    match browser.device {
        Device::Desk => browser.resize(900, 500).await,
        Device::Phone => browser.resize(height, width).await,
    }
    let fewer_rows = |screen: &str| screen.lines().count() < wide.lines().count();
    browser.shows("htop at the new size", |s| fewer_rows(s) && has_keys(s)).await;

    // A reload paints the whole screen again, and htop is the same process.
    browser.driver.refresh().await.unwrap();
    browser.connected().await;
    browser.shows("htop after the reload", |s| s.contains("Mem[") && has_keys(s)).await;
    browser.resize(width, height).await;
    browser.shows("htop as it was", |s| !fewer_rows(s) && has_keys(s)).await;

    // Leaving the program ends the sandbox.
    browser.types("q").await;
    browser.css("[data-terminal][data-state=ended]").await;
    browser.picture("terminal-ended").await;
    host::no_sandbox_left(&server.data()).await;
}

/// Whether htop's last line, which names its keys, is the last one.
fn has_keys(screen: &str) -> bool {
    screen.lines().last().is_some_and(|line| line.contains("F1"))
}

#[actix_web::test]
async fn a_second_sandbox_is_offered_as_a_choice() {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    crate::maintainer::publish_busybox(&maker, "First").await;
    crate::maintainer::publish_busybox(&maker, "Second").await;
    until_triable(&maker, "second").await;

    for device in Device::EACH {
        let browser = Browser::on(device).await;
        browser.goto(&server.url("/p/first")).await;
        browser.click("[data-try-form] button").await;
        browser.connected().await;
        browser.goto(&server.url("/p/second")).await;
        browser.click("[data-try-form] button").await;
        let text = browser.text("main").await;
        assert!(text.contains("First"), "{text}");
        browser.picture("conflict").await;
        browser.click("button[name=replace]").await;
        browser.connected().await;
        assert!(browser.text("header").await.contains("Second"));
        browser.click("[data-stop] button").await;
        browser.css("[data-try-form]").await;
        browser.close().await;
    }
}
