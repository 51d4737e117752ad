//! The keys that phones' keyboards lack, pressed on a phone.

use crate::{
    maintainer::publish_busybox,
    support::{browser::Browser, client::Client, device::Device, server::Server},
};
use thirtyfour::By;

async fn opened(server: &Server, device: Device) -> Browser {
    let browser = Browser::on(device).await;
    browser.goto(&server.url("/p/shell")).await;
    browser.click("[data-try-form] button").await;
    browser.connected().await;
    browser.shows("a prompt", |screen| screen.trim_end().ends_with(['#', '$'])).await;
    browser
}

async fn presses(browser: &Browser, keys: &[&str]) {
    for key in keys {
        browser.click(&format!("[data-key={key}]")).await;
    }
}

#[actix_web::test]
async fn journey_of_a_phone_that_has_no_such_keys() {
    let server = Server::start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    publish_busybox(&maker, "Shell").await;
    let phone = opened(&server, Device::Phone).await;
    phone.fits().await;

    // The program reads what a keyboard would have sent, in either of the arrows' ways.
    phone.types("cat -vt\n").await;
    presses(&phone, &["escape", "tab", "up", "down", "right", "left"]).await;
    phone.types("\n").await;
    phone.shows("the keys", |screen| screen.lines().any(|l| l == "^[^I^[[A^[[B^[[C^[[D")).await;
    presses(&phone, &["ctrl", "right"]).await;
    phone.types("\n").await;
    phone
        .shows("Ctrl and an arrow", |screen| {
            screen.lines().filter(|line| *line == "^[[1;5C").count() == 2
        })
        .await;
    phone.picture("touch-keys").await;

    // Ctrl holds for the next key of the phone's own keyboard, and for no more.
    presses(&phone, &["ctrl"]).await;
    phone.css("[data-key=ctrl][aria-pressed=true]").await;
    phone.types("c").await;
    phone.css("[data-key=ctrl][aria-pressed=false]").await;
    phone.types("echo back-$?\n").await;
    phone.sees("back-130").await;
    presses(&phone, &["ctrl", "ctrl"]).await;
    phone.types("printf '\\033[?1h'; cat -v\n").await;
    phone.sees("cat -v\n").await;
    presses(&phone, &["up"]).await;
    phone.types("\n").await;
    phone.shows("an application's arrow", |screen| screen.lines().any(|l| l == "^[OA")).await;
    presses(&phone, &["ctrl"]).await;
    phone.types("c").await;
    phone.types("printf '\\033[?1l'; echo done-$?\n").await;
    phone.sees("done-0").await;

    // The shell's own use of them: what was typed before, and the rest of a name.
    presses(&phone, &["up", "up", "down"]).await;
    phone.types("\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}over-42\n").await;
    phone.sees("over-42").await;
    phone.types("ls /bin/busyb").await;
    presses(&phone, &["tab"]).await;
    phone.sees("/bin/busybox").await;
    assert_eq!(phone.complaints().await, Vec::<String>::new());
    phone.click("[data-stop] button").await;
    phone.css("[data-try-form]").await;
    phone.close().await;

    // Who has a keyboard sees none of them.
    let desk = opened(&server, Device::Desk).await;
    let row = desk.driver.find(By::Css("[data-keys]")).await.unwrap();
    assert!(!row.is_displayed().await.unwrap());
    desk.click("[data-stop] button").await;
    desk.css("[data-try-form]").await;
    desk.close().await;
}
