//! Logging in by a certified OpenID provider, in a real browser.

use crate::support::{
    PATIENCE,
    browser::Browser,
    oidc::{self, OpenIdProvider},
    server::Server,
    until,
};

/// Presses a provider's button and goes through its own pages until the browser is back.
async fn log_in_by(browser: &Browser, provider: &OpenIdProvider, name: &str) {
    let left = "document.documentElement.dataset.left";
    browser.driver.execute(format!("{left} = 'yes'"), vec![]).await.unwrap();
    browser.click(&format!("form[action=\"/login/{name}\"] button")).await;
    until("the browser is back from the provider", PATIENCE, async || {
        let url = browser.driver.current_url().await.ok()?;
        if !provider.has(&url) {
            // Not the page that the button is on, nor those that only lead on.
            let here = browser.driver.execute(format!("return {left}"), vec![]).await.ok()?;
            let is_back = here.json().is_null() && !url.path().contains("/login/");
            return is_back.then_some(());
        }
        // Either page may vanish under our hands while the next one comes.
        let script = "const login = document.querySelector('input[name=login]');\
                      if (login) { login.value = arguments[0];\
                        document.querySelector('input[name=password]').value = 'any'; }\
                      const button = document.querySelector('button[type=submit]');\
                      if (button && !button.dataset.pressed) {\
                        button.dataset.pressed = 'yes'; button.click(); }";
        let _ = browser.driver.execute(script, vec!["Grace.Hopper".into()]).await;
        None
    })
    .await;
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
    let browser = Browser::open().await;

    // The provider is down: a clear page, and the way back.
    browser.goto(&server.url("/login?next=/projects")).await;
    browser.pictures("login-oauth").await;
    browser.click("form[action=\"/login/company\"] button").await;
    assert!(browser.text("h1").await.contains("Company did not answer properly"));
    browser.pictures("login-oauth-down").await;
    browser.click("main a.button-primary").await;

    let provider = OpenIdProvider::start(&server.url(""), port).await;
    browser.goto(&server.url("/login?next=/projects")).await;
    log_in_by(&browser, &provider, "company").await;
    assert_eq!(browser.path().await, "/signup/finish");
    let field = browser.css("input[name=username]").await;
    assert_eq!(field.value().await.unwrap().as_deref(), Some("grace-hopper"));
    browser.pictures("signup-finish").await;
    browser.fill("input[name=username]", "grace").await;
    browser.click("main form button").await;
    browser.css(".menu summary").await;
    assert_eq!(browser.path().await, "/projects");
    assert_eq!(browser.text(".menu summary").await, "grace");

    log_out(&browser, &server).await;
    browser.goto(&server.url("/login")).await;
    log_in_by(&browser, &provider, "company").await;
    assert_eq!(browser.text(".menu summary").await, "grace");

    browser.goto(&server.url("/account/identities")).await;
    log_in_by(&browser, &provider, "partner").await;
    assert_eq!(browser.path().await, "/account/identities");
    assert!(browser.text("main").await.contains("You can log in with Partner now"));
    browser.pictures("account-identities").await;
    browser.click("form[action$=\"/unlink\"] button").await;
    assert!(browser.text("main").await.contains("Company is unlinked"));
    assert!(browser.text("main").await.contains("your only way in"));

    log_out(&browser, &server).await;
    browser.goto(&server.url("/login")).await;
    log_in_by(&browser, &provider, "partner").await;
    assert_eq!(browser.text(".menu summary").await, "grace");
    let complaints = browser.complaints().await;
    let ours = complaints.iter().filter(|line| line.contains("Content Security Policy"));
    assert_eq!(ours.count(), 0, "{complaints:?}");
    browser.close().await;
}
