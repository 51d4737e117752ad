//! Becoming somebody: by the forms of a browser, or by the command line.

use super::{
    PATIENCE,
    browser::Browser,
    client::{Client, PASSWORD},
    server::{BINARY, Server},
    until,
};
use std::process::Command;

/// Signs up by the form.
pub async fn sign_up(server: &Server, browser: &Browser, name: &str) {
    browser.goto(&server.url("/signup")).await;
    browser.picture("signup").await;
    send(browser, name, "/signup").await;
}

/// Becomes them, whoever the browser was.
pub async fn log_in(server: &Server, browser: &Browser, name: &str) {
    browser.driver.delete_all_cookies().await.unwrap();
    browser.goto(&server.url("/login")).await;
    send(browser, name, "/login").await;
}

async fn send(browser: &Browser, name: &str, page: &str) {
    browser.fill("input[name=username]", name).await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.click("main form button[type=submit]").await;
    until("they are let in", PATIENCE, async || (browser.path().await != page).then_some(())).await;
}

/// Somebody new, who may do everything.
pub async fn administrator(server: &Server, name: &str) -> Client {
    let client = Client::of(server);
    client.sign_up(name).await;
    let mut grant = Command::new(BINARY);
    grant.args(["admin", "grant", name]).env("TRYTHIS_DATA", server.data());
    assert!(grant.status().unwrap().success());
    client
}
