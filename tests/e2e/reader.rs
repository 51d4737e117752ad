//! A visitor who looks before trying, in Chromium: in their own language and zone, through a long
//! list, and off with a badge.

use crate::{
    maintainer::publish_busybox,
    support::{
        PATIENCE, browser::Browser, client::Client, device::Device, host, server::Server, until,
    },
};
use serde_json::json;
use std::process::Command;

/// Thirty more projects with the image of the first one. The highest number was tried most.
const MORE: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
    INSERT INTO projects (slug, name, name_key, owner_id, category, short_description,
        description, source_kind, base_image, script, command, dockerfile, image_repository,
        image_digest, latest_build_id, tries_count, created_at, updated_at, licence, language)
    SELECT printf('tool-%02d', i), printf('Tool %02d', i), printf('tool %02d', i), owner_id,
        iif(i % 10 = 0, 'Text', 'Data'), 'One of many', description, source_kind, base_image,
        script, command, dockerfile, image_repository, image_digest, latest_build_id, i,
        created_at, updated_at, iif(i % 3 = 0, 'MIT', 'ISC'), 'C'
    FROM n JOIN projects ON slug = 'shell';";

/// Keeps what a button says, however soon it says something else again.
const LISTEN: &str = "
    const button = arguments[0];
    const listen = () => { button.dataset.said = `${button.dataset.said ?? ''} ${button.textContent}` };
    new MutationObserver(listen).observe(button, { childList: true });";

async fn site() -> Server {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    publish_busybox(&maker, "Shell").await;
    server
}

/// Nothing was wrong on any page.
async fn close(browser: Browser) {
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[actix_web::test]
async fn journey_through_a_long_list() {
    let server = site().await;
    let mut sqlite = Command::new("sqlite3");
    sqlite.args(["-cmd", ".timeout 10000"]).arg(server.data().join("trythis.db")).arg(MORE);
    assert!(sqlite.status().unwrap().success());
    let anybody = Client::of(&server);
    until("all are listed", PATIENCE, async || {
        anybody.page("/search").await.contains("31 projects").then_some(())
    })
    .await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        browser.goto(&server.url("/search")).await;
        narrows_down(&browser).await;
        browser.goto(&server.url("/search")).await;
        sorts_and_turns_pages(&browser).await;
        close(browser).await;
    }
}

async fn begins_with(browser: &Browser, slug: &str) {
    browser.css(&format!("#results .card:first-child a[href='/p/{slug}']")).await;
}

async fn narrows_down(browser: &Browser) {
    browser.click(".facet-value[href*='category=Text']").await;
    browser.css(".facet-value[href*='category=Text'][aria-current]").await;
    browser.says(".results-count", "3 projects").await;
    browser.click("details[name=facet-licence] > summary").await;
    browser.click(".facet-value[href*='licence=MIT']").await;
    browser.says(".results-count", "One project").await;
    begins_with(browser, "tool-30").await;
    browser.picture("search-facets").await;
    // One choice taken back leaves the other.
    browser.click("details[name=facet-licence] li:first-child a").await;
    browser.says(".results-count", "3 projects").await;
}

async fn sorts_and_turns_pages(browser: &Browser) {
    begins_with(browser, "tool-30").await;
    browser.click(".sorts a[href*='sort=name']").await;
    browser.css(".sorts a[href*='sort=name'][aria-current]").await;
    begins_with(browser, "shell").await;
    browser.click(".pager a[rel=next]").await;
    // In the same order.
    begins_with(browser, "tool-24").await;
    browser.css("#results .card:last-child a[href='/p/tool-30']").await;
    browser.picture("search-next").await;
    browser.click(".pager a:not([rel])").await;
    begins_with(browser, "shell").await;
}

#[actix_web::test]
async fn journey_in_ones_own_language_and_zone() {
    let server = site().await;
    for device in Device::EACH {
        let browser = Browser::on(device).await;
        speaks_korean(&server, &browser).await;
        takes_a_badge(&server, &browser).await;
        reads_the_clock(&server, &browser).await;
        close(browser).await;
        host::no_sandbox_left(&server.data()).await;
    }
}

async fn speaks_korean(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/shell")).await;
    browser.css("html[lang=en]").await;
    browser.click(".languages button[value=ko]").await;
    browser.css("html[lang=ko]").await;
    assert_eq!(browser.path().await, "/p/shell", "it is the same page");
    browser.says("header nav", "내 컨테이너").await;
    browser.picture("project-korean").await;
    browser.click("header nav a[href='/containers']").await;
    browser.says("h1", "내 컨테이너").await;
    browser.css("html[lang=ko]").await;
    browser.click(".languages button[value=en]").await;
    browser.says("h1", "My containers").await;
    browser.css("html[lang=en]").await;
}

/// Copies a snippet, and pastes it where a text can be typed.
async fn takes_a_badge(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/shell")).await;
    let snippet = browser.text("#badge-markdown-live").await;
    assert!(snippet.contains("/p/shell/live-badge.svg"), "{snippet}");
    let copy = "button[data-copy='#badge-markdown-live']";
    let button = browser.css(copy).await;
    browser.driver.execute(LISTEN, vec![button.to_json().unwrap()]).await.unwrap();
    browser.click(copy).await;
    browser.css(&format!("{copy}[data-said*=Copied]")).await;
    browser.goto(&server.url("/")).await;
    let field = browser.css("input[type=search]").await;
    field.send_keys("\u{e009}v\u{e000}").await.unwrap();
    until("it is pasted", PATIENCE, async || {
        let pasted = field.value().await.ok()??;
        (pasted == snippet).then_some(())
    })
    .await;
}

async fn reads_the_clock(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/shell")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.goto(&server.url("/containers")).await;
    browser.click("form[action$='/stop'] button").await;
    browser.css("[data-past]").await;
    for (zone, ahead) in [("Asia/Seoul", 9 * 60), ("Asia/Kolkata", 5 * 60 + 30)] {
        let wish = json!({ "timezoneId": zone });
        browser.driver.cdp().send_raw("Emulation.setTimezoneOverride", wish).await.unwrap();
        browser.goto(&server.url("/containers")).await;
        let time = browser.css("[data-past] time[data-local-time]").await;
        let there = clock(&time.attr("datetime").await.unwrap().unwrap(), ahead);
        until(&format!("it says {there}, as in {zone}"), PATIENCE, async || {
            let said = time.text().await.ok()?;
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            said.ends_with(&format!(" {there}")).then_some(())
        })
        .await;
    }
    browser.picture("containers-zone").await;
}

/// The clock of `2026-11-21T19:27:09Z`, so many minutes ahead, as English has it.
fn clock(utc: &str, ahead: u32) -> String {
    let number = |from: usize| utc[from..from + 2].parse::<u32>().unwrap();
    let minutes = (number(11) * 60 + number(14) + ahead) % (24 * 60);
    let (hour, minute) = (minutes / 60, minutes % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1)
}
