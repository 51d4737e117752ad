//! Can everything be reached and left without a mouse?

use crate::{
    maintainer::publish_busybox,
    support::{PATIENCE, browser::Browser, client::Client, server::Server, until},
};
use thirtyfour::{Key, TypingData};

/// What has the focus: its name, and whether one sees that it does.
const FOCUSED: &str = "
    const at = document.activeElement;
    if (at === document.body) return null;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
    const seen = at.getBoundingClientRect().width > 1 &&
        ((outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none');
    return [at.tagName.toLowerCase() + '.' + at.className, seen];";

async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    browser.driver.action_chain().send_keys(keys).perform().await.unwrap();
}

async fn focused(browser: &Browser) -> Option<(String, bool)> {
    let at = browser.driver.execute(FOCUSED, vec![]).await.unwrap();
    serde_json::from_value(at.json().clone()).unwrap()
}

async fn is(browser: &Browser, what: &str, script: &str) {
    until(what, PATIENCE, async || {
        let answer = browser.driver.execute(format!("return {script}"), vec![]).await.ok()?;
        answer.json().as_bool()?.then_some(())
    })
    .await;
}

#[actix_web::test]
async fn everything_is_reached_and_left_by_keyboard() {
    let server = Server::start();
    let ada = Client::of(&server);
    ada.sign_up("ada").await;
    publish_busybox(&ada, "First").await;
    let browser = Browser::open().await;

    // The whole page by Tab, with the focus always to be seen, and out at its end.
    browser.goto(&server.url("/p/first")).await;
    press(&browser, Key::Tab).await;
    assert_eq!(focused(&browser).await, Some(("a.skip".to_owned(), true)));
    let mut passed = 0;
    while let Some((what, seen)) = focused(&browser).await {
        assert!(seen, "nobody sees that {what} has the focus");
        passed += 1;
        assert!(passed < 100, "Tab never leaves the page: {what}");
        press(&browser, Key::Tab).await;
    }
    assert!(passed > 8, "only {passed} things have the focus");

    // The first one skips to the content.
    browser.goto(&server.url("/p/first")).await;
    press(&browser, Key::Tab + Key::Enter).await;
    is(&browser, "the content is next", "location.hash === '#main'").await;

    terminal(&server, &browser).await;
    menu(&server, &browser).await;
    browser.close().await;
}

/// The terminal takes Tab for the program; its way out is told, and works.
async fn terminal(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/p/first")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    let at_terminal = "document.activeElement.matches('.xterm-helper-textarea')";
    is(browser, "the terminal has the focus", at_terminal).await;
    let told = "document.activeElement.ariaLabel.includes('Ctrl+Shift+Enter')";
    is(browser, "screen readers are told the way out", told).await;
    press(browser, Key::Tab).await;
    is(browser, "Tab is the program's", at_terminal).await;
    let chain = browser.driver.action_chain().key_down(Key::Control).key_down(Key::Shift);
    let chain = chain.send_keys(Key::Enter).key_up(Key::Shift).key_up(Key::Control);
    chain.perform().await.unwrap();
    is(browser, "the focus is at Stop", "document.activeElement.matches('[data-stop] button')")
        .await;
    press(browser, Key::Tab).await;
    is(browser, "Tab comes back", at_terminal).await;
    let notice =
        "document.querySelector('[data-terminal-notice]').textContent.includes('Ctrl+Shift+Enter')";
    is(browser, "who comes by keyboard is told", notice).await;
}

/// The menu opens by Enter and closes by Escape, and the focus stays with it.
async fn menu(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/login")).await;
    browser.fill("input[name=username]", "ada").await;
    browser.fill("input[name=password]", "correct horse battery").await;
    press(browser, Key::Enter).await;
    browser.css("details.menu > summary").await.focus().await.unwrap();
    press(browser, Key::Enter).await;
    is(browser, "the menu is open", "document.querySelector('details.menu').open").await;
    press(browser, Key::Tab + Key::Escape).await;
    let closed = "!document.querySelector('details.menu').open && \
                  document.activeElement.matches('details.menu > summary')";
    is(browser, "the menu is closed again", closed).await;
}
