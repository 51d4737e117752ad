//! A project's page in a browser: waiting for its first build, talking below it, reporting.

use crate::support::{
    PATIENCE, browser::Browser, client::Client, device::Device, people, server::Server, until,
};
use reqwest::StatusCode;

#[actix_web::test]
async fn journey_from_waiting_to_talking() {
    let server = Server::start();
    let maintainer = Client::of(&server);
    maintainer.sign_up("ada").await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        let slug = format!("slow-{}", device.name());
        publish_slow(&maintainer, &slug).await;
        waits(&server, &browser, &slug).await;
        people::sign_up(&server, &browser, device.name()).await;
        talks(&server, &browser, &slug).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}

/// Publishes a project whose first build takes long enough to be waited for.
async fn publish_slow(maintainer: &Client, name: &str) {
    let fields = [
        ("name", name),
        ("category", "Tools"),
        ("short_description", "Takes its time"),
        ("licence", "MIT"),
        ("repository", "https://example.org/slow"),
        ("language", "Shell"),
        ("topics", "shell slow"),
        ("base", "busybox:1"),
        ("kind", "script"),
        ("script", "#!/bin/sh\nsleep 8\n"),
    ];
    let answer = maintainer.submit("/projects/new", "/projects/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
}

/// The page waits by itself for something to try.
async fn waits(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.css("[data-wait]").await;
    browser.picture("project-waiting").await;
    until("the page has a way in", PATIENCE, async || {
        browser.text("main").await.contains("Try in browser").then_some(())
    })
    .await;
}

async fn talks(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.fill("textarea[name=body]", "It is *worth* the wait").await;
    browser.click("#comments form button[type=submit]").await;
    until("the comment is there", PATIENCE, async || {
        browser.text("#comments").await.contains("worth the wait").then_some(())
    })
    .await;
    browser.picture("project-comments").await;

    browser.click(".comment-actions a[href$='/edit']").await;
    browser.fill("textarea[name=body]", "Still worth it").await;
    browser.click("main form button.button-primary").await;
    until("it says so", PATIENCE, async || {
        browser.text("#comments").await.contains("edited").then_some(())
    })
    .await;
    browser.click(".confirm summary").await;
    browser.click(".confirm button").await;
    until("it is gone", PATIENCE, async || {
        browser.text("#comments").await.contains("Nobody has said anything yet").then_some(())
    })
    .await;

    browser.click(&format!("a[href='/p/{slug}/report']")).await;
    browser.click("input[name=reason][value=spam]").await;
    browser.picture("report").await;
    browser.click("main form button.button-primary").await;
    until("thanked", PATIENCE, async || {
        browser.text("main").await.contains("Thank you").then_some(())
    })
    .await;
}
