//! Leaving a terminal by a link and coming back by Back: the browser takes the page out as it was put
//! away, and the terminal goes on.

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
use serde_json::Value;

#[actix_web::test]
async fn journey_away_from_a_terminal_and_back() {
    let server = Server::start();
    let ada = Client::of(&server);
    ada.sign_up("ada").await;
    publish_busybox(&ada, "Shell").await;
    for device in Device::EACH {
        let created: Value = ada.try_project("shell").await.json().await.unwrap();
        let id = created["id"].as_str().unwrap();
        // Somebody else looks on all the time, and is told how many they are.
        let mut watcher = Terminal::attach(created["terminal_url"].as_str().unwrap()).await;
        watcher.has_viewers(1).await;
        let browser = Browser::that_waits_for_no_page(device).await;
        people::log_in(&server, &browser, "ada").await;
        browser.goto(&server.url(&format!("/s/{id}"))).await;
        browser.connected().await;
        watcher.has_viewers(2).await;
        browser.types("kept=yes\n").await;
        browser.sees("kept=yes").await;
        let mark = "document.documentElement.dataset.kept = 'yes'";
        browser.driver.execute(mark, vec![]).await.unwrap();
        for time in 1..=3 {
            leaves_and_comes_back(&browser, &mut watcher, &format!("/s/{id}")).await;
            browser.types(&format!("echo $kept-{time}-$((40+2))\n")).await;
            browser.sees(&format!("yes-{time}-42")).await;
            browser.sees("kept=yes").await;
        }
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.click("[data-stop] button").await;
        assert_eq!(watcher.close().await.0, 4410);
        browser.css("[data-try-form]").await;
        browser.close().await;
    }
}

async fn leaves_and_comes_back(browser: &Browser, watcher: &mut Terminal, terminal: &str) {
    browser.click(".bar-name").await;
    browser.css("main [data-try-form] button").await;
    assert_eq!(browser.path().await, "/p/shell");
    // A page that is put away is nobody who looks.
    watcher.has_viewers(1).await;
    browser.driver.back().await.unwrap();
    until("the terminal's page is there", PATIENCE, async || {
        (browser.path().await == terminal).then_some(())
    })
    .await;
    browser.connected().await;
    let kept = "return document.documentElement.dataset.kept";
    let kept = browser.driver.execute(kept, vec![]).await.unwrap();
    assert_eq!(kept.json(), "yes", "the page was loaded anew: {}", why_not(browser).await);
    watcher.has_viewers(2).await;
}

/// Why the browser did not keep the page.
async fn why_not(browser: &Browser) -> String {
    let reasons =
        "return JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)";
    browser.driver.execute(reasons, vec![]).await.unwrap().json().to_string()
}
