//! `/`.

use crate::support::{Person, Site, project, with};

#[actix_web::test]
async fn an_empty_home_says_what_to_do() {
    let site = Site::start().await;
    let home = Person::of(&site).page("/").await;
    assert!(home.contains("Nothing to try yet"), "{home}");
    assert!(!home.contains("data-try-form"));
    site.stop().await;
}

#[actix_web::test]
async fn home_lists_what_can_be_tried_by_category() {
    let site = Site::start().await;
    let ada = Person::signed_up(&site, "ada").await;
    ada.publish("Wordlike").await;
    let game = with(project("Tetris"), "category", "Games");
    ada.submit("/projects/new", "/projects/new", &game).await;
    ada.page("/p/tetris").await;
    let slow = with(project("Slow"), "script", "wait");
    ada.submit("/projects/new", "/projects/new", &slow).await;
    let broken = with(project("Broken"), "script", "fail");
    ada.submit("/projects/new", "/projects/new", &broken).await;
    ada.page("/p/broken").await;

    let home = Person::of(&site).page("/").await;
    let at = |text: &str| home.find(text).unwrap_or_else(|| panic!("no {text} in {home}"));
    assert!(at(">Tools</h2>") < at("href=\"/p/wordlike\""));
    assert!(at("href=\"/p/wordlike\"") < at(">Games</h2>"));
    assert!(at(">Games</h2>") < at("href=\"/p/tetris\""));
    assert!(home.contains("action=\"/p/tetris/try\""));
    assert!(home.contains("href=\"/p/slow\"") && !home.contains("action=\"/p/slow/try\""));
    assert!(!home.contains("href=\"/p/broken\""), "what failed is nobody else's business");
    site.stop().await;
}
