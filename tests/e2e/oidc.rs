//! Logging in by a certified OpenID provider, in a real browser.

use crate::support::{
    PATIENCE,
    browser::Browser,
    device::Device,
    oidc::{self, OpenIdProvider},
    server::Server,
    until,
};

/// Presses a provider's button and goes through its own pages until the browser is back.
async fn log_in_by(browser: &Browser, provider: &OpenIdProvider, name: &str) {
    let person = person(browser);
    let left = "document.documentElement.dataset.left";
    browser.driver.execute(format!("{left} = 'yes'"), vec![]).await.unwrap();
    browser.click(&format!("form[action=\"/login/{name}\"] button")).await;
    until("the browser is back from the provider", PATIENCE, async || {
        let url = browser.driver.current_url().await.ok()?;
        if !provider.has(&url) {
            // Not the page that the button is on, nor those that only lead on.
            let here = browser.driver.execute(format!("return {left}"), vec![]).await.ok()?;
            let is_back = here.json().is_null() && !url.path().contains("/login/");
            // The page may have been left between the two questions.
            let is_still = browser.driver.current_url().await.ok()? == url;
            return (is_back && is_still).then_some(());
        }
        // Either page may vanish under our hands while the next one comes.
        let script = "const login = document.querySelector('input[name=login]');\
                      if (login) { login.value = arguments[0];\
                        document.querySelector('input[name=password]').value = 'any'; }\
                      const button = document.querySelector('button[type=submit]');\
                      if (button && !button.dataset.pressed) {\
                        button.dataset.pressed = 'yes'; button.click(); }";
        let _ = browser.driver.execute(script, vec![person.into()]).await;
        None
    })
    .await;
}

/// Who the provider says they are: each device is another person's.
fn person(browser: &Browser) -> &'static str {
    match browser.device {
        Device::Desk => "Grace.Hopper",
        Device::Phone => "Hedy.Lamarr",
    }
}

async fn log_out(browser: &Browser, server: &Server) {
    browser.goto(&server.url("/")).await;
    browser.click(".menu summary").await;
    browser.click("form[action=\"/logout\"] button").await;
    browser.css("a[href=\"/login\"]").await;
}

#[actix_web::test]
async fn in_by_another_site_out_and_in_again() {
    let port = OpenIdProvider::port();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), oidc::config(port)).unwrap();
    let server = Server::options().set("TRYTHIS_OAUTH", file.path().display()).start();
    // What a provider says of itself is kept, so that nobody meets it as down who comes later.
    let browsers = [Browser::on(Device::Desk).await, Browser::on(Device::Phone).await];
    for browser in &browsers {
        finds_it_down(&server, browser).await;
    }
    let provider = OpenIdProvider::start(&server.url(""), port).await;
    for browser in browsers {
        in_out_and_in_again(&server, &browser, &provider).await;
        let complaints = browser.complaints().await;
        let ours = complaints.iter().filter(|line| line.contains("Content Security Policy"));
        assert_eq!(ours.count(), 0, "{complaints:?}");
        browser.close().await;
    }
}

/// The provider is down: a clear page, and the way back.
async fn finds_it_down(server: &Server, browser: &Browser) {
    browser.goto(&server.url("/login?next=/projects")).await;
    browser.picture("login-oauth").await;
    browser.click("form[action=\"/login/company\"] button").await;
    browser.says("h1", "Company did not answer properly").await;
    browser.picture("login-oauth-down").await;
    browser.click("main a.button-primary").await;
    browser.css("form[action=\"/login/company\"]").await;
}

async fn in_out_and_in_again(server: &Server, browser: &Browser, provider: &OpenIdProvider) {
    let name = browser.device.name();
    browser.goto(&server.url("/login?next=/projects")).await;
    log_in_by(browser, provider, "company").await;
    assert_eq!(browser.path().await, "/signup/finish");
    let field = browser.css("input[name=username]").await;
    assert_eq!(
        field.value().await.unwrap().as_deref(),
        Some(person(browser).to_lowercase().replace('.', "-").as_str())
    );
    browser.picture("signup-finish").await;
    browser.fill("input[name=username]", name).await;
    browser.click("main form button").await;
    browser.css(".menu summary").await;
    assert_eq!(browser.path().await, "/projects");
    assert_eq!(browser.text(".menu summary").await, name);

    log_out(browser, server).await;
    browser.goto(&server.url("/login")).await;
    log_in_by(browser, provider, "company").await;
    assert_eq!(browser.text(".menu summary").await, name);

    browser.goto(&server.url("/account/identities")).await;
    log_in_by(browser, provider, "partner").await;
    assert_eq!(browser.path().await, "/account/identities");
    browser.says("main", "You can log in with Partner now").await;
    browser.picture("account-identities").await;
    browser.click("form[action$=\"/unlink\"] button").await;
    browser.says("main", "Company is unlinked").await;
    browser.says("main", "your only way in").await;

    log_out(browser, server).await;
    browser.goto(&server.url("/login")).await;
    log_in_by(browser, provider, "partner").await;
    assert_eq!(browser.text(".menu summary").await, name);
}
