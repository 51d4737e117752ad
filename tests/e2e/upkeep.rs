//! A maintainer's upkeep, in Chromium: back to an earlier image, into other hands, away, and gone.

use crate::{
    maintainer::publish_busybox,
    support::{
        PATIENCE,
        browser::Browser,
        client::{Client, Terminal},
        device::Device,
        people,
        server::Server,
        until,
    },
};
use reqwest::StatusCode;
use serde_json::Value;

#[actix_web::test]
async fn journey_of_a_project_back_on_and_away() {
    let server = Server::start();
    let (ada, bob) = (Client::of(&server), Client::of(&server));
    ada.sign_up("ada").await;
    bob.sign_up("bob").await;
    for device in Device::EACH {
        let slug = device.name();
        publish_busybox(&ada, slug).await;
        build_again(&ada, slug).await;
        let browser = Browser::on(device).await;
        people::log_in(&server, &browser, "ada").await;
        rolls_back(&server, &browser, &bob, slug).await;
        offers(&server, &browser, slug).await;
        people::log_in(&server, &browser, "bob").await;
        accepts(&server, &browser, slug).await;
        archives(&server, &browser, &ada, slug).await;
        deletes(&server, &browser, slug).await;
        let mut complaints = browser.complaints().await;
        // Slips that are told, and what is deleted and not found.
        complaints.retain(|line| !line.contains("the server responded with a status of 4"));
        assert_eq!(complaints, Vec::<String>::new());
        browser.close().await;
    }
}

/// Gives a project its second image, which says `two` where the first one said `made`.
async fn build_again(ada: &Client, slug: &str) {
    let fields = [
        ("name", slug),
        ("category", "Tools"),
        ("short_description", "A small shell"),
        ("base", "busybox:1"),
        ("command", "sh"),
        ("kind", "script"),
        ("script", "#!/bin/sh\necho two > /made\n"),
        ("action", "build"),
    ];
    let edit = format!("/p/{slug}/edit");
    let answer = ada.submit(&edit, &edit, &fields).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    let build = answer.headers()["location"].to_str().unwrap().to_owned();
    until("the second image is there", PATIENCE, async || {
        ada.page(&build).await.contains("data-state=\"pushed\"").then_some(())
    })
    .await;
}

/// What a visitor finds in the image that they get.
async fn visitors_find(visitor: &Client, slug: &str, words: &str) {
    let created: Value = visitor.try_project(slug).await.json().await.unwrap();
    let mut terminal = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
    terminal.types("echo [$(cat /made)]\n").await;
    terminal.sees(&format!("[{words}]")).await;
    visitor.stop(created["id"].as_str().unwrap()).await;
}

async fn rolls_back(server: &Server, browser: &Browser, visitor: &Client, slug: &str) {
    visitors_find(visitor, slug, "two").await;
    browser.goto(&server.url("/projects")).await;
    browser.fits().await;
    browser.goto(&server.url(&format!("/p/{slug}/manage"))).await;
    browser.picture("manage").await;
    browser.click("form[action$='/rollback'] button").await;
    // The one that was the first, and is listed below the second.
    browser.css("[aria-labelledby=images-title] tr:nth-child(2) [data-state=ready]").await;
    browser.says(".notice-success", "Visitors get that image now").await;
    visitors_find(visitor, slug, "made").await;
}

async fn offers(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}/manage"))).await;
    // A slip is told beside its field, and what was typed stays.
    browser.fill("input[name=to]", "nobody-here").await;
    browser.fill("input[name=confirm]", slug).await;
    browser.click("form[action*='/transfer'] button").await;
    browser.css("input[name=to][aria-invalid]").await;
    browser.fill("input[name=to]", "bob").await;
    browser.fill("input[name=confirm]", slug).await;
    browser.click("form[action*='/transfer'] button").await;
    browser.css("form[action$='/transfer/withdraw']").await;
    browser.says("#transfer", "offered to bob").await;
    browser.picture("manage-offered").await;
}

async fn accepts(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    assert!(!browser.text("main").await.contains("Manage"), "not yet");
    browser.goto(&server.url("/projects")).await;
    browser.says("main", "ada wishes to give you the project").await;
    browser.picture("projects-offered").await;
    browser.click("form[action$='/transfer/accept'] button").await;
    browser.css(&format!("a[href='/p/{slug}/manage']")).await;
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    let text = browser.text("main").await;
    assert!(text.contains("Manage") && text.contains("bob"), "{text}");
}

async fn archives(server: &Server, browser: &Browser, ada: &Client, slug: &str) {
    let manage = format!("/p/{slug}/manage");
    assert_eq!(ada.get(&manage).await.status(), StatusCode::FORBIDDEN, "it is hers no more");
    browser.click(&format!("a[href='{manage}']")).await;
    browser.click("form[action$='/archive'] button").await;
    browser.css("form[action$='/unarchive']").await;
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.says("main", "This project is archived").await;
    assert_eq!(ada.try_project(slug).await.status(), StatusCode::CONFLICT);
    browser.picture("project-archived").await;
    browser.click(&format!("a[href='{manage}']")).await;
    browser.click("form[action$='/unarchive'] button").await;
    browser.css("form[action$='/archive']").await;
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.css("[data-try-form] button").await;
}

async fn deletes(server: &Server, browser: &Browser, slug: &str) {
    browser.goto(&server.url(&format!("/p/{slug}/delete"))).await;
    browser.fill("input[name=confirm]", "another").await;
    browser.click("main form .button-danger").await;
    browser.css("input[name=confirm][aria-invalid]").await;
    browser.fill("input[name=confirm]", slug).await;
    browser.picture("project-delete").await;
    browser.click("main form .button-danger").await;
    until("it is gone", PATIENCE, async || (browser.path().await == "/projects").then_some(()))
        .await;
    browser.css(".empty").await;
    browser.goto(&server.url(&format!("/p/{slug}"))).await;
    browser.css(".error-page").await;
    browser.fits().await;
}
