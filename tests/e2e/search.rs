//! Finding a program by a misspelt name, and trying it.

use crate::support::{
    PATIENCE,
    browser::Browser,
    client::{Client, until_triable},
    device::Device,
    host,
    server::Server,
    until,
};

#[actix_web::test]
async fn journey_from_a_misspelt_name_to_a_prompt() {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    for name in ["Vitetris", "Calculator"] {
        crate::maintainer::publish_busybox(&maker, name).await;
        until_triable(&maker, &name.to_lowercase()).await;
    }

    for device in Device::EACH {
        let browser = Browser::on(device).await;
        from_a_misspelt_name(&server, &browser).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.close().await;
        host::no_sandbox_left(&server.data()).await;
    }
}

async fn from_a_misspelt_name(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/")).await;
    browser.fill("input[type=search]", "calc").await;
    browser.click("[role=search] button").await;
    browser.css("#results a[href='/p/calculator']").await;
    assert_eq!(browser.path().await, "/search");
    browser.picture("search").await;

    // The list follows what is typed, and the address follows the list.
    browser.fill("input[type=search]", "vitetirs").await;
    browser.css("#results [data-instead]").await;
    browser.css("#results a[href='/p/vitetris']").await;
    until("the address tells what was looked for", PATIENCE, async || {
        let address = browser.driver.current_url().await.unwrap();
        address.query().unwrap_or_default().contains("vitetirs").then_some(())
    })
    .await;
    assert_eq!(browser.text("#results .results-count").await, "One project");
    browser.picture("search-slip").await;

    browser.click("#results [data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser.types("exit\n").await;
    browser.css("[data-terminal][data-state=ended]").await;
}
