//! Every page in every language, theme and width: axe-core, the Content-Security-Policy, what
//! sticks out, and pictures for the documents (`make screens`); the home page's budget; the keyboard.

mod keyboard;
mod list;
mod world;

use crate::support::{
    PATIENCE,
    browser::Browser,
    looks::{LANGUAGES, THEMES, WIDTHS},
    server::Server,
    until,
};
use list::{Page, Who, pages};
use serde_json::Value;
use std::time::Duration;
use world::World;

/// The home page, compressed, with all that it needs, on a first visit.
const HOME_BYTES: u64 = 100 << 10;
/// How much may move on other pages, as browsers count it (they call 0.1 good): what comes over the
/// network after the page itself, such as a log's lines.
const SHIFTS: f64 = 0.01;

#[actix_web::test]
async fn every_page_is_fit_for_every_reader() {
    let server = Server::start();
    let browser = Browser::open().await;
    let world = World::new(&server, &browser).await;
    let all = pages(&world);
    let only = std::env::var("TRYTHIS_ONLY_PAGE").ok();
    let mut wrong = Vec::new();
    let mut first = true;
    for who in Who::ALL {
        // The browser holds the guest's sandbox already.
        if !std::mem::take(&mut first) {
            who.log_in(&server, &browser).await;
        }
        if who == Who::Maintainer {
            World::grow(&server).await;
        }
        for language in LANGUAGES {
            browser.speak(language).await;
            let theirs = all.iter().filter(|page| page.who == who);
            for page in theirs.filter(|page| only.as_deref().is_none_or(|name| page.name == name)) {
                look_at(&server, &browser, page, language, &mut wrong).await;
            }
        }
    }
    browser.close().await;
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}

async fn look_at(
    server: &Server,
    browser: &Browser,
    page: &Page,
    language: &str,
    wrong: &mut Vec<String>,
) {
    browser.viewport(WIDTHS[0]).await;
    browser.theme(THEMES[0]).await;
    if page.led {
        browser.goto(&server.url("/")).await;
        let lead = format!("document.body.replaceChildren(); location.href = '{}'", page.path);
        browser.driver.execute(lead, vec![]).await.unwrap();
    } else {
        browser.goto(&server.url(&page.path)).await;
    }
    let mut found = Vec::new();
    if page.sent {
        let send = "const form = document.querySelector('main form.form'); form.noValidate = true; \
                    form.requestSubmit(form.querySelector('button[type=submit]'))";
        browser.driver.execute(send, vec![]).await.unwrap();
    }
    browser.css(page.ready).await;
    let spoken = browser.driver.execute("return document.documentElement.lang", vec![]).await;
    if spoken.unwrap().json() != language {
        found.push("the page is in another language".to_owned());
    }
    if !page.sent {
        found.extend(browser.inline().await.into_iter().map(|html| format!("inline: {html}")));
    }
    let shifts = browser.shifts().await;
    if shifts > SHIFTS {
        found.push(format!("things move by {shifts:.3} after they were shown"));
    }
    for width in WIDTHS {
        browser.viewport(width).await;
        if !page.typed.is_empty() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            browser.types(page.typed).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        for theme in THEMES {
            browser.theme(theme).await;
            let mut here = browser.inaccessible().await;
            if !here.is_empty() {
                // The terminal is fitted to a new size, and styled anew, a moment later.
                tokio::time::sleep(Duration::from_millis(500)).await;
                here = browser.inaccessible().await;
            }
            here.extend(
                browser.too_wide().await.into_iter().map(|html| format!("too wide: {html}")),
            );
            found.extend(here.into_iter().map(|what| format!("{} {theme}: {what}", width.0)));
            browser.keep(&format!("{}-{language}-{theme}-{}", page.name, width.0)).await;
        }
    }
    let complaints = browser.complaints().await.into_iter();
    // A page that says 404 or 422 is told of by the browser as well.
    found.extend(
        complaints.filter(|line| !line.contains("the server responded with a status of 4")),
    );
    wrong.extend(found.into_iter().map(|what| format!("{} {language}: {what}", page.name)));
}

#[actix_web::test]
async fn the_home_page_is_small_and_stands_still() {
    let server = Server::start();
    let ada = crate::support::client::Client::of(&server);
    ada.sign_up("ada").await;
    for name in ["One", "Two", "Three"] {
        crate::maintainer::publish_busybox(&ada, name).await;
    }
    let entries = "return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))\
                   .map(({ name, transferSize }) => ({ name, transferSize }))";
    for width in WIDTHS {
        // Anew, so that nothing is kept from before.
        let browser = Browser::open().await;
        browser.viewport(width).await;
        browser.goto(&server.url("/")).await;
        let loaded = "return document.readyState === 'complete'";
        until("all is loaded", PATIENCE, async || {
            browser.driver.execute(loaded, vec![]).await.ok()?.json().as_bool()?.then_some(())
        })
        .await;
        let sizes = browser.driver.execute(entries, vec![]).await.unwrap().json().clone();
        let size = |entry: &Value| entry["transferSize"].as_u64().unwrap();
        let all: u64 = sizes.as_array().unwrap().iter().map(size).sum();
        assert!((1_000..=HOME_BYTES).contains(&all), "{all} bytes: {sizes:#}");
        assert_eq!(browser.shifts().await, 0.0, "at {} pixels", width.0);
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
    }
}
