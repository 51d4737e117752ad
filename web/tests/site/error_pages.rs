//! What leads nowhere, and `/healthz`.

use crate::support::{Person, Site, location};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[actix_web::test]
async fn what_does_not_exist() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    for path in [
        "/nothing",
        "/p/nothing",
        "/p/nothing/start",
        "/builds/nothing",
        "/s/nothing",
        "/p/",
        "/s/00000000000000000000000000000000",
        "/p/%00",
        "/p/%ff",
    ] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(answer.text().await.unwrap().contains("To the home page"), "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn the_wrong_method_is_told() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    let answer = guest.get("/logout").await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.text().await.unwrap().contains("That cannot be done here"));
    site.stop().await;
}

#[actix_web::test]
async fn an_address_that_is_nearly_right_leads_to_the_page() {
    let site = Site::start().await;
    site.with_project("jq").await;
    let guest = Person::of(&site);
    for (path, place) in [
        ("/p/JQ", "/p/jq"),
        ("/p/jq/", "/p/jq"),
        ("/p/JQ/?comments=2", "/p/jq?comments=2"),
        ("/p/Jq/badge.svg", "/p/jq/badge.svg"),
        ("/search/?q=jq", "/search?q=jq"),
        ("/login/", "/login"),
    ] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(location(&answer), place);
        assert_eq!(guest.get(place).await.status(), StatusCode::OK, "{place}");
    }
    let head = guest.http.head(guest.url("/p/JQ")).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::PERMANENT_REDIRECT);
    // Where there is nothing, nobody is sent.
    for path in ["/p/YQ", "/p/yq/", "/nothing/", "//evil.example/", "/LOGIN", "/p/", "/p/%4a%51/"] {
        assert_eq!(guest.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let answer = guest.submit("/p/jq", "/p/JQ/try", &[("columns", "80"), ("rows", "24")]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "a change is sent to its own address");
    site.stop().await;
}

#[actix_web::test]
async fn a_query_that_cannot_be_read() {
    let site = Site::start().await;
    let answer = Person::of(&site).get("/login?next=1&next=2").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("question mark"));
    site.stop().await;
}

#[actix_web::test]
async fn a_form_that_cannot_be_read() {
    let site = Site::start().await;
    let guest = Person::of(&site);
    let post = |kind: &'static str, body: Vec<u8>| {
        let request = guest.http.post(guest.url("/login")).header("content-type", kind);
        request.body(body).send()
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post("text/plain", b"x".to_vec()).await.unwrap().status(), 400);
    assert_eq!(post(form, b"\xff\xfe".to_vec()).await.unwrap().status(), 400);
    assert_eq!(post("multipart/form-data", b"x".to_vec()).await.unwrap().status(), 400);
    assert_eq!(post(form, vec![b'x'; 13 << 20]).await.unwrap().status(), 413);
    site.stop().await;
}

#[actix_web::test]
async fn health_tells_both_halves() {
    let site = Site::start().await;
    let watcher = Person::of(&site);
    let health: Value = watcher.get("/healthz").await.json().await.unwrap();
    assert_eq!(health, json!({ "database": "ok", "sessions": "ok", "container_server": "ok" }));
    site.containers.stop().await;
    let answer = watcher.get("/healthz").await;
    assert_eq!(answer.status(), StatusCode::OK, "pages can be served all the same");
    let health: Value = answer.json().await.unwrap();
    assert_eq!(health["container_server"], "unreachable");
    site.stop().await;
}
