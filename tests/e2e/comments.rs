//! A project's page in a browser: waiting for its first build, talking below it, reporting.

use crate::support::{PATIENCE, browser::Browser, client::Client, server::Server, until};
use reqwest::StatusCode;

#[actix_web::test]
async fn journey_from_waiting_to_talking() {
    let server = Server::start();
    let maintainer = Client::of(&server);
    maintainer.sign_up("ada").await;
    let fields = [
        ("name", "Slow"),
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

    // The page waits by itself for something to try.
    let browser = Browser::open().await;
    browser.goto(&server.url("/p/slow")).await;
    browser.css("[data-wait]").await;
    browser.pictures("project-waiting").await;
    until("the page has a way in", PATIENCE, async || {
        browser.text("main").await.contains("Try in browser").then_some(())
    })
    .await;

    browser.goto(&server.url("/signup")).await;
    browser.fill("input[name=username]", "bob").await;
    browser.fill("input[name=password]", "correct horse battery").await;
    browser.click("main form button[type=submit]").await;
    until("signed up", PATIENCE, async || (browser.path().await != "/signup").then_some(())).await;
    browser.goto(&server.url("/p/slow")).await;
    browser.fill("textarea[name=body]", "It is *worth* the wait").await;
    browser.click("#comments form button[type=submit]").await;
    until("the comment is there", PATIENCE, async || {
        browser.text("#comments").await.contains("worth the wait").then_some(())
    })
    .await;
    browser.pictures("project-comments").await;

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

    browser.click("a[href='/p/slow/report']").await;
    browser.click("input[name=reason][value=spam]").await;
    browser.pictures("report").await;
    browser.click("main form button.button-primary").await;
    until("thanked", PATIENCE, async || {
        browser.text("main").await.contains("Thank you").then_some(())
    })
    .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
