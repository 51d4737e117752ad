//! `GET /p/{slug}/badge.svg`.

use crate::support::{Person, Site};
use reqwest::StatusCode;

#[actix_web::test]
async fn the_badge_is_kept_and_asked_for_again_cheaply() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let reader = Person::of(&site);
    let badge = reader.get("/p/jq/badge.svg").await;
    assert_eq!(badge.status(), StatusCode::OK);
    assert_eq!(badge.headers()["content-type"], "image/svg+xml");
    assert!(badge.headers()["cache-control"].to_str().unwrap().starts_with("public, max-age="));
    assert!(!badge.headers().contains_key("set-cookie"));
    let tag = badge.headers()["etag"].clone();
    let drawing = badge.text().await.unwrap();
    assert!(drawing.starts_with("<svg") && drawing.contains("Try in browser"));
    assert!(!drawing.contains("<script"));

    let again = reader.http.get(reader.url("/p/jq/badge.svg")).header("if-none-match", &tag);
    let again = again.send().await.unwrap();
    assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag));
    let other = reader.http.get(reader.url("/p/jq/badge.svg")).header("if-none-match", "\"x\"");
    assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(reader.get("/p/unknown/badge.svg").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}
