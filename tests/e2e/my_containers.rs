//! A visitor's containers, in Chromium: start, freeze, thaw, extend, name, stop, and again from the
//! history.

use crate::support::{
    PATIENCE,
    browser::Browser,
    client::{Client, until_triable},
    device::Device,
    host,
    server::Server,
    until,
};
use thirtyfour::By;

#[actix_web::test]
async fn journey_through_ones_containers() {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    crate::maintainer::publish_busybox(&maker, "Shell").await;
    until_triable(&maker, "shell").await;

    for device in Device::EACH {
        let browser = Browser::on(device).await;
        through_ones_containers(&server, &browser).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
        host::no_sandbox_left(&server.data()).await;
    }
}

async fn through_ones_containers(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/containers")).await;
    browser.picture("containers-empty").await;
    browser.goto(&server.url("/p/shell")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.types("echo here-$((40+2))\n").await;
    browser.sees("here-42").await;

    browser.goto(&server.url("/containers")).await;
    browser.css(".pill[data-state=running]").await;
    browser.picture("containers").await;
    browser.click("form[action$='/freeze'] button").await;
    browser.css(".pill[data-state=frozen]").await;

    // Its terminal shows what was there, and says that it stands still.
    browser.click(".run-title a").await;
    browser.connected().await;
    browser.sees("here-42").await;
    browser.css("[data-terminal][data-frozen]").await;
    browser.click(".bar-more > summary").await;
    browser.picture("terminal-frozen").await;
    browser.click("form[data-when=frozen] button").await;
    browser.css("[data-terminal][data-state=connected]:not([data-frozen])").await;
    browser.types("echo on-$((50+5))\n").await;
    browser.sees("on-55").await;

    let left = ends_at(browser, "").await;
    browser.click(".bar-more > summary").await;
    browser.click("form[action$='/extend'] button").await;
    ends_at(browser, &left).await;
    browser.connected().await;

    browser.goto(&server.url("/containers")).await;
    browser.click(".run-more > summary").await;
    browser.fill(".run input[name=tag]", "first steps").await;
    browser.click(".run .naming button").await;
    browser.css(".run-title .tag").await;
    browser.click("form[action$='/stop'] button").await;
    browser.css("[data-past]").await;
    let past = browser.text("[data-past]").await;
    assert!(past.contains("Shell") && past.contains("first steps"), "{past}");
    browser.picture("containers-past").await;
    host::no_sandbox_left(&server.data()).await;
    browser.click("[data-past] [data-try-form] button").await;
    browser.connected().await;
    browser.click("[data-stop] button").await;
    browser.css("[data-try-form]").await;
}

/// When the terminal's page says that its time is up, once that is later than this. The page may give
/// way to the next one while it is read.
async fn ends_at(browser: &Browser, than: &str) -> String {
    until("the time is up later", PATIENCE, async || {
        let time = browser.driver.find(By::Css("[data-terminal-time]")).await.ok()?;
        time.attr("data-expires").await.ok()?.filter(|end| end.as_str() > than)
    })
    .await
}
