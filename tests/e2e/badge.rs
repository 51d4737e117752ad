//! From somebody else's page to a prompt, in Chromium: by a badge, and within an embed.

use crate::{
    maintainer::publish_busybox,
    support::{
        PATIENCE, browser::Browser, client::Client, device::Device, host, parent::Parent,
        server::Server, until,
    },
};
use reqwest::StatusCode;
use std::time::Duration;
use thirtyfour::prelude::*;

/// Long enough for a page that would start something to have done so.
const MOMENT: Duration = Duration::from_millis(1_500);

async fn with_shell() -> (Server, Client) {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    publish_busybox(&maker, "Shell").await;
    (server, maker)
}

#[actix_web::test]
async fn journey_from_a_badge_in_a_readme_to_a_prompt() {
    let (server, maker) = with_shell().await;
    let (start, image) = (server.url("/p/shell/start"), server.url("/p/shell/live-badge.svg"));
    let readme = Parent::with(format!("<a href=\"{start}\"><img src=\"{image}\" alt=\"Try\"></a>"));

    // Programs look at the page, and nothing starts.
    let page = maker.page("/p/shell/start").await;
    assert!(page.contains("data-try-form") && !page.contains("data-auto-start"), "{page}");
    for device in Device::EACH {
        let browser = Browser::that_waits_for_no_page(device).await;
        from_a_badge(&server, &readme, &start, &browser).await;
        let mut complaints = browser.complaints().await;
        // The page that asks which of two is wanted is a conflict.
        complaints.retain(|line| !line.contains("409 (Conflict)"));
        assert_eq!(complaints, Vec::<String>::new());
        browser.close().await;
    }
    readme.stop().await;
}

async fn from_a_badge(server: &Server, readme: &Parent, start: &str, browser: &Browser) {
    browser.goto(&readme.origin).await;
    let badge = browser.css("img").await;
    until("the badge is drawn", PATIENCE, async || {
        let width = badge.prop("naturalWidth").await.ok().flatten()?;
        (width != "0").then_some(())
    })
    .await;
    browser.picture("badge-readme").await;
    let fetch = format!("return fetch('{start}', {{ mode: 'no-cors' }}).then(() => 1)");
    browser.driver.execute(&fetch, vec![]).await.unwrap();
    tokio::time::sleep(MOMENT).await;
    host::no_sandbox_left(&server.data()).await;

    // A person's click starts at once, with the size of their window.
    browser.click("a").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    let terminal = browser.path().await;
    assert!(terminal.starts_with("/s/"), "{terminal}");
    browser.types("stty size\n").await;
    let fits = |columns: &str| {
        columns.parse::<u32>().is_ok_and(|columns| match browser.device {
            Device::Desk => columns > 100,
            Device::Phone => (30..60).contains(&columns),
        })
    };
    let size = |screen: &str| screen.lines().any(|line| line.split(' ').nth(1).is_some_and(fits));
    browser.shows("the window's size", size).await;

    // The way back does not start another one.
    browser.driver.back().await.unwrap();
    let is_back = async || (!browser.path().await.starts_with("/s/")).then_some(());
    until("the terminal is left", PATIENCE, is_back).await;
    tokio::time::sleep(MOMENT).await;
    assert!(is_back().await.is_some(), "the way back leads to the terminal again");
    // An address that is typed, or that a crawler's browser opens, waits for the button. Who presses it
    // is asked about the one that is in the way.
    browser.goto(start).await;
    browser.css("[data-try-form]").await;
    tokio::time::sleep(MOMENT).await;
    assert_eq!(browser.path().await, "/p/shell/start");
    browser.click("[data-try-form] button").await;
    until("the choice is there", PATIENCE, async || {
        (browser.path().await == "/p/shell/try").then_some(())
    })
    .await;
    browser.css("button[name=replace]").await;
    // A page that leads there by itself is nobody's click.
    browser.goto(&readme.origin).await;
    browser.css("img").await;
    let lead = format!("location.href = '{start}'");
    browser.driver.execute(&lead, vec![]).await.unwrap();
    browser.css("[data-try-form]").await;
    browser.driver.refresh().await.unwrap();
    tokio::time::sleep(MOMENT).await;
    assert_eq!(browser.path().await, "/p/shell/start");
    browser.picture("start").await;
    browser.goto(&server.url(&terminal)).await;
    browser.connected().await;
    browser.click("[data-stop] button").await;
    host::no_sandbox_left(&server.data()).await;
}

#[actix_web::test]
async fn an_embed_runs_in_the_pages_that_it_is_allowed_in() {
    let (server, maker) = with_shell().await;
    let frame = format!(
        "<h1>Docs</h1><iframe src=\"{}\" width=\"100%\" height=\"420\"></iframe>",
        server.url("/p/shell/embed")
    );
    let (friend, stranger) = (Parent::with(frame.clone()), Parent::with(frame));
    let settings = "/p/shell/embed/settings";
    let answer = maker.submit(settings, settings, &[("parents", &friend.origin)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());

    for device in Device::EACH {
        let browser = Browser::on(device).await;
        by_an_embed(&server, &friend, &stranger, &browser).await;
        browser.close().await;
    }
    friend.stop().await;
    stranger.stop().await;
}

async fn by_an_embed(server: &Server, friend: &Parent, stranger: &Parent, browser: &Browser) {
    browser.goto(&stranger.origin).await;
    browser.driver.enter_frame(0).await.unwrap();
    tokio::time::sleep(MOMENT).await;
    assert!(browser.driver.find(By::Css("form")).await.is_err(), "a stranger frames the embed");
    browser.driver.enter_default_frame().await.unwrap();

    browser.goto(&friend.origin).await;
    browser.driver.enter_frame(0).await.unwrap();
    browser.css("[data-try-form] button").await;
    browser.picture("embed").await;
    host::no_sandbox_left(&server.data()).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser.types("echo in-$((40+2))\n").await;
    browser.sees("in-42").await;
    browser.picture("embed-terminal").await;
    browser.click("[data-stop] button").await;
    let said = until("it says that it stopped", PATIENCE, async || {
        browser.driver.find(By::Css(".notice")).await.ok()?.text().await.ok()
    })
    .await;
    assert!(said.contains("Stopped"), "{said}");
    host::no_sandbox_left(&server.data()).await;
}
