//! Reading is open, writing is not.

use crate::server::{Server, header, refused, sha256};
use reqwest::{Method, StatusCode};

#[actix_web::test]
async fn writing_needs_the_credentials_and_reading_does_not() {
    let server = Server::guarded().await;
    let path = format!("/v2/a/blobs/uploads/?digest={}", sha256(b"x"));
    let request = || server.request(Method::POST, &path).body("x");

    let anonymous = request().send().await.expect("an answer");
    assert_eq!(header(&anonymous, "WWW-Authenticate"), r#"Basic realm="trythis""#);
    refused(anonymous, 401, "UNAUTHORIZED").await;
    for (user, password) in [("builder", "wrong"), ("other", "s3cret"), ("", "")] {
        let answer = request().basic_auth(user, Some(password)).send().await.expect("an answer");
        refused(answer, 401, "UNAUTHORIZED").await;
    }
    let known = request().basic_auth("builder", Some("s3cret")).send().await.expect("an answer");
    assert_eq!(known.status(), StatusCode::CREATED);

    let blob = format!("/v2/a/blobs/{}", sha256(b"x"));
    assert_eq!(server.get(&blob).await.text().await.expect("a body"), "x");
    server.stop().await;
}

#[actix_web::test]
async fn nothing_that_writes_is_open() {
    let server = Server::guarded().await;
    let digest = sha256(b"x");
    for (method, path) in [
        (Method::PUT, "/v2/a/manifests/latest".to_owned()),
        (Method::DELETE, "/v2/a/manifests/latest".to_owned()),
        (Method::DELETE, format!("/v2/a/blobs/{digest}")),
        (Method::POST, "/v2/a/blobs/uploads/".to_owned()),
        (Method::POST, format!("/v2/a/blobs/uploads/?mount={digest}&from=b")),
        (Method::PATCH, "/v2/a/blobs/uploads/x".to_owned()),
        (Method::PUT, "/v2/a/blobs/uploads/x".to_owned()),
        (Method::DELETE, "/v2/a/blobs/uploads/x".to_owned()),
        (Method::POST, "/v2/whatever".to_owned()),
    ] {
        refused(server.send(method, &path).await, 401, "UNAUTHORIZED").await;
    }
    server.stop().await;
}

#[actix_web::test]
async fn the_base_tells_how_to_log_in_and_whether_that_worked() {
    let server = Server::guarded().await;
    let open = server.get("/v2/").await;
    assert_eq!(open.status(), StatusCode::OK);
    assert!(header(&open, "WWW-Authenticate").starts_with("Basic"));
    let login = |password: &'static str| {
        server.request(Method::GET, "/v2/").basic_auth("builder", Some(password)).send()
    };
    assert_eq!(login("s3cret").await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(login("wrong").await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    server.stop().await;
}
